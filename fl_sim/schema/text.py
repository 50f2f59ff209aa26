"""The JSON of a record as a gzip file, read with a limit on the memory that it takes.

JSON becomes Python objects of many times its size, and a gzip file can unpack to a thousand times
its size. So the memory is estimated from the text before it is parsed, and must be in proportion to
the size of the file.
"""

import gzip
import zlib

LEVEL = 6  # of compression; 9 saves 4%, and takes twice as long
GZIP = 31  # zlib's window size for a gzip file

# Bytes of Python objects that JSON becomes at most.
CHARACTER, VALUE, OBJECT = 5, 100, 1100
MOST_MEMORY = 160  # bytes per byte of the file
FREE = 2**28  # bytes that any record may take


class TextError(ValueError):
    """A file that holds no JSON text, or too much."""


def pack(text: bytes) -> bytes:
    """Return a gzip file: the same for the same text.

    It is compressed, unless ``unpack`` would refuse that.
    """
    content = gzip.compress(text, LEVEL, mtime=0)
    fits = memory(text) <= limit(len(content))
    return content if fits else gzip.compress(text, 0, mtime=0)


def unpack(content: bytes) -> bytes:
    """Return the text of a gzip file.

    Raises:
        TextError: it is damaged, or would take too much memory.
    """
    unpacker = zlib.decompressobj(GZIP)
    most = limit(len(content)) // CHARACTER
    try:
        text = unpacker.decompress(content, most)
    except zlib.error as error:
        raise TextError(str(error)) from error
    if not unpacker.eof:
        cut = "it unpacks to too much" if len(text) == most else "the file ends too early"
        raise TextError(cut)
    if unpacker.unused_data:
        raise TextError("more follows after the end of the text")
    check(memory(text), len(content))
    return text


def memory(text: bytes) -> int:
    """Return an estimate of the memory that a text takes as Python objects, bytes."""
    values = sum(text.count(mark) for mark in (b",", b"[", b":"))
    return CHARACTER * len(text) + VALUE * values + OBJECT * text.count(b"{")


def limit(size: int) -> int:
    """Return the memory that a file of some size may take, bytes."""
    return FREE + MOST_MEMORY * size


def check(need: int, size: int) -> None:
    """Raise TextError if a file of some size needs too much memory."""
    if need > limit(size):
        raise TextError(f"{size} bytes would take {need} bytes of memory, {limit(size)} at most")

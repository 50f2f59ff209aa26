"""The array file of a record: an ``.npz`` that can be read without trust.

Nothing is unpickled, and a file that would unpack to much more than it is has to be refused before
it is: its members are measured by their headers, which a reader of ``.npz`` does not do.
"""

import hashlib
import io
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

Arrays = dict[str, npt.NDArray[Any]]

# Arrays of a record take 1 to 8 times the space of their file. All below the free size is harmless.
MOST_UNPACKED = 16  # bytes a byte of the file
FREE = 2**20  # bytes
HEADER = 4096  # bytes: a header of NumPy's takes 128
SUFFIX = ".npy"


class ArraysError(ValueError):
    """A file that holds no arrays, or other ones than it should."""


def write(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return the content of an ``.npz``: the same for the same arrays."""
    content = _packed(arrays, zipfile.ZIP_DEFLATED)
    size = sum(array.nbytes + HEADER for array in arrays.values())
    return content if size <= _limit(len(content)) else _packed(arrays, zipfile.ZIP_STORED)


def read(path: Path, sha256: str) -> Arrays:
    """Return the arrays of a file.

    Raises:
        OSError: it cannot be read.
        ArraysError: it has another hash, is damaged, holds objects, or unpacks to too much.
    """
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ArraysError(f"SHA-256 is {found[:12]}..., run.json says {sha256[:12]}...")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive, len(content))
            return {_name(member): _array(archive, member) for member in archive.infolist()}
    except ArraysError:
        raise
    except Exception as error:  # a crafted archive can raise almost anything
        raise ArraysError(str(error) or type(error).__name__) from error


def _limit(size: int) -> int:
    return FREE + MOST_UNPACKED * size


def _packed(arrays: Mapping[str, npt.NDArray[Any]], compression: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name in sorted(arrays):
            # One date for all, so that the same arrays give the same bytes.
            member = zipfile.ZipInfo(name + SUFFIX)
            member.compress_type = compression
            with archive.open(member, "w", force_zip64=True) as file:
                npy.write_array(file, np.ascontiguousarray(arrays[name]), allow_pickle=False)
    return buffer.getvalue()


def _check_size(archive: zipfile.ZipFile, size: int) -> None:
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > _limit(size):
        raise ArraysError(f"{unpacked} bytes unpacked, of {size}: that is no record")


def _name(member: zipfile.ZipInfo) -> str:
    if not member.filename.endswith(SUFFIX):
        raise ArraysError(f"{member.filename!r} is no array")
    return member.filename.removesuffix(SUFFIX)


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """Return one array, once its header is seen to tell the truth about its size."""
    with archive.open(member) as file:
        content = file.read()
    stream = io.BytesIO(content)
    read_header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    version = npy.read_magic(stream)
    if version not in read_header:
        raise ArraysError(f"{member.filename}: format {version} is not known")
    shape, _, dtype = read_header[version](stream)
    if dtype.hasobject:
        raise ArraysError(f"{member.filename}: holds objects, which are never unpickled")
    if math.prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise ArraysError(f"{member.filename}: {shape} is not its size")
    stream.seek(0)
    array: npt.NDArray[Any] = npy.read_array(stream, allow_pickle=False)
    return array

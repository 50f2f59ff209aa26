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

# Arrays of a record take 1 to 2 times the space of their file. Below the free size all is harmless.
MOST_UNPACKED = 4  # bytes a byte of the file
FREE = 2**20  # bytes
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without a limit
SUFFIX = ".npy"


class ArraysError(ValueError):
    """A file that holds no arrays, or other ones than it should."""


def write(arrays: Mapping[str, npt.NDArray[Any]], least: int = 0) -> bytes:
    """Return the content of an ``.npz``: the same for the same arrays.

    It is compressed, unless ``read`` would refuse that, or it would have less than ``least`` bytes.
    """
    content = _packed(arrays, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        fits = len(content) >= least and _unpacked(archive) <= _limit(len(content))
    return content if fits else _packed(arrays, zipfile.ZIP_STORED)


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
            _check(archive, len(content))
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
                npy.write_array(file, np.asarray(arrays[name], order="C"), allow_pickle=False)
    return buffer.getvalue()


def _unpacked(archive: zipfile.ZipFile) -> int:
    return sum(member.file_size for member in archive.infolist())


def _check(archive: zipfile.ZipFile, size: int) -> None:
    """Check what the directory of an archive says, before anything is unpacked."""
    unpacked = _unpacked(archive)
    if unpacked > _limit(size):
        raise ArraysError(f"{unpacked} bytes unpacked, of {size}: that is no record")
    names = archive.namelist()
    if len(set(names)) < len(names):
        raise ArraysError("a name stands there twice")
    for member in archive.infolist():
        if not member.filename.endswith(SUFFIX):
            raise ArraysError(f"{member.filename!r} is no array")
        if member.compress_type not in COMPRESSIONS:
            raise ArraysError(f"{member.filename}: compression {member.compress_type} is not known")


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(SUFFIX)


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """Return one array, once its header is seen to tell the truth about its size."""
    with archive.open(member) as file:
        # Without a size it would be unpacked to its end, whatever its header says.
        content = file.read(member.file_size + 1)
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

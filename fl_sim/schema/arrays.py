"""The array file of a record: an ``.npz`` from a source that need not be trusted.

The JSON of a record holds the description of each array (type, shape, SHA-256), and the file holds
the array under its hash. Nothing is unpickled. The size of each array is checked before it is
unpacked, which NumPy's own reader does not do.
"""

import hashlib
import io
import math
import reprlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy
from pydantic import SerializationInfo, ValidationInfo

from fl_sim.schema import files

Arrays = dict[str, npt.NDArray[Any]]

JSON_SCHEMA = {
    "type": "object",
    "description": "an array in the array file, where its name is this hash",
    "properties": {
        "dtype": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "sha256": {"type": "string"},
    },
    "required": ["dtype", "shape", "sha256"],
}

# Arrays of a record take 1 to 2 times the space of their file.
MOST_UNPACKED = 4  # bytes per byte of the file
FREE = 2**20  # bytes that any file may take
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others have no limit
SUFFIX = ".npy"


class ArraysError(ValueError):
    """A file that holds no arrays, or other arrays than it should."""


def store(array: npt.NDArray[Any] | None, info: SerializationInfo) -> dict[str, Any] | None:
    """Return the description of an array for JSON, and put the array into ``info.context``."""
    if array is None:
        return None
    found = describe(array)
    if info.context is not None:
        info.context[found["sha256"]] = array
    return found


def look_up(value: Any, info: ValidationInfo) -> Any:
    """Return the array of a description from ``info.context``; anything else as it is."""
    if not isinstance(value, dict):
        return value
    array = (info.context or {}).get(str(value.get("sha256")))
    if array is None or describe(array) != value:
        raise ValueError(f"the array file holds no array {reprlib.repr(value)}")
    return array


def describe(array: npt.NDArray[Any]) -> dict[str, Any]:
    """Return the type, the shape and the SHA-256 of an array."""
    dtype, shape = str(array.dtype), list(array.shape)
    digest = hashlib.sha256(f"{dtype} {shape}\0".encode() + array.tobytes())
    return {"dtype": dtype, "shape": shape, "sha256": digest.hexdigest()}


def write(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return the content of an ``.npz``: the same for the same arrays.

    It is compressed, unless ``read`` would refuse that.
    """
    content = _packed(arrays, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        fits = _unpacked(archive) <= _limit(len(content))
    return content if fits else _packed(arrays, zipfile.ZIP_STORED)


def read(path: Path, sha256: str) -> Arrays:
    """Return the arrays of a file.

    Raises:
        OSError: it cannot be read.
        FileError: it is no regular file, is too large, or has another hash.
        ArraysError: it is damaged, holds objects, or unpacks to too much.
    """
    content = files.read(path, files.MOST_ARRAYS)
    files.check_hash(hashlib.sha256(content).hexdigest(), sha256)
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
    """Check the directory of an archive, before anything is unpacked."""
    unpacked = _unpacked(archive)
    if unpacked > _limit(size):
        raise ArraysError(f"{unpacked} bytes unpacked from {size} are too many")
    names = archive.namelist()
    if len(set(names)) < len(names):
        raise ArraysError("holds two arrays of one name")
    for member in archive.infolist():
        if not member.filename.endswith(SUFFIX):
            raise ArraysError(f"{member.filename!r} is no array")
        if member.compress_type not in COMPRESSIONS:
            raise ArraysError(f"{member.filename}: compression {member.compress_type} is not known")


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(SUFFIX)


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """Return one array, after checking that its header gives its true size."""
    with archive.open(member) as file:
        # Without a size, it would be unpacked to its end, whatever its header says.
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
        raise ArraysError(f"{member.filename}: shape {shape} is not its size")
    stream.seek(0)
    array: npt.NDArray[Any] = npy.read_array(stream, allow_pickle=False)
    return array

"""The array file: read without trust, and never into much more memory than it is worth."""

import contextlib
import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_record import full_run, peak_memory, put_arrays, put_text, tiny_run

from fl_sim import record
from fl_sim.record import RecordError
from fl_sim.schema import arrays
from fl_sim.schema.arrays import ArraysError
from fl_sim.schema.files import FileError

Array = npt.NDArray[Any]


def read(path: Path, content: bytes) -> arrays.Arrays:
    file = path / "arrays.npz"
    file.write_bytes(content)
    return arrays.read(file, hashlib.sha256(content).hexdigest())


def refused(path: Path, content: bytes) -> str:
    with pytest.raises(ArraysError) as caught:
        read(path, content)
    return str(caught.value)


ANY = {
    "images": np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3),
    "columns-first": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "empty": np.zeros((0, 5)),
    "number": np.array(7, np.int64),
    "zeros": np.zeros(1000, np.int8),
}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, arrays.write(ANY))
    assert sorted(found) == sorted(ANY)
    for name, array in ANY.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_numpy_reads_it_too(tmp_path: Path) -> None:
    with np.load(io.BytesIO(arrays.write(ANY))) as found:
        np.testing.assert_array_equal(found["images"], ANY["images"])


def test_the_same_arrays_give_the_same_bytes() -> None:
    assert arrays.write(ANY) == arrays.write(dict(reversed(ANY.items())))


@pytest.mark.parametrize("size", [0, 1000, 2_000_000, 20_000_000])
def test_what_compresses_well_can_be_read_too(tmp_path: Path, size: int) -> None:
    content = arrays.write({"zeros": np.zeros(size, np.int8)})
    assert len(content) < 1000 + (size if size > 2**20 else 0)
    assert read(tmp_path, content)["zeros"].shape == (size,)


# --- damaged, or made to harm


def members(content: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, found in content.items():
            archive.writestr(name, found)
    return buffer.getvalue()


def npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def header(shape: str, descr: str = "'<f8'", version: bytes = b"\1\0", pad: int = 0) -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}".encode() + b" " * pad
    size = struct.pack("<H" if version == b"\1\0" else "<L", len(text))
    return b"\x93NUMPY" + version + size + text


def test_another_hash(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"1")
    with pytest.raises(FileError, match=r"^SHA-256 is 6b86b273ff34..., the record says 0000000000"):
        arrays.read(tmp_path / "a.npz", "0" * 64)


def test_no_archive(tmp_path: Path) -> None:
    assert refused(tmp_path, b"PK") == "File is not a zip file"


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, thing=np.array([{}], dtype=object))
    assert refused(tmp_path, buffer.getvalue()) == (
        "thing.npy: holds objects, which are never unpickled"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (header("(3,)"), "a.npy: shape (3,) is not its size"),
        (header("(10**9,)"), ""),
        (header("(1000000000000,)"), "a.npy: shape (1000000000000,) is not its size"),
        (header("(99999999999, 99999999999)"), "a.npy: shape (99999999999, 99999999999)"),
        (header("(-1, -1)") + bytes(8), ""),
        (header("(1,)", version=b"\3\0") + bytes(8), "a.npy: format (3, 0) is not known"),
        (header("(1,)", version=b"\7\7") + bytes(8), ""),
        (header("(1,)", "'|O'") + bytes(8), "a.npy: holds objects, which are never unpickled"),
        (header("(1,)", pad=60_000) + bytes(8), "Header info length (60"),
        (header("(1,)", version=b"\2\0", pad=10**6) + bytes(8), "Header info length (1000"),
        (b"\x93NUMPY\2\0\xff\xff\xff\xff", "EOF: reading array header"),
        (header("(" * 5000), ""),
        (header("[" * 90 + "]" * 90), ""),
        (header("()", "[('a', '<f8', (10**9,))]"), ""),
        (b"", "EOF: reading magic string"),
        (b"{}", "EOF: reading magic string"),
    ],
)
def test_a_damaged_array(tmp_path: Path, content: bytes, message: str) -> None:
    assert refused(tmp_path, members({"a.npy": content})).startswith(message)


def test_an_array_of_nothing_takes_nothing(tmp_path: Path) -> None:
    content = members({"a.npy": header("(1000000000000,)", "'|V0'")})
    with contextlib.suppress(ArraysError):
        assert read(tmp_path, content)["a"].nbytes == 0


def test_no_array(tmp_path: Path) -> None:
    assert refused(tmp_path, members({"a.txt": b"1"})) == "'a.txt' is no array"


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_the_same_name_twice(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.npy", npy(np.zeros(1)))
        archive.writestr("a.npy", npy(np.ones(1)))
    assert refused(tmp_path, buffer.getvalue()) == "holds two arrays of one name"


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions(tmp_path: Path, compression: int) -> None:
    content = members({"a.npy": npy(np.zeros(3))}, compression)
    assert refused(tmp_path, content) == f"a.npy: compression {compression} is not known"


# --- bombs

BIG = 50_000_000


def resized(content: bytes, size: int, claimed: int) -> bytes:
    """Change the size that an archive says its member has."""
    assert content.count(struct.pack("<L", size)) == 2  # before the member, and in the directory
    return content.replace(struct.pack("<L", size), struct.pack("<L", claimed))


def bomb() -> bytes:
    """Return an archive of 50 kB that unpacks to a thousand times that."""
    return members({"a.npy": npy(np.zeros(BIG, np.int8))}, zipfile.ZIP_DEFLATED)


def overlapping(count: int) -> bytes:
    """Return an archive whose directory names the same zeros again and again."""
    zeros = npy(np.zeros(90_000, np.int8))
    one = members({"00000.npy": zeros}, zipfile.ZIP_DEFLATED)
    start = one.index(b"PK\1\2")
    end = one.index(b"PK\5\6")
    entries = b"".join(one[start:end].replace(b"00000", b"%05d" % i) for i in range(count))
    sizes = struct.pack("<HHLL", count, count, len(entries), start)
    return one[:start] + entries + one[end : end + 8] + sizes + b"\0\0"


BOMBS = {
    "compressed": bomb(),
    "lying small": resized(bomb(), BIG + 128, 1000),
    "lying large": resized(bomb(), BIG + 128, 2**32 - 2),
    "lying": members({"a.npy": header(f"({10**15},)") + bytes(10**5)}),
    "members": members({f"{i}.npy": b"" for i in range(2000)}),
    "arrays": members({f"{i}.npy": npy(np.zeros(0)) for i in range(500)}),
    "overlapping": overlapping(2000),
    "nested": members({"a.npy": header("[" * 4000 + "]" * 4000)}),
    "header": members({"a.npy": header("(1,)", version=b"\2\0", pad=BIG // 50) + bytes(8)}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_no_memory(tmp_path: Path, name: str) -> None:
    content = BOMBS[name]

    def load() -> None:
        with contextlib.suppress(ArraysError):
            read(tmp_path, content)

    assert peak_memory(load) < 20 * len(content) + 4 * arrays.FREE


def test_a_bomb_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path, bomb()).startswith("50000128 bytes unpacked from 48")


def test_images_are_compressed(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 8, (2, 1, 100, 100, 3), np.uint8)
    record.save(tiny_run().model_copy(update={"thumbnails": pixels}), tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 0.7 * pixels.nbytes


# --- anything else


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), compression=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_damaged_bytes_load_or_say_why_not(
    tmp_path: Path, data: st.DataObject, compression: int
) -> None:
    stored: dict[str, Array] = {}
    run_data = full_run().model_dump(mode="json", exclude_none=True, context=stored)
    damaged = bytearray(
        members({f"{name}.npy": npy(array) for name, array in stored.items()}, compression)
    )
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(damaged) - 1))
        damaged[start : start + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    put_text(tmp_path, json.dumps({**run_data, **put_arrays(tmp_path, bytes(damaged))}).encode())
    with contextlib.suppress(RecordError):
        assert isinstance(record.load(tmp_path), record.Run)

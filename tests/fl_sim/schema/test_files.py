"""Files of a record: regular files of its own alone, and none that is too large."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_record import peak_memory, tiny_run

from fl_sim import record
from fl_sim.record import RecordError
from fl_sim.schema import files
from fl_sim.schema.files import FileError

LINK = "is a symbolic link, and a record's files lie in its own folder"
HUGE = 600 * 2**20  # bytes of a file that is all holes
SECRET = b"secret"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    record.save(tiny_run(), folder)
    return folder


def error(folder: Path) -> str:
    """Return the error of a record, with its folder as RUN."""
    with pytest.raises(RecordError) as caught:
        record.load(folder)
    return str(caught.value).replace(str(folder), "RUN")


def sparse(path: Path) -> None:
    """Write a huge file that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(HUGE)


def link(path: Path) -> None:
    """Write a link to a private file."""
    private = path.parent.parent / "private"
    private.write_bytes(SECRET)
    path.symlink_to(private)


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1234")
    assert files.read(tmp_path / "file", 4) == b"1234"
    with pytest.raises(FileError, match=r"^has 4 bytes, and such a file at most 3$"):
        files.read(tmp_path / "file", 3)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_regular_file_is_not_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "file")
    with pytest.raises((FileError, IsADirectoryError)):
        files.read(tmp_path / "file", 4)


def test_a_device_is_not_read() -> None:
    with pytest.raises(FileError, match=r"^is not a regular file$"):
        files.read(Path("/dev/zero"), 4)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (os.mkfifo, "is not a regular file"),
        (link, LINK),
        (sparse, f"has {HUGE} bytes, and such a file at most {files.MOST_ARRAYS}"),
    ],
)
def test_strange_arrays_are_an_error(
    folder: Path, make: Callable[[Path], None], found: str
) -> None:
    (file,) = folder.glob("*.npz")
    file.unlink()
    make(file)
    assert error(folder).startswith(f"RUN/{file.name}: not readable as arrays ({found}). ")


@pytest.mark.parametrize("name", ["run.json.gz", "run.json"])
@pytest.mark.parametrize(
    ("make", "found"),
    [(link, LINK), (sparse, f"has {HUGE} bytes, and such a file at most {files.MOST_TEXT}")],
)
def test_a_strange_text_is_an_error(
    folder: Path, name: str, make: Callable[[Path], None], found: str
) -> None:
    (folder / "run.json.gz").unlink()
    make(folder / name)
    assert peak_memory(lambda: error(folder)) < 2**20
    assert error(folder).startswith(f"RUN/{name}: not readable as JSON ({found}). ")


def test_a_pipe_is_no_record(folder: Path) -> None:
    (folder / "run.json.gz").unlink()
    os.mkfifo(folder / "run.json.gz")
    assert "no run.json.gz; list" in error(folder)


# --- copies


def with_model(folder: Path, content: bytes, **final: str) -> record.Run:
    """Save a run with a model beside it."""
    digest = hashlib.sha256(content).hexdigest()
    named = {"file": "model.safetensors", "sha256": digest, **final}
    run = tiny_run().model_copy(update={"final": record.Final(**named)})
    record.save(run, folder)
    (folder / "model.safetensors").write_bytes(content)
    return record.load(folder)


def copied(folder: Path, run: record.Run) -> dict[str, bytes]:
    """Return the files of a copy of a record."""
    target = folder.parent / "copy"
    target.mkdir()
    found = record.copy(folder, run, target)
    assert sorted(found) == sorted(target.iterdir())
    return {path.name: path.read_bytes() for path in found}


def test_a_copy_has_the_files_of_the_record_alone(folder: Path) -> None:
    run = with_model(folder, b"weights")
    (folder / "notes.txt").write_bytes(SECRET)
    (folder / "other.npz").write_bytes(SECRET)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    names = {"run.json.gz", "model.safetensors", run.arrays.file}
    assert copied(folder, run) == {name: before[name] for name in names}


def test_a_copy_has_what_attacks_found_about_the_record(folder: Path) -> None:
    run = record.load(folder)
    likeness = record.Likeness(psnr=1.0, ssim=0.5)
    one = record.Inversion(
        client=0, label=0, model="trained", num_photos=1, num_steps=1, restarts=1, num_rebuilt=1,
        num_features=0, distance=0.0, start_psnr=1.0, likeness=likeness,
        photo=np.zeros((2, 2, 3), np.uint8),
    )  # fmt: skip
    about = {"run": record.fingerprint(run), "seed": 0, "knows": ()}
    rebuilt = record.Inversions(**about, steps=1, restarts=1, every=1, found=(one,))
    record.save_attack(rebuilt, folder)
    other = {**about, "run": "0" * 64}
    record.save_attack(record.Memberships(**other), folder)
    (photos,) = folder.glob("inversions-*.npz")
    before = {name: (folder / name).read_bytes() for name in ("inversions.json.gz", photos.name)}
    found = copied(folder, run)
    assert found.keys() == {"run.json.gz", run.arrays.file, *before}
    assert before.items() < found.items()


def test_a_model_that_is_not_there_is_not_copied(folder: Path) -> None:
    run = record.load(folder)
    assert set(copied(folder, run)) == {"run.json.gz", run.arrays.file}


def test_a_private_file_is_never_copied(folder: Path) -> None:
    run = with_model(folder, SECRET)
    (folder / "model.safetensors").unlink()
    link(folder / "model.safetensors")
    with pytest.raises(RecordError, match=LINK):
        record.verify(folder, run)
    with pytest.raises(RecordError, match=LINK):
        copied(folder, run)
    assert not (folder.parent / "copy" / "model.safetensors").exists()


def test_a_model_is_read_if_it_is_the_one_of_the_record_and_small(folder: Path) -> None:
    run = with_model(folder, b"weights")
    assert record.final_model(folder, run, 7) == b"weights"
    assert record.final_model(folder, run, 6) is None
    (folder / "model.safetensors").write_bytes(b"others!")
    with pytest.raises(RecordError, match=r"SHA-256 is 7ab00dcd4748..., the record says 9a"):
        record.final_model(folder, run, 7)
    (folder / "model.safetensors").unlink()
    assert record.final_model(folder, run, 7) is None
    assert record.final_model(folder, run.model_copy(update={"final": None}), 7) is None


def test_a_file_that_the_record_does_not_mean_is_not_copied(folder: Path) -> None:
    run = with_model(folder, b"weights")
    record.verify(folder, run)
    (folder / "model.safetensors").write_bytes(b"others!")
    with pytest.raises(RecordError, match=r"SHA-256 is 7ab00dcd4748..., the record says 9a"):
        record.verify(folder, run)
    with pytest.raises(RecordError, match=r"SHA-256 is 7ab00dcd4748..., the record says 9a"):
        copied(folder, run)


@pytest.mark.parametrize(
    "name", ["evil.html", "../model.safetensors", "/etc/passwd", ".safetensors", "a\0.safetensors"]
)
def test_a_model_has_a_bare_name_of_its_kind(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not a bare name that ends in \.safetensors"):
        record.Final(file=name, sha256="0" * 64)


def test_the_parts_of_a_record_are_of_its_kinds(folder: Path) -> None:
    with_model(folder, b"weights")
    (folder / "notes.txt").write_bytes(SECRET)
    (folder / "linked.npz").symlink_to(folder / "notes.txt")
    assert [path.suffix for path in record.parts(folder)] == [".npz", ".safetensors", ".gz"]

"""Rewriting old records: the same numbers in the current schema, with their model's label."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save
from tiny_record import plain

from fl_sim import record
from fl_sim.record import RecordError
from fl_sim.upgrade import upgrade

DATA = Path(__file__).parents[1] / "data"
WEIGHTS = {"weight": np.linspace(-1, 1, 7, dtype=np.float32)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a record of schema 2 with a model whose header names the old fingerprint."""
    folder = Path(shutil.copytree(DATA / "record-v2", tmp_path / "old"))
    put_model(folder, save(WEIGHTS, {"fingerprint": "0" * 64}))
    return folder


def put_model(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    edit(folder, final={"file": "model.safetensors", "sha256": digest})


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize("version", ["record-v1", "record-v2"])
def test_numbers_stay_the_same(tmp_path: Path, version: str) -> None:
    folder = Path(shutil.copytree(DATA / version, tmp_path / "old"))
    old = record.load(folder)
    assert upgrade(folder)
    new = record.load(folder)
    assert record.plain(folder)["schema_version"] == record.SCHEMA_VERSION
    assert plain(new) == plain(old)
    assert record.fingerprint(new) == record.fingerprint(old)
    assert sorted(path.name for path in folder.iterdir()) == [new.arrays.file, "run.json.gz"]


def test_a_current_record_is_left_alone(folder: Path) -> None:
    upgrade(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert not upgrade(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_model_names_the_new_fingerprint(folder: Path) -> None:
    upgrade(folder)
    run, model = record.load(folder), folder / "model.safetensors"
    assert run.final.sha256 == hashlib.sha256(model.read_bytes()).hexdigest()
    with safe_open(model, framework="np") as file:
        assert file.metadata() == {"fingerprint": record.fingerprint(run)}
        np.testing.assert_array_equal(file.get_tensor("weight"), WEIGHTS["weight"], strict=True)


@pytest.mark.parametrize("content", [save(WEIGHTS), save(WEIGHTS, {"fingerprint": "short"})])
def test_another_model_stays_what_it_is(folder: Path, content: bytes) -> None:
    put_model(folder, content)
    upgrade(folder)
    assert (folder / "model.safetensors").read_bytes() == content


def test_a_model_that_is_gone_stays_gone(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    final = record.load(folder).final
    upgrade(folder)
    assert record.load(folder).final == final


def test_a_changed_model_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"changed")
    with pytest.raises(RecordError, match="is not the model of its record"):
        upgrade(folder)
    assert record.file_of(folder) == folder / "run.json"


def test_a_model_of_another_kind_is_refused(folder: Path) -> None:
    put_model(folder, b"no model")
    with pytest.raises(RecordError, match="is no safetensors file"):
        upgrade(folder)


def test_no_file_outside_of_the_record_is_changed(folder: Path) -> None:
    outside = folder.with_name("model.safetensors")
    shutil.move(folder / outside.name, outside)
    before = outside.read_bytes()
    edit(folder, final={"file": f"../{outside.name}", "sha256": "0" * 64})
    with pytest.raises(RecordError, match=r"final.file: '../model.safetensors' is not a bare name"):
        upgrade(folder)
    assert outside.read_bytes() == before

"""The model: a field that is added to it, and to nothing else, is everywhere."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from processes import run
from tiny_record import full_run, tiny_run

import fl_sim
from fl_sim import record
from fl_sim.schema import model

SOURCES = Path(fl_sim.__file__).parent

# A field of a reply, one of a round that is an array, and a clock.
ADDED = {
    "class TrainReply(Model):": "battery: Share | None = None",
    "class Round(Model):": "map: Array | None = None",
    "class EvaluateReply(Model):": (
        "waited: Real | None = Field(default=None, json_schema_extra=INCIDENTAL)"
    ),
}

SCRIPT = """
import json, sys
import numpy as np
from click.testing import CliRunner
from fl_sim import record
from fl_sim.cli import cli
from fl_sim.recording.journal import Journal
from pathlib import Path

def run(battery=0.1 + 0.2, waited=1.5, top=6):
    replies = (record.TrainReply(client=0, battery=battery),)
    evaluated = (record.EvaluateReply(client=0, waited=waited),)
    first = record.Round(
        number=1,
        train=record.Train(sampled=(0,), replies=replies),
        evaluate=record.Evaluate(sampled=(0,), replies=evaluated),
        map=np.arange(top, dtype=np.float32).reshape(2, 3),
    )
    return record.Run(name="new", num_clients=1, rounds=(record.Round(number=0), first))

folder = sys.argv[1]
record.save(run(), folder)
loaded = record.load(folder).rounds[1]
journal = Journal(Path(folder) / "journal", {}, "now")
for each in run().rounds:
    journal.append(each, {}, ({}, {}))
resumed = journal.read().rounds[1]
fields = record.schema()["$defs"]
shown = json.loads(CliRunner().invoke(cli, ["show", folder, "--json"]).stdout)["rounds"][1]
print(json.dumps({
    "loaded": [loaded.train.replies[0].battery, loaded.map.tolist(), str(loaded.map.dtype)],
    "resumed": [resumed.train.replies[0].battery, resumed.map.tolist(), str(resumed.map.dtype)],
    "clock": loaded.evaluate.replies[0].waited,
    "schema": [
        "battery" in fields["TrainReply"]["properties"], "map" in fields["Round"]["properties"],
    ],
    "shown": [shown["train"]["replies"][0]["battery"], shown["map"]["shape"]],
    "prints": [record.fingerprint(each) for each in (
        record.load(folder), run(waited=2.5), run(battery=0.5),
        run().model_copy(update={"rounds": (record.Round(number=0), loaded.model_copy(
            update={"map": loaded.map + 1}))}),
    )],
}))
"""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what a copy of fl_sim makes of fields that were added to its model alone."""
    copy = tmp_path_factory.mktemp("changed")
    ignored = shutil.ignore_patterns("runs", "__pycache__")
    shutil.copytree(SOURCES, copy / "fl_sim", ignore=ignored)
    path = copy / "fl_sim" / "schema" / "model.py"
    text = path.read_text()
    for line, field in ADDED.items():
        assert text.count(line) == 1
        head, tail = text.split(line)
        docstring, newline, rest = tail.lstrip("\n").partition("\n")
        text = f"{head}{line}\n{docstring}{newline}\n    {field}\n{rest}"
    path.write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    done = run(sys.executable, "-c", SCRIPT, copy / "record", env=environment, cwd=copy)
    assert not done.stderr
    return json.loads(done.stdout)


def test_a_new_field_is_saved_and_loaded(changed: Any) -> None:
    assert changed["loaded"] == [0.1 + 0.2, [[0, 1, 2], [3, 4, 5]], "float32"]
    assert changed["resumed"] == changed["loaded"]
    assert changed["clock"] == 1.5


def test_a_new_field_is_in_the_json_schema(changed: Any) -> None:
    assert changed["schema"] == [True, True]


def test_a_new_field_is_shown(changed: Any) -> None:
    assert changed["shown"] == [0.1 + 0.2, [2, 3]]


def test_a_new_field_is_in_the_fingerprint_unless_it_is_incidental(changed: Any) -> None:
    saved, waited, battery, array = changed["prints"]
    assert saved == waited
    assert len({saved, battery, array}) == 3


def test_incidental_fields() -> None:
    found = model.incidental(record.Run)
    assert {"name", "schema_version", "final", "arrays", "provenance", "rounds"} <= found.keys()
    assert {"started", "finished"} <= found["provenance"].keys()
    for phase in ("train", "evaluate"):
        of_phase = found["rounds"]["__all__"][phase]
        assert of_phase["seconds"] is of_phase["replies"]["__all__"]["seconds"] is True
    assert not {"strategy", "config", "num_clients", "partitions"} & found.keys()
    assert not {"versions", "code_hash"} & found["provenance"].keys()


@pytest.mark.parametrize("run", [tiny_run(), full_run()], ids=lambda run: run.name)
def test_a_record_is_valid_by_the_json_schema(run: record.Run, tmp_path: Path) -> None:
    record.save(run, tmp_path)
    jsonschema.validate(record.plain(tmp_path), record.schema())


def test_all_classes_can_be_had_from_record() -> None:
    declared = {
        name
        for name, value in vars(model).items()
        if isinstance(value, type) and issubclass(value, model.Model) and value is not model.Model
    }
    assert declared < set(record.__all__)
    assert all(hasattr(record, name) for name in record.__all__)

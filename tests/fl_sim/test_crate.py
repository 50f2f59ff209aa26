"""A record as an RO-Crate: its files are there, and every value in it is the record's."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rocrate.rocrate import ROCrate
from tiny_record import tiny_run

from fl_sim import record
from fl_sim.cli import cli
from fl_sim.crate import PROFILE

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def export(*words: object) -> Result:
    return CliRunner().invoke(cli, ["export", *map(str, words)])


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """Return the crate of a record made by hand."""
    record.save(tiny_run(), tmp_path / "tiny")
    options = "--author", "Ada Lovelace", "--license", LICENCE
    result = export(tmp_path / "tiny", tmp_path / "crate", *options)
    assert result.exit_code == 0, result.output
    return tmp_path / "crate"


def graph(crate: Path) -> dict[str, Any]:
    """Return the entities of a crate by their identifiers."""
    text = (crate / "ro-crate-metadata.json").read_text("utf-8")
    return {entity["@id"]: entity for entity in json.loads(text)["@graph"]}


def test_it_has_the_record_and_says_so(crate: Path) -> None:
    entities = graph(crate)
    parts = {part["@id"] for part in entities["./"]["hasPart"]}
    files = {file.name for file in crate.iterdir()} - {"ro-crate-metadata.json"}
    assert parts == files == {each["@id"] for each in entities["#run"]["result"]}
    assert "run.json.gz" in files
    for name in files:
        assert entities[name]["contentSize"] == str((crate / name).stat().st_size)
    assert record.fingerprint(record.load(crate)) == record.fingerprint(tiny_run())


def test_what_went_in_and_what_came_out_are_the_records(crate: Path) -> None:
    entities = graph(crate)
    run = tiny_run()
    action, root = entities["#run"], entities["./"]
    assert (action["startTime"], action["endTime"]) == (
        "2026-01-01T12:00:00+00:00",
        "2026-01-01T13:00:00+00:00",
    )
    went_in = [entities[each["@id"]] for each in action["object"]]
    settings = {each["name"]: each["value"] for each in went_in if "value" in each}
    assert settings == run.config
    assert entities["#dataset"]["identifier"] == f"sha256:{'f' * 64}"
    assert entities["#python"]["softwareVersion"] == "3.11"
    assert entities["#final-accuracy"]["value"] == 0.5
    assert {each["@id"] for each in root["variableMeasured"]} == {"#final-accuracy", "#final-loss"}
    assert root["license"] == {"@id": LICENCE}
    assert action["agent"] == root["creator"]
    assert root["mentions"] == {"@id": "#run"}
    assert root["conformsTo"] == {"@id": PROFILE}
    assert entities[root["creator"]["@id"]]["name"] == "Ada Lovelace"


def test_other_tools_read_it(crate: Path) -> None:
    read = ROCrate(crate)
    assert read.name == "tiny: federated learning with FedAvg"
    assert [action.type for action in read.get_by_type("CreateAction")] == ["CreateAction"]


def test_a_committed_run_has_a_crate_that_names_its_licence_only_if_it_has_one(
    tmp_path: Path,
) -> None:
    assert export("centralised", tmp_path / "crate").exit_code == 0
    assert not {"license", "creator"} & graph(tmp_path / "crate")["./"].keys()


def test_nothing_is_replaced(crate: Path) -> None:
    result = export("reference", crate)
    assert result.exit_code == 2
    assert result.stderr == f"fl-sim: {crate} is there already; name a folder that is not\n"
    assert export("nowhere", crate.with_name("other")).exit_code == 2

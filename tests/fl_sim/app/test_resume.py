"""A run that is killed goes on where it was, and ends as if nothing had been."""

import json
import sys
from pathlib import Path
from typing import Any

import kill_often
import pytest
from flwr.app import Context, RecordDict
from processes import run as run_program
from quick_run import SMALL

from fl_sim import record
from fl_sim.app import client_app, server_app
from fl_sim.app.settings import Value, defaults
from fl_sim.recording.journal import JournalError
from fl_sim.running.in_process import InProcessGrid

MODEL = "model.safetensors"
# How often to kill, and in which run. The first carries moments, the others momentum, models, and
# what is spent of privacy.
CASES = (
    (4, "strategy=fedadam num-server-rounds=9"),
    (2, "strategy=fedavgm num-server-rounds=4 failure-rate=0.3"),
    (2, "strategy=local-only num-server-rounds=4 keep=numbers"),
    (1, "dp-noise=1.0 num-server-rounds=3 keep=numbers"),
)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two of each run: whole, and killed again and again."""
    folder = tmp_path_factory.mktemp("killed")
    cases = [f"{kills} {settings}" for kills, settings in CASES]
    done = run_program(sys.executable, kill_often.__file__, folder, "0", *cases)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(kills) for kills, _ in CASES]
    return folder


@pytest.mark.xdist_group("killed")
@pytest.mark.parametrize("case", range(len(CASES)))
def test_kills_leave_no_trace(killed: Path, case: int) -> None:
    folders = [killed / f"{case}-{kind}" for kind in ("whole", "killed")]
    whole, again = map(record.load, folders)
    assert record.fingerprint(whole) == record.fingerprint(again)
    assert whole.final == again.final
    assert whole.provenance.started < whole.provenance.finished
    files = [{path.name.partition("-")[0] for path in folder.iterdir()} for folder in folders]
    assert files[0] == files[1]
    if whole.final and whole.final.file:
        assert len({(folder / MODEL).read_bytes() for folder in folders}) == 1


@pytest.mark.xdist_group("killed")
def test_what_was_killed_is_what_it_should_be(killed: Path) -> None:
    names = [record.load(killed / f"{case}-killed").strategy for case in range(len(CASES))]
    assert names == ["FedAdam", "FedAvgM", "LocalOnly", "FedAvg"]
    assert len(record.load(killed / "0-killed").rounds) == 10
    failed = [r.train.failures for r in record.load(killed / "1-killed").rounds[1:]]
    assert any(failed)


# --- one break, at a chosen place


class StoppedError(BaseException):
    """Ends a run as a kill would, but for what Python does on its way out."""


def run(folder: Path, **settings: Value) -> record.Run:
    """Run the app in this process: from its beginning, or from where it was left."""
    changed = {key.replace("_", "-"): value for key, value in settings.items()}
    config: dict[str, Any] = {
        **defaults(),
        "num-partitions": 2,
        "num-server-rounds": 2,
        "fraction-train": 1.0,
        "dataset": str(SMALL),
        "out": str(folder),
        **changed,
    }
    grid = InProcessGrid(client_app.app, config, 2)
    server_app.app(grid, Context(1, 1, {}, RecordDict(), config))
    return record.load(folder)


def stop_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    def stop(*_: object) -> None:
        raise StoppedError

    monkeypatch.setattr(owner, name, stop)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    run(folder)
    return folder


def check(folder: Path, whole: Path) -> None:
    assert record.fingerprint(record.load(folder)) == record.fingerprint(record.load(whole))
    assert (folder / MODEL).read_bytes() == (whole / MODEL).read_bytes()
    assert not (folder / "journal").exists()


def test_all_rounds_have_ended_and_the_record_is_not_written(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(monkeypatch, server_app.Experiment, "_write")
    with pytest.raises(StoppedError):
        run(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"journal"}
    monkeypatch.undo()
    run(tmp_path)
    check(tmp_path, whole)


def test_the_record_is_written_and_the_journal_is_still_there(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(monkeypatch, server_app.Journal, "remove")
    with pytest.raises(StoppedError):
        run(tmp_path)
    assert (tmp_path / "run.json.gz").exists()
    monkeypatch.undo()
    run(tmp_path)
    check(tmp_path, whole)


def test_nothing_but_round_0_has_ended(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(monkeypatch, server_app.Recorder, "receive_trained")
    with pytest.raises(StoppedError):
        run(tmp_path)
    monkeypatch.undo()
    run(tmp_path)
    check(tmp_path, whole)


def test_other_settings_and_other_code_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(monkeypatch, server_app.Experiment, "_write")
    with pytest.raises(StoppedError):
        run(tmp_path, num_server_rounds=1)
    with pytest.raises(JournalError, match="by a run with num-server-rounds 1, not 2; go on with"):
        run(tmp_path)
    change(tmp_path, "code_hash", "f" * 64)
    with pytest.raises(JournalError, match="by a run with another code_hash; go on with the same"):
        run(tmp_path, num_server_rounds=1)


def change(folder: Path, key: str, value: str) -> None:
    """Have the journal of a run say something else of it."""
    journal = folder / "journal" / "journal.jsonl"
    first, *rest = journal.read_text().splitlines()
    header = json.loads(first)
    assert key in header
    journal.write_text("\n".join([json.dumps({**header, key: value}), *rest, ""]))


def test_when_a_run_began_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_at(monkeypatch, server_app.Experiment, "_write")
    with pytest.raises(StoppedError):
        run(tmp_path, num_server_rounds=1)
    change(tmp_path, "started", "2001-02-03T04:05:06+00:00")
    monkeypatch.undo()
    found = run(tmp_path, num_server_rounds=1).provenance.started
    assert found.isoformat() == "2001-02-03T04:05:06+00:00"

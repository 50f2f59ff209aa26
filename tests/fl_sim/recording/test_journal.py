"""What an interrupted run leaves, whole or in pieces, and what is read of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord
from flwr.serverapp.strategy import FedAdam, FedAvg, FedAvgM, Result, Strategy
from toy_app import arrays, model, nodes, toy_app

from fl_sim import record, record_strategy
from fl_sim.app.cohort import SeededCohort
from fl_sim.app.local_only import LocalOnly
from fl_sim.app.resume import Resumed
from fl_sim.recording import journal, state
from fl_sim.recording.journal import FILE, Journal, JournalError, Past
from fl_sim.running.in_process import InProcessGrid

CONFIG = {"num-server-rounds": 3, "learning-rate": 0.1, "strategy": "fedavg", "flag": True}
IDENTITY = {"config": CONFIG, "code_hash": "abc"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run" / "journal"


def open_journal(folder: Path, **changed: Any) -> Journal:
    return Journal(folder, {**IDENTITY, **changed}, "2026-11-22T10:00:00+00:00")


def round_(number: int) -> record.Round:
    train = record.Train(metrics=record.Metrics(loss=1 / (number + 1))) if number else None
    return record.Round(number=number, train=train, probes=(0.1, float(number)))


def weights(number: int) -> dict[str, np.ndarray]:
    return {"weight": np.arange(3, dtype=np.float32) + number, "steps": np.array(number)}


def left(folder: Path, rounds: int) -> Journal:
    """Leave rounds 0 to ``rounds`` - 1."""
    found = open_journal(folder)
    for number in range(rounds):
        moments = {"m_t|weight": np.full(2, number, np.float64)}
        found.append(round_(number), weights(number), (moments, {"kinds": f"{number}"}))
    return found


def check(past: Past, rounds: int) -> None:
    last = rounds - 1
    assert past.rounds == [round_(number) for number in range(rounds)]
    for number, found in past.models.items():
        assert {name: array.tolist() for name, array in found.items()} == {
            name: array.tolist() for name, array in weights(number).items()
        }
        assert (found["weight"].dtype, found["steps"].dtype) == (np.float32, np.int64)
    state, header = past.strategy
    assert (state["m_t|weight"].tolist(), header) == ([last, last], {"kinds": str(last)})


# --- what is left


def test_nothing_is_left_at_first(folder: Path) -> None:
    assert open_journal(folder).read() == Past()
    assert not folder.exists()


def test_rounds_models_and_state_come_back(folder: Path) -> None:
    left(folder, 3)
    again = Journal(folder, IDENTITY, "2027-01-01T00:00:00+00:00")
    check(again.read(), 3)
    assert again.started == "2026-11-22T10:00:00+00:00"
    assert sorted(path.name for path in folder.iterdir()) == [
        "journal.jsonl",
        "model-0000.safetensors",
        "model-0001.safetensors",
        "model-0002.safetensors",
        "strategy-0002.safetensors",
    ]


def test_a_run_that_goes_on_adds_to_it(folder: Path) -> None:
    left(folder, 2)
    again = open_journal(folder)
    again.read()
    again.append(round_(2), weights(2), ({"m_t|weight": np.full(2, 2.0)}, {"kinds": "2"}))
    check(open_journal(folder).read(), 3)


def test_round_0_begins_anew(folder: Path) -> None:
    left(folder, 3)
    left(folder, 1)
    check(open_journal(folder).read(), 1)
    assert len(list(folder.iterdir())) == 3


def test_views_and_empty_states(folder: Path) -> None:
    wide = np.arange(6, dtype=np.float32).reshape(2, 3)
    open_journal(folder).append(round_(0), {"weight": wide.T[1]}, ({}, {}))
    past = open_journal(folder).read()
    assert past.models[0]["weight"].tolist() == [1.0, 4.0]
    assert past.strategy == ({}, {})


def test_of_long_runs_only_models_that_are_drawn_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_MODELS", 3)
    for rounds in range(1, 8):
        left(folder, rounds)
        past = open_journal(folder).read()
        check(past, rounds)
        assert set(past.models) == {*range(min(3, rounds)), rounds - 1}
    assert len(list(folder.glob("model-*"))) == 4


def test_the_order_of_arrays_is_kept(folder: Path) -> None:
    """Strategies such as FedAvgM know them by it."""
    names = ["b", "a", "c", "A"]
    mixed = {name: np.full(2, i, np.float32) for i, name in enumerate(names)}
    open_journal(folder).append(round_(0), mixed, (mixed, {"kinds": ""}))
    past = open_journal(folder).read()
    assert list(past.models[0]) == list(past.strategy[0]) == names
    assert past.strategy[1] == {"kinds": ""}


def test_remove(folder: Path) -> None:
    left(folder, 2).remove()
    assert not folder.exists()
    open_journal(folder).remove()


# --- killed in between


@pytest.mark.parametrize("cut", [1, 20, 10_000])
def test_half_a_last_line_is_none(folder: Path, cut: int) -> None:
    left(folder, 3)
    content = (folder / FILE).read_bytes()
    last = content.splitlines(keepends=True)[-1]
    (folder / FILE).write_bytes(content[: -min(cut, len(last))])
    # The files of round 2 were written before its line; round 1's state had not been removed yet.
    before = {"m_t|weight": np.full(2, 1.0)}
    journal._write(folder / "strategy-0001.safetensors", journal._packed(before, {"kinds": "1"}))
    again = open_journal(folder)
    check(again.read(), 2)
    again.append(round_(2), weights(2), ({"m_t|weight": np.full(2, 2.0)}, {"kinds": "2"}))
    check(open_journal(folder).read(), 3)
    assert (folder / FILE).read_bytes() == content


@pytest.mark.parametrize("steps", [1, 2])
def test_killed_before_the_line(folder: Path, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """After the model, or after the strategy's state as well: the round has not ended."""
    left(folder, 2)
    written: list[Path] = []
    write = journal._write

    def interrupt(path: Path, content: bytes) -> None:
        if len(written) == steps:
            raise KeyboardInterrupt
        write(path, content)
        written.append(path)

    monkeypatch.setattr(journal, "_write", interrupt)
    monkeypatch.setattr(Journal, "_add_line", lambda *_: interrupt(folder, b""))
    with pytest.raises(KeyboardInterrupt):
        open_journal(folder).append(round_(2), weights(9), ({"m_t|weight": np.ones(2)}, {}))
    assert len(written) == steps
    check(open_journal(folder).read(), 2)
    monkeypatch.undo()
    open_journal(folder).append(
        round_(2), weights(2), ({"m_t|weight": np.full(2, 2.0)}, {"kinds": "2"})
    )
    check(open_journal(folder).read(), 3)


def test_killed_while_a_file_is_written(folder: Path) -> None:
    left(folder, 2)
    (folder / "model-0002.partial").write_bytes(b"half")
    check(open_journal(folder).read(), 2)


@pytest.mark.parametrize("lines", [0, 1])
def test_killed_in_round_0(folder: Path, lines: int) -> None:
    left(folder, 1)
    content = (folder / FILE).read_bytes().splitlines(keepends=True)
    (folder / FILE).write_bytes(b"".join(content[:lines]) + b'{"half')
    assert open_journal(folder).read() == Past()
    left(folder, 2)
    check(open_journal(folder).read(), 2)


# --- refused


def refused(found: Journal) -> str:
    with pytest.raises(JournalError) as error:
        found.read()
    text = str(error.value)
    assert text.startswith(f"{found.folder} ")
    assert "\n" not in text
    return text.removeprefix(f"{found.folder} ")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code_hash": "def"}, "another code_hash"),
        ({"config": {**CONFIG, "learning-rate": 0.2}}, "learning-rate 0.1, not 0.2"),
        ({"config": {**CONFIG, "seed": 7}}, "seed unset, not 7"),
        ({"config": {"flag": True}}, "learning-rate 0.1, not unset"),
        ({"data": "f" * 64}, "another data"),
    ],
)
def test_another_run_is_not_continued(folder: Path, changed: dict[str, Any], said: str) -> None:
    left(folder, 2)
    assert refused(open_journal(folder, **changed)) == (
        f"was left by a run with {said}; go on with the same settings and code, or begin anew with "
        "--force"
    )


def test_a_model_that_is_missing(folder: Path) -> None:
    left(folder, 3)
    (folder / "model-0001.safetensors").unlink()
    said = refused(open_journal(folder))
    assert said.startswith("is damaged (")
    assert said.endswith("; begin anew with --force")
    assert "model-0001.safetensors" in said


@pytest.mark.parametrize("file", ["model-0002.safetensors", "strategy-0002.safetensors"])
@pytest.mark.parametrize("content", [b"", b"\0" * 100, None])
def test_a_file_that_is_damaged(folder: Path, file: str, content: bytes | None) -> None:
    left(folder, 3)
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole[:-1] if content is None else content)
    assert refused(open_journal(folder)).startswith("is damaged (")


@pytest.mark.parametrize(
    "lines",
    [
        ["nonsense"],
        ["[]"],
        [json.dumps(IDENTITY)],
        [json.dumps({**IDENTITY, "started": "now"}), "{}"],
        [json.dumps({**IDENTITY, "started": "now"}), '{"number": 1}'],
        [json.dumps({**IDENTITY, "started": "now"}), '{"number": 0}', '{"number": 0}'],
    ],
)
def test_lines_that_are_damaged(folder: Path, lines: list[str]) -> None:
    left(folder, 2)
    (folder / FILE).write_text("\n".join([*lines, ""]))
    assert refused(open_journal(folder)).startswith("is damaged (")


# --- what a strategy carries from round to round


def resumed(
    make: Callable[[], Strategy], rounds: int, more: int
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the model after ``rounds + more`` rounds, without and with a break."""
    whole = begin(make(), model(**TWO), rounds + more).arrays
    before = make()
    result = begin(before, model(**TWO), rounds)
    numbers = dict(zip(nodes(3), range(3), strict=True))
    kept, header = state.capture(before, numbers)
    after = make()
    state.restore(after, kept, json.loads(json.dumps(header)), dict(enumerate(nodes(3))))
    again = begin(Resumed(after, rounds), result.arrays, more).arrays
    return content(whole), content(again)


# In an order that is not that of the alphabet.
TWO = {"weight": np.float32([0.5, 1.0]), "bias": np.float32([[0.25]])}


def begin(strategy: Strategy, initial: ArrayRecord, rounds: int) -> Result:
    return strategy.start(InProcessGrid(toy_app(), {}, 3), initial, rounds)


def content(found: ArrayRecord) -> dict[str, bytes]:
    return {name: array.data for name, array in found.items()}


@pytest.mark.parametrize(
    "make",
    [
        lambda: SeededCohort(FedAvg(), 0, nodes(3)),
        lambda: SeededCohort(FedAdam(beta_1=0.9, beta_2=0.99), 0, nodes(3)),
        lambda: SeededCohort(FedAvgM(server_learning_rate=0.5, server_momentum=0.9), 0, nodes(3)),
    ],
    ids=["fedavg", "fedadam", "fedavgm"],
)
def test_a_strategy_goes_on_as_if_nothing_had_been(make: Callable[[], Strategy]) -> None:
    whole, again = resumed(make, 2, 2)
    assert whole == again


def test_models_of_each_client_come_back_under_other_node_ids() -> None:
    before = SeededCohort(LocalOnly(), 0, [71, 72])
    before.strategy._models = {71: arrays((1.0, 2.0)), 72: arrays((3.0, 4.0))}
    kept, header = state.capture(before, {71: 0, 72: 1})
    after = SeededCohort(LocalOnly(), 0, [5, 4])
    state.restore(after, kept, header, {0: 5, 1: 4})
    found = {node: each["weight"].numpy().tolist() for node, each in after.strategy._models.items()}
    assert found == {5: [1.0, 2.0], 4: [3.0, 4.0]}


class Everything(FedAvg):
    """Holds all kinds of state, and what is none."""

    def __init__(self) -> None:
        super().__init__()
        self.array = np.ones(2)
        self.scalar = np.float32(0.1)
        self.real = np.float64(0.1)
        self.listed = [np.zeros(1), np.ones(2, np.int64)]
        self.named = {"a|b": np.ones(1)}
        self.record = ArrayRecord({"weight": Array(np.ones(2))})
        self.text, self.count, self.nothing = "text", 3, None
        self.words = ["a"]
        self.empty: list[np.ndarray] = []


def test_all_kinds_of_state() -> None:
    before, after = Everything(), Everything()
    for name in ("array", "scalar", "real", "listed", "named", "record", "text", "count", "words"):
        setattr(after, name, None)
    after.nothing = 1
    before.later = np.full(1, 7.0)  # type: ignore[attr-defined]
    kept, header = state.capture(before, {})
    state.restore(after, kept, header, {})
    assert after.array.tolist() == [1.0, 1.0]
    assert (after.scalar, after.scalar.dtype) == (np.float32(0.1), np.float32)
    assert (after.real, after.real.dtype) == (0.1, np.float64)
    assert [(each.tolist(), each.dtype) for each in after.listed] == [
        ([0.0], np.float64),
        ([1, 1], np.int64),
    ]
    assert {name: array.tolist() for name, array in after.named.items()} == {"a|b": [1.0]}
    assert after.record["weight"].numpy().tolist() == [1.0, 1.0]
    assert (after.text, after.count, after.nothing) == ("text", 3, None)
    assert after.later.tolist() == [7.0]
    # What is no state stays as the new strategy has it.
    assert (after.words, after.empty) == (None, [])


def test_state_of_a_strategy_that_is_watched(tmp_path: Path) -> None:
    bare = state.capture(FedAdam(), {})
    assert state.capture(record_strategy(FedAdam(), tmp_path), {}) == bare

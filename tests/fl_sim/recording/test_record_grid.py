"""One line records an app without a strategy: what it sends through the grid, and what comes back.

Client k of the toy app has k + 1 examples, and adds k + 1 to every weight.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from flwr.app import ArrayRecord, ConfigRecord, Message, MessageType, RecordDict
from flwr.serverapp import Grid
from toy_app import START, arrays, toy_app

from fl_sim import record, record_grid
from fl_sim.record import Failure
from fl_sim.recording import strategy as recording
from fl_sim.running.in_process import InProcessGrid

CLIENTS = 3
NODES = tuple(range(2, 2 + CLIENTS))
# The means of two rounds of all clients: each adds (1*1 + 2*2 + 3*3) / 6.
FIRST = tuple(value + 7 / 3 for value in START)
SECOND = tuple(value + 7 / 3 for value in FIRST)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "mine"


def grid(**app: Any) -> Grid:
    return InProcessGrid(toy_app(**app), {}, CLIENTS)


def messages(
    kind: str,
    model: ArrayRecord | None,
    number: int | None = None,
    group: str = "",
    nodes: Sequence[int] = NODES,
    name: str = "server-round",
) -> list[Message]:
    content = {} if model is None else {"arrays": model}
    config = {} if number is None else {"config": ConfigRecord({"lr": 1, name: number})}
    return [Message(RecordDict(content | config), node, kind, group_id=group) for node in nodes]


def train(grid: Grid, values: Sequence[float], **how: Any) -> list[Message]:
    return list(grid.send_and_receive(messages(MessageType.TRAIN, arrays(values), **how)))


def evaluate(grid: Grid, values: Sequence[float] | None, **how: Any) -> list[Message]:
    model = None if values is None else arrays(values)
    return list(grid.send_and_receive(messages(MessageType.EVALUATE, model, **how)))


def sampled(run: record.Run) -> list[tuple[int, ...] | None]:
    return [each.train.sampled for each in run.rounds[1:] if each.train]


def globals_of(run: record.Run) -> list[float | None]:
    """Return one weight of the global model after each round, None where it is not known."""
    return [None if each.probes is None else each.probes[0] for each in run.rounds]


def averages(run: record.Run) -> list[bool]:
    """Return in which rounds the model is known to be the mean of what clients sent."""
    return [bool(each.train and each.train.weighted_mean) for each in run.rounds[1:]]


def test_two_rounds(out: Path) -> None:
    recorded = record_grid(grid(), out, config={"rate": 0.1})
    replies = train(recorded, START, number=1)
    assert [reply.metadata.src_node_id for reply in replies] == list(NODES)
    evaluate(recorded, FIRST, number=1)
    train(recorded, FIRST, number=2)
    evaluate(recorded, SECOND, number=2)
    del recorded
    run = record.load(out)
    assert (run.name, run.strategy, run.num_clients, run.config) == ("mine", None, 3, {"rate": 0.1})
    assert sampled(run) == [(0, 1, 2), (0, 1, 2)]
    index = run.probes[0].index[0]
    expected = [START[index], FIRST[index], SECOND[index]]
    assert globals_of(run) == pytest.approx(expected, rel=1e-6)
    for round_ in run.rounds[1:]:
        assert round_.train is not None
        assert round_.evaluate is not None
        assert round_.train.weighted_mean == round_.probes
        assert [each.num_examples for each in round_.train.replies] == [1, 2, 3]
        assert [each.metrics and each.metrics.loss for each in round_.evaluate.replies] == [1, 2, 3]
    assert run.path is not None


def test_the_last_model_is_not_known_unless_it_is_sent(out: Path) -> None:
    recorded = record_grid(grid(), out)
    train(recorded, START, number=1)
    train(recorded, FIRST, number=2)
    del recorded
    run = record.load(out)
    assert [value is None for value in globals_of(run)] == [False, False, True]
    assert [bool(each.train and each.train.weighted_mean) for each in run.rounds[1:]] == [
        True,
        False,
    ]
    assert (run.path, run.filters) == (None, None)


def test_rounds_are_written_as_they_end(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "WRITING", float("inf"))
    recorded = record_grid(grid(), out)
    train(recorded, START, number=1)
    train(recorded, FIRST, number=2)
    assert len(record.load(out).rounds) == 2
    del recorded
    assert len(record.load(out).rounds) == 3


@pytest.mark.parametrize(
    "how",
    [
        pytest.param([{"number": 0}, {"number": 1}], id="by their number, from 0"),
        pytest.param(
            [{"number": r, "name": "current_round"} for r in (1, 2)], id="by its own name"
        ),
        pytest.param([{"group": "7"}, {"group": "9"}], id="by their group"),
        pytest.param([{}, {}], id="by what was answered"),
        pytest.param([{"group": "all"}, {"group": "all"}], id="by a group that is no number"),
        pytest.param([{"number": 1}, {"number": 1}], id="by who is asked again"),
    ],
)
def test_where_a_round_begins(how: list[dict[str, Any]], out: Path) -> None:
    recorded = record_grid(grid(), out)
    for model, each in zip((START, FIRST), how, strict=True):
        train(recorded, model, **each)
    del recorded
    assert sampled(record.load(out)) == [(0, 1, 2), (0, 1, 2)]


def test_clients_that_are_asked_one_after_another(out: Path) -> None:
    recorded = record_grid(grid(), out)
    for number, model in ((1, START), (2, FIRST)):
        for node in NODES:
            train(recorded, model, number=number, nodes=[node])
        for node in NODES[:2]:
            evaluate(recorded, None, number=number, nodes=[node])
    del recorded
    run = record.load(out)
    assert sampled(run) == [(0, 1, 2), (0, 1, 2)]
    assert [each.evaluate and each.evaluate.sampled for each in run.rounds] == [
        None,
        (0, 1),
        (0, 1),
    ]
    assert [bool(each.train and each.train.weighted_mean) for each in run.rounds[1:]] == [
        True,
        False,
    ]


def test_replies_that_are_pulled(out: Path) -> None:
    recorded = record_grid(grid(), out)
    first = list(recorded.push_messages(messages(MessageType.TRAIN, arrays(START), 1)))
    assert len(list(recorded.pull_messages(first[:2]))) == 2
    second = list(recorded.push_messages(messages(MessageType.TRAIN, arrays(FIRST), 2)))
    # Too late: the round has ended.
    assert len(list(recorded.pull_messages([*second, first[2]]))) == 4
    del recorded
    run = record.load(out)
    assert sampled(run) == [(0, 1, 2), (0, 1, 2)]
    failures = [each.train.failures for each in run.rounds[1:] if each.train]
    assert failures == [(Failure(client=2, kind="no reply"),), ()]


def test_a_client_that_fails(out: Path) -> None:
    recorded = record_grid(grid(failing=frozenset({1})), out)
    train(recorded, START, number=1)
    del recorded
    (phase,) = (each.train for each in record.load(out).rounds if each.train)
    assert [each.client for each in phase.replies] == [0, 2]
    assert [(each.client, each.kind) for each in phase.failures] == [(1, "error")]


def test_each_client_its_own_model(out: Path) -> None:
    recorded = record_grid(grid(), out)
    for number, model in ((1, START), (2, FIRST)):
        own = [messages(MessageType.TRAIN, arrays((model[0] + n, *model[1:])), number, nodes=[n])
               for n in NODES]  # fmt: skip
        list(recorded.send_and_receive([each for (each,) in own]))
    del recorded
    run = record.load(out)
    assert (sampled(run), globals_of(run), run.network) == ([(0, 1, 2)] * 2, [None] * 3, None)
    assert run.rounds[1].train is not None
    norms = [each.update_norm for each in run.rounds[1].train.replies]
    assert norms == pytest.approx([(k + 1) * 3**0.5 for k in range(3)])


def test_what_is_no_training_is_left_alone(out: Path) -> None:
    recorded = record_grid(grid(), out)
    evaluate(recorded, START, number=1)  # before any training
    train(recorded, START, number=1)
    list(recorded.send_and_receive(messages(MessageType.QUERY, None, 1)))
    del recorded
    run = record.load(out)
    assert sampled(run) == [(0, 1, 2)]
    assert [each.evaluate for each in run.rounds] == [None, None]


def test_a_grid_stays_what_it_is(out: Path) -> None:
    inner = grid()
    recorded = record_grid(inner, out)
    assert isinstance(recorded, Grid)
    assert (list(recorded.get_node_ids()), recorded.run) == (list(NODES), inner.run)
    content = RecordDict({"arrays": arrays(START)})
    made = recorded.create_message(content, MessageType.TRAIN, 2, "1", ttl=9.0)
    assert (made.metadata.dst_node_id, made.metadata.ttl) == (2, 9.0)
    assert recorded._replies is inner._replies  # type: ignore[attr-defined]  # of that class alone


def test_what_is_no_grid(out: Path) -> None:
    with pytest.raises(TypeError, match="str is no grid; pass the one that the server app gets"):
        record_grid("grid", out)  # type: ignore[arg-type]

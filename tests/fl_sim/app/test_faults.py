"""Clients that fail, hang or drop out, and what the server sees of it."""

import time
from collections import Counter

import pytest
from flwr.app import ConfigRecord, Context, Error, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.common.constant import ErrorCode
from flwr.serverapp.strategy import FedAvg
from quick_run import SMALL
from toy_app import START, arrays, metrics

from fl_sim.app import client_app, faults
from fl_sim.app.settings import Settings, Value, defaults
from fl_sim.running.in_process import InProcessGrid

CLIENTS = 3


def config(**settings: Value) -> dict[str, Value]:
    return {**defaults(), **{key.replace("_", "-"): value for key, value in settings.items()}}


def app_with_faults() -> tuple[ClientApp, list[int]]:
    """Return an app of clients that do nothing, and the list of those that trained."""
    app, trained = ClientApp(), []

    @app.train(mods=[faults.inject])
    def train(message: Message, context: Context) -> Message:
        client = int(context.node_config["partition-id"])
        trained.append(client)
        return Message(
            RecordDict({"arrays": arrays(START), "metrics": metrics(client)}), reply_to=message
        )

    @app.evaluate()
    def evaluate(message: Message, context: Context) -> Message:
        return Message(RecordDict({"metrics": metrics(0)}), reply_to=message)

    return app, trained


def ask(app: ClientApp, run_config: dict[str, Value], timeout: float = 3600) -> list[Message]:
    """Ask three clients to train; return the replies."""
    grid = InProcessGrid(app, run_config, CLIENTS)
    messages = FedAvg().configure_train(1, arrays(START), ConfigRecord(), grid)
    return list(grid.send_and_receive(messages, timeout=timeout))


def test_without_rates_everyone_trains() -> None:
    app, trained = app_with_faults()
    replies = ask(app, config())
    assert (len(replies), any(reply.has_error() for reply in replies)) == (CLIENTS, False)
    assert sorted(trained) == [0, 1, 2]


def test_a_failure_is_an_error_reply_of_flower_with_a_plain_reason() -> None:
    app, trained = app_with_faults()
    replies = ask(app, config(failure_rate=1.0))
    assert {reply.error.code for reply in replies} == {ErrorCode.CLIENT_APP_RAISED_EXCEPTION}
    assert all("the client stopped in the middle of training" in r.error.reason for r in replies)
    assert (len(replies), trained) == (CLIENTS, [])


def test_a_dropout_is_what_the_superlink_says_of_a_node_that_is_gone() -> None:
    app, trained = app_with_faults()
    replies = ask(app, config(dropout_rate=1.0))
    assert {reply.error.code for reply in replies} == {ErrorCode.NODE_UNAVAILABLE}
    assert {reply.error.reason for reply in replies} == {"the client cannot be reached"}
    assert (len(replies), trained) == (CLIENTS, [])


def test_a_hang_has_no_reply_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "LATE", 0.02)
    app, trained = app_with_faults()
    started = time.monotonic()
    assert ask(app, config(hang_rate=1.0, round_timeout=0.1), timeout=0.1) == []
    assert time.monotonic() - started >= CLIENTS * 0.12
    assert sorted(trained) == [0, 1, 2]


def test_a_hang_ends_in_an_answer_for_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "LATE", 0.0)
    app, _ = app_with_faults()
    assert len(ask(app, config(hang_rate=1.0, round_timeout=0.01))) == CLIENTS


@pytest.mark.parametrize(("timeout", "slept"), [(10.0, 4.0), (7.0, 1.0), (3.0, 0.0)])
def test_a_client_that_takes_long_by_itself_hangs_no_longer(
    monkeypatch: pytest.MonkeyPatch, timeout: float, slept: float
) -> None:
    """It trains for 7 s, and answers 1 s after the timeout at the earliest."""
    clock, naps = [0.0], list[float]()
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", naps.append)
    app = ClientApp()

    @app.train(mods=[faults.inject])
    def train(message: Message, context: Context) -> Message:
        clock[0] += 7.0
        return Message(Error(0), reply_to=message)

    ask(app, config(hang_rate=1.0, round_timeout=timeout))
    assert naps == [slept] * CLIENTS


def test_evaluation_is_spared() -> None:
    app, _ = app_with_faults()
    grid = InProcessGrid(app, config(failure_rate=1.0), CLIENTS)
    messages = FedAvg().configure_evaluate(1, arrays(START), ConfigRecord(), grid)
    replies = list(grid.send_and_receive(messages))
    assert (len(replies), any(reply.has_error() for reply in replies)) == (CLIENTS, False)


# --- the draw


def drawn(settings: Settings) -> list[str | None]:
    """Return what becomes of 10 clients in 100 rounds."""
    return [faults.draw(settings, r, client) for r in range(1, 101) for client in range(10)]


def test_the_rates_are_kept() -> None:
    count = Counter(drawn(Settings(failure_rate=0.1, hang_rate=0.2, dropout_rate=0.3)))
    # Four standard deviations of a thousand draws are 38 to 62.
    assert count["failure"] == pytest.approx(100, abs=38)
    assert count["hang"] == pytest.approx(200, abs=51)
    assert count["dropout"] == pytest.approx(300, abs=58)
    assert count[None] == pytest.approx(400, abs=62)


def test_no_rate_no_fault_and_all_rates_no_luck() -> None:
    assert set(drawn(Settings())) == {None}
    rates = {"failure_rate": 0.5, "hang_rate": 0.25, "dropout_rate": 0.25}
    assert set(drawn(Settings(**rates))) == {"failure", "hang", "dropout"}  # type: ignore[arg-type]


def test_the_failure_seed_decides_and_the_seed_does_not() -> None:
    plain = drawn(Settings(failure_rate=0.5))
    assert drawn(Settings(failure_rate=0.5, seed=7)) == plain
    assert drawn(Settings(failure_rate=0.5, failure_seed=7)) != plain


def test_another_rate_does_not_move_who_fails() -> None:
    fewer, more = drawn(Settings(failure_rate=0.1)), drawn(Settings(failure_rate=0.3))
    assert all(b == "failure" for a, b in zip(fewer, more, strict=True) if a == "failure")


# --- the timeout of the in-process grid


def test_a_timeout_is_each_clients_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Client 1 takes 7 s, the others 4: all fit in 8, two in 5, none in 3."""
    clock = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    app = ClientApp()

    @app.train()
    def train(message: Message, context: Context) -> Message:
        clock[0] += 7.0 if context.node_config["partition-id"] == 1 else 4.0
        return Message(Error(0, str(context.node_config["partition-id"])), reply_to=message)

    def answered(timeout: float) -> list[str | None]:
        return [reply.error.reason for reply in ask(app, {}, timeout)]

    assert sorted(map(str, answered(8))) == ["0", "1", "2"]
    assert sorted(map(str, answered(5))) == ["0", "2"]
    assert answered(3) == []


# --- the app


def test_the_apps_own_clients_have_the_mod() -> None:
    run_config = config(dataset=str(SMALL), num_partitions=CLIENTS, failure_rate=1.0)
    replies = ask(client_app.app, run_config)
    assert all("stopped in the middle of training" in str(r.error.reason) for r in replies)

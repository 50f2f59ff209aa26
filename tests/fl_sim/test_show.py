"""A run as tables of eighty columns, however large it is."""

from typing import Any

import pytest
from rich.console import Console
from tiny_record import full_run, many_clients, tiny_run

from fl_sim import record, show, terminal

CIFAR10 = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "console", lambda: Console(width=80))


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that shows a run and returns its lines, each with single spaces."""

    def shown(run: record.Run) -> list[str]:
        show.run(run)
        printed = capsys.readouterr().out.splitlines()
        assert max(map(len, printed)) <= 80
        return [" ".join(line.split()) for line in printed]

    return shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ([1, 2.5, "é", None], '[1, 2.5, "é", null]'),
        ({"a": {"b": [1]}, "c": {}}, '{\n "a": {\n  "b": [1]\n },\n "c": {}\n}'),
        ([[1, 2], [3]], "[\n [1, 2],\n [3]\n]"),
    ],
)
def test_json_is_indented_and_numbers_share_a_line(value: Any, text: str) -> None:
    assert "".join(show.json_text(value)) == text


def part_of(lines: list[str], title: str) -> list[str]:
    """Return the lines of one table, without its title."""
    start = lines.index(title) + 1
    return lines[start : lines.index("", start)]


def of_classes(names: tuple[str, ...], count: int = 500) -> record.Run:
    counts = (count,) * len(names)
    return record.Run(
        name="classes",
        num_clients=1,
        dataset=record.Dataset(name="many", num_train=1, num_test=1, class_names=names),
        partitions=(record.Partition(label_counts=counts),),
        rounds=(record.Round(number=0),),
    )


def test_what_is_left_out_of_large_models_is_said(lines: Any) -> None:
    data = tiny_run().model_dump(exclude_none=True)
    data["network"]["num_parameters"] = 5_000_001
    left_out = "left out comparisons of whole models of this size, unless updates=True"
    assert left_out in lines(record.Run.model_validate(data))
    data["rounds"][1]["train"]["replies"][0]["update_norm"] = 0.5
    assert left_out not in lines(record.Run.model_validate(data))
    del data["rounds"][1]["train"]["replies"][0]["update_norm"]
    data["network"]["num_parameters"] = 5_000_000
    assert left_out not in lines(record.Run.model_validate(data))


def test_what_a_full_run_holds(lines: Any) -> None:
    found = lines(full_run())
    assert part_of(found, "clients") == [
        "client train valid even odd",
        "0 1 1 2 0",
        "1 - - 0 300",
        "2 3 - - -",
    ]
    assert part_of(found, "rounds") == [
        "federated central updates'",
        "round trained failed evaluated loss accuracy loss accuracy cosine",
        "0 - - - - - 2.000 25.0% -",
        "1 0 2 1 0 - - - - 0.800",
        "2 1 - - - - - - -",
        "3 - - - - - - - -",
    ]
    assert part_of(found, "failures") == [
        "round client while what code reason",
        "1 1 train error 1 out of memory",
        "1 2 evaluate no reply - -",
    ]


def test_what_is_not_known_has_no_table(lines: Any) -> None:
    found = lines(record.Run(name="bare", rounds=(record.Round(number=0),)))
    assert found == [
        "bare",
        "strategy -",
        "source recorded",
        "",
        "rounds",
        "federated central",
        "round trained failed evaluated loss accuracy loss accuracy",
        "0 - - - - - - -",
        "",
    ]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("even", "odd"), "even odd"),
        (CIFAR10[:3], "airplane automobile bird"),
        (tuple(f"{i} of a dozen" for i in range(9)), " ".join(f"{i} of" for i in range(9))),
        (tuple(f"number {i}" for i in range(10)), "0 1 2 3 4 5 6 7 8 9"),
        (tuple(f"class {i}" for i in range(100)), ""),
        ((), ""),
    ],
)
def test_class_names_share_the_line(lines: Any, names: tuple[str, ...], shown: str) -> None:
    found = part_of(lines(of_classes(names)), "clients")
    assert found[0] == f"client train valid {shown}".rstrip()
    assert len(found) == 2


def test_the_names_of_cifar10_fit_until_its_counts_do_not(lines: Any) -> None:
    assert part_of(lines(of_classes(CIFAR10)), "clients") == [
        f"client train valid {' '.join(CIFAR10)}",
        f"0 - - {' '.join(['500'] * 10)}",
    ]
    assert part_of(lines(of_classes(CIFAR10, 50_000)), "clients") == [
        "client train valid airpl autom bird cat deer dog frog horse ship truck",
        f"0 - - {' '.join(['50000'] * 10)}",
    ]
    assert part_of(lines(of_classes(CIFAR10, 10**9)), "clients") == ["client train valid", "0 - -"]


def test_a_thousand_clients(lines: Any) -> None:
    found = lines(many_clients(1000, 1))
    clients = part_of(found, "clients")
    assert len(clients) == 1 + 20 + 1
    assert clients[1:3] == ["0 1 -", "1 2 -"]
    assert clients[-1] == "and 980 more with 1 to 7 train examples"
    assert part_of(found, "rounds")[-2:] == ["1 (1000) - - - - - -", "(n): n clients"]


def test_twenty_clients_are_all_listed(lines: Any) -> None:
    assert part_of(lines(many_clients(20, 1)), "clients")[-1] == "19 6 -"


def with_failures(*reasons: str) -> record.Run:
    failures = tuple(
        record.Failure(client=client, kind="error", reason=reason)
        for client, reason in enumerate(reasons)
    )
    phase = record.Train(sampled=tuple(range(len(reasons))), replies=(), failures=failures)
    rounds = (record.Round(number=0), record.Round(number=1, train=phase))
    return record.Run(name="broken", rounds=rounds)


def test_reasons_are_short(lines: Any) -> None:
    run = with_failures("x" * 60, "two\n lines")
    found = part_of(lines(run), "failures")
    assert found[1:] == [f"1 0 train error - {'x' * 40}...", "1 1 train error - two lines"]


def test_a_reason_is_whole_where_there_is_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the output is no terminal
    show.run(with_failures("x" * 600))
    assert capsys.readouterr().out.split()[-1] == "x" * 600


def test_nothing_is_cut_at_forty_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "console", lambda: Console(width=40))
    config = {"a-setting-with-a-very-long-name-indeed": "0123456789" * 4}
    show.run(tiny_run().model_copy(update={"config": config}))
    printed = capsys.readouterr().out
    assert "\u2026" not in printed
    folded = "".join(line[-21:].strip() for line in printed.splitlines())
    assert "0123456789" * 4 in folded


def test_many_failures_are_counted(lines: Any) -> None:
    found = part_of(lines(with_failures(*["out of memory"] * 25)), "failures")
    assert (len(found), found[-1]) == (1 + 20 + 1, "and 5 more")


def test_text_is_shown_as_it_stands(lines: Any) -> None:
    run = with_failures("[/red] [bold]x", "\x1b[31m").model_copy(update={"name": "[x] \x07"})
    found = lines(run)
    assert found[0] == "[x] ?"
    assert part_of(found, "failures")[1:] == [
        "1 0 train error - [/red] [bold]x",
        "1 1 train error - ?[31m",
    ]


@pytest.mark.parametrize(
    ("gram", "cosine"),
    [
        (((1.0, 0.0), (0.0, 4.0)), "0.000"),
        (((1.0, -2.0), (-2.0, 4.0)), "-1.000"),
        # 1, 0 and 0: each pair once
        (((1.0, 1.0, 0.0), (1.0, 1.0, 0.0), (0.0, 0.0, 1.0)), "0.333"),
        (((1.0, 0.0), (0.0, 0.0)), "-"),  # an update of zero has no direction
        (((1.0,),), "-"),
        ((), "-"),
    ],
)
def test_the_mean_cosine_between_updates(
    lines: Any, gram: tuple[tuple[float, ...], ...], cosine: str
) -> None:
    data = full_run().model_dump(exclude_none=True)
    clients = range(len(gram))
    replies = [{"client": client} for client in clients]
    phase = {"sampled": clients, "replies": replies, "gram": gram}
    data["rounds"][3]["train"] = phase
    data["num_clients"] = 3
    shown = part_of(lines(record.Run.model_validate(data)), "rounds")[-1]
    assert shown.split()[-1] == cosine


def test_no_cosine_where_there_are_no_products(lines: Any) -> None:
    assert "cosine" not in " ".join(lines(tiny_run()))


def test_a_row_of_five_clients_and_all_columns_fit(lines: Any) -> None:
    data = full_run().model_dump(exclude_none=True)
    data["num_clients"] = 100
    del data["partitions"]
    sampled = (0, 1, 2, 3, 4)
    replies = tuple({"client": client} for client in sampled)
    data["rounds"][2]["train"] = {"sampled": sampled, "replies": replies}
    data["rounds"][2]["evaluate"] = {"sampled": sampled, "replies": replies}
    data["rounds"][2]["central"] = {"loss": 1.0, "accuracy": 1.0}
    found = part_of(lines(record.Run.model_validate(data)), "rounds")
    assert found[-2] == "2 0 1 2 3 4 - 0 1 2 3 4 - - 1.000 100.0% -"


def test_every_metric_is_listed(lines: Any) -> None:
    data = tiny_run().model_dump(exclude_none=True)
    round_ = data["rounds"][1]
    round_["train"]["metrics"] = {"loss": 2.5e7}
    for i, reply in enumerate(round_["train"]["replies"]):
        reply["test"] = {"accuracy": 0.25 + i / 4}
        for name in ("train", "validation"):
            reply.pop(name, None)
    round_["evaluate"] = {"metrics": {"other": {"auc": 0.8125}}}
    data["rounds"][0]["central"] = {"loss": 2.0, "other": {"auc": 0.5}}
    round_["central"] = {"loss": 1.5}
    assert part_of(lines(record.Run.model_validate(data)), "metrics") == [
        "metric measured by rounds first last",
        "loss server 0-1 2.000 1.500",
        "auc server 0 0.5 0.5",
        "auc clients, evaluation 1 0.8125 0.8125",
        "loss clients, training 1 2.500e+07 2.500e+07",
        "accuracy each, test split 1 25.0% to 50.0% 25.0% to 50.0%",
    ]


def test_a_list_of_runs(capsys: pytest.CaptureFixture[str]) -> None:
    bare = record.Run(name="bare", rounds=(record.Round(number=0),))
    metrics = record.Metrics(accuracy=0.25)
    federated = record.Round(number=1, evaluate=record.Evaluate(metrics=metrics))
    by_clients = bare.model_copy(update={"rounds": (*bare.rounds, federated)})
    begun = record.Round(number=0, central=metrics)
    untrained = bare.model_copy(update={"rounds": (begun, record.Round(number=1))})
    scores = [record.Metrics(other={"AUC": value}) for value in (0.5, 0.8125)]
    tested = [record.Round(number=i, central=each) for i, each in enumerate(scores)]
    rounds = (*tested, record.Round(number=2))
    medical = bare.model_copy(update={"rounds": rounds, "metric": "AUC"})
    loss = record.Train(metrics=record.Metrics(loss=1.5))
    trained = bare.model_copy(update={"rounds": (*bare.rounds, record.Round(number=1, train=loss))})
    each = record.Metrics(other={"perplexity": 3.5})
    replies = tuple(
        record.EvaluateReply(client=client, weight=0.5, metrics=each) for client in (0, 1)
    )
    tests = record.Evaluate(sampled=(0, 1), replies=replies)
    words = bare.model_copy(
        update={"rounds": (*bare.rounds, record.Round(number=1, evaluate=tests))}
    )
    all_runs = {"tiny": tiny_run(), "[bare]": bare, "theirs": by_clients, "begun": untrained}
    show.runs({**all_runs, "medical": medical, "trained": trained, "words": words})
    found = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert found == [
        "run strategy clients rounds in the end",
        "tiny FedAvg 2 1 50.0%",
        "[bare] - - 0 -",
        "theirs - - 1 25.0% by clients",
        "begun - - 1 -",
        "medical - - 2 0.812 AUC in round 1",
        "trained - - 1 1.5 loss in training",
        "words - - 1 3.5 mean perplexity by clients",
    ]


def test_what_is_hidden_of_updates_and_what_it_cost(lines: Any) -> None:
    data = full_run().model_dump(exclude_none=True)
    spent = {"clip": 1.0, "noise": 0.1, "epsilon": 12.3456, "delta": 1e-5}
    phase = {"sampled": (0,), "replies": ({"client": 0},), "privacy": spent, "form": "masked"}
    for round_ in data["rounds"][1:]:
        round_.pop("train", None)
    data["rounds"][3]["train"] = phase
    found = part_of(lines(record.Run.model_validate(data)), "rounds")
    assert any(line.endswith("updates epsilon") for line in found)
    assert found[-1].endswith(" masked 12.35")

"""Which metric is the loss and which the accuracy: decided once a run, or a doubt."""

import pytest

from fl_sim import record
from fl_sim.record import Evaluate, Metrics, Train
from fl_sim.recording.meaning import Choice, Doubt, Meaning, interpret, measure_of, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("valAcc", ["val", "acc"]),
        ("Test/Top1-Acc", ["test", "top", "1", "acc"]),
        ("testACC", ["test", "acc"]),
        ("ACCURACY", ["accuracy"]),
        ("_step", ["step"]),
        ("é", []),
    ],
)
def test_words_of_a_name(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("names", "measure"),
    [
        ("loss train_loss val-loss lossCentralized mean_loss cross_entropy_loss logloss", "loss"),
        ("acc accuracy acc_top1 top1_acc accuracy@1 valAcc accuracy_centralized", "accuracy"),
        ("Test/Acc mnist_accuracy eval_acc sparse_categorical_accuracy accuracies", "accuracy"),
        ("f1 glossy lossy accurate loss_accuracy balanced_accuracy acc_std top5_acc", None),
        ("accuracy@5 acc_top10 loss_scale accuracy_percent best_accuracy backdoor_acc", None),
    ],
)  # fmt: skip
def test_the_measure_of_a_name(names: str, measure: str | None) -> None:
    assert {measure_of(name) for name in names.split()} == {measure}


def decide(
    *rounds: dict[str, float], phase: str = "central", choice: Choice | None = None
) -> tuple[list[Metrics], list[Doubt]]:
    """Return what becomes of the metrics of one phase, round by round."""
    made = []
    for number, values in enumerate(rounds, 1):
        metrics = Metrics(other=values)
        parts = {
            "central": {"central": metrics},
            "train": {"train": Train(metrics=metrics)},
            "evaluate": {"evaluate": Evaluate(metrics=metrics)},
        }
        made.append(record.Round.model_validate({"number": number, **parts[phase]}))
    found, doubts = interpret(made, choice or Choice())
    phases = [getattr(each, phase) for each in found]
    return [each if phase == "central" else each.metrics for each in phases], doubts


@pytest.mark.parametrize(
    ("phase", "values", "name"),
    [
        ("central", {"train_accuracy": 0.9, "test_accuracy": 0.5}, "test_accuracy"),
        ("central", {"val_accuracy": 0.9, "test_accuracy": 0.5}, "test_accuracy"),
        ("central", {"client_accuracy": 0.9, "accuracy": 0.5}, "accuracy"),
        ("central", {"top5_accuracy": 0.9, "acc": 0.5}, "acc"),
        ("central", {"mnist_accuracy": 0.9, "accuracy": 0.5}, "accuracy"),
        ("evaluate", {"train_acc": 0.9, "eval_acc": 0.5}, "eval_acc"),
        ("train", {"train_acc": 0.9, "val_acc": 0.5}, "train_acc"),
        ("central", {"train_accuracy": 0.9}, None),
        ("train", {"test_accuracy": 0.9}, None),
    ],
)
def test_the_one_of_two(phase: str, values: dict[str, float], name: str | None) -> None:
    (metrics,), doubts = decide(values, phase=phase)
    assert metrics.accuracy == (None if name is None else values[name])
    assert metrics.other == {key: value for key, value in values.items() if key != name}
    assert doubts == []


@pytest.mark.parametrize(
    ("phase", "names", "who"),
    [
        ("central", ("accuracy", "test_accuracy"), "the server"),
        ("central", ("acc", "accuracy"), "the server"),
        ("evaluate", ("val_accuracy", "test_accuracy"), "clients in evaluation"),
        ("train", ("accuracy", "train_accuracy"), "clients in training"),
    ],
)
def test_two_that_may_be_meant(phase: str, names: tuple[str, str], who: str) -> None:
    values = {names[0]: 0.9, names[1]: 0.5}
    (metrics,), doubts = decide(values, phase=phase)
    assert metrics == Metrics(other=values)
    found = f"{names[0]} and {names[1]} of {who} may each be the accuracy"
    assert doubts == [Doubt(found, "accuracy", names[0])]
    (metrics,), doubts = decide(values, phase=phase, choice=Choice(accuracy=(names[1],)))
    assert (metrics, doubts) == (Metrics(accuracy=0.5, other={names[0]: 0.9}), [])


def test_two_names_of_the_same_values() -> None:
    same = {"acc": 0.5, "accuracy": 0.5}
    found, doubts = decide(same, {"acc": 0.75, "accuracy": 0.75})
    assert [metrics.accuracy for metrics in found] == [0.5, 0.75]
    assert doubts == []
    found, doubts = decide(same, {"acc": 0.75, "accuracy": 1.0})
    assert [metrics.accuracy for metrics in found] == [None, None]
    assert len(doubts) == 1


def test_one_scale_for_a_run() -> None:
    rounds = [{"accuracy": value} for value in (0.9, 12.5, 55.5)]
    found, doubts = decide(*rounds)
    assert found == [Metrics(other=values) for values in rounds]
    said = "accuracy of the server is 12.5 in round 2, which is no share from 0 to 1"
    assert doubts == [Doubt(said, "percent")]
    found, doubts = decide(*rounds, choice=Choice(percent=True))
    assert [metrics.accuracy for metrics in found] == [0.009, 0.125, 0.555]
    assert doubts == []


def test_an_accuracy_beyond_the_scale_is_a_doubt_of_all_phases() -> None:
    round_ = record.Round(
        number=1,
        train=Train(metrics=Metrics(other={"acc": 0.5})),
        central=Metrics(other={"acc": -1.0, "loss": 2.0}),
    )
    (found,), doubts = interpret([round_], Choice(percent=True))
    assert found.train == round_.train
    assert found.central == Metrics(loss=2.0, other={"acc": -1.0})
    assert doubts == [Doubt("acc of the server is -1 in round 1, which is no percentage", "")]


def test_a_run_that_grows() -> None:
    rounds = [
        record.Round(number=number, central=Metrics(other={"accuracy": value}))
        for number, value in enumerate((0.25, 0.5, 55.5))
    ]
    meaning = Meaning(Choice())
    (first,), _ = meaning.read(rounds[:1])
    again, doubts = meaning.read(rounds[:2])
    assert again[0] is first  # what was read stays
    assert ([each.central for each in again], doubts) == (
        [Metrics(accuracy=0.25), Metrics(accuracy=0.5)],
        [],
    )
    found, doubts = meaning.read(rounds)
    assert [each.central for each in found] == [each.central for each in rounds]
    assert [doubt.option for doubt in doubts] == ["percent"]
    changed = rounds[0].model_copy(update={"probes": (1.0,)})
    (first, _), doubts = meaning.read([changed, rounds[1]])
    assert (first.probes, first.central, doubts) == ((1.0,), Metrics(accuracy=0.25), [])

"""The headline metric: which one a run is told by, and how its numbers are written."""

from typing import Any

import pytest
from hand import hand_run

from fl_sim import record
from fl_sim.record import Evaluate, EvaluateReply, Metrics, Run, Train
from scenes.drawing.text import wrapped
from scenes.story import many_rounds, one_round
from scenes.story.headline import KINDS, headline, kind_of, sensible
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES
from scenes.text.lines import in_language

# Characters a line and lines of a caption, by shape.
CAPTIONS = ((42, 2), (36, 3), (28, 4))


def run_with(metric: str | None = None, **by_phase: list[Metrics | None]) -> Run:
    """Return a run with some metrics by round from 0, in ``central``, ``evaluate``, ``train``."""
    bare = hand_run(rounds=2)
    rounds = []
    for round_ in bare.rounds:
        central, evaluate, train = (
            by_phase.get(phase, [None] * 3)[round_.number]
            for phase in ("central", "evaluate", "train")
        )
        training = round_.train and round_.train.model_copy(update={"metrics": train})
        tests = None if evaluate is None else Evaluate(metrics=evaluate, averaged=False)
        update: dict[str, Any] = {"central": central, "evaluate": tests, "train": training}
        rounds.append(round_.model_copy(update=update))
    return bare.model_copy(update={"rounds": tuple(rounds), "metric": metric})


def each(*values: float, name: str = "") -> list[Metrics | None]:
    """Return metrics by round; a negative value was not measured."""
    return [
        None if value < 0 else Metrics(other={name: value}) if name else Metrics(accuracy=value)
        for value in values
    ]


def losses(*values: float) -> list[Metrics | None]:
    return [None if value < 0 else Metrics(loss=value) for value in values]


@pytest.mark.parametrize(
    ("by_phase", "expected"),
    [
        ({"central": each(0.1, 0.2, 0.3), "evaluate": each(-1, 0.2, 0.3)}, "central accuracy"),
        ({"central": losses(3, 2, 1), "evaluate": each(-1, 0.2, 0.3)}, "evaluate accuracy"),
        ({"central": each(-1, -1, 0.3), "evaluate": each(-1, 0.2, 0.3)}, "evaluate accuracy"),
        ({"central": losses(3, 2, 1), "evaluate": each(-1, 1, 2, name="AUC")}, "evaluate AUC"),
        ({"central": losses(3, 2, 1), "train": each(-1, 0.2, 0.3)}, "central loss"),
        ({"train": losses(-1, 2, 1)}, "train loss"),
        ({"central": each(1, 2, 3, name="val_f1"), "evaluate": losses(-1, 2, 1)}, "central val_f1"),
        ({"evaluate": each(-1, 2, 3, name="seconds")}, None),
        ({"central": each(1, 50, 60, name="accuracy")}, None),
        # An accuracy that is not recorded as such is in doubt: it may be in percent.
        ({"central": each(1, 50, 60, name="acc")}, None),
        ({}, None),
    ],
)
def test_the_metric_is_chosen_by_one_rule(
    by_phase: dict[str, list[Metrics | None]], expected: str | None
) -> None:
    found = headline(run_with(**by_phase))
    assert (None if found is None else f"{found.phase} {found.name}") == expected


def test_the_metric_that_the_app_names_comes_first() -> None:
    central, clients = each(0.1, 0.2, 0.3), each(-1, 5, 6, name="energy")
    found = headline(run_with("energy", central=central, evaluate=clients))
    assert found is not None
    assert (found.phase, found.name, found.more_is_better) == ("evaluate", "energy", None)
    assert headline(run_with("other", central=central)) == headline(run_with(central=central))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("auc", "auc"), ("valAUROC", "auc"), ("f1_score", "f1"), ("eval/F1", "f1"), ("r2", "r2"),
        ("test_rmse", "rmse"), ("ppl", "perplexity"), ("acc", "accuracy"), ("loss_std", ""),
        ("auc_f1", ""), ("average_precision", ""), ("precision", "precision"), ("epochs", ""),
    ],
)  # fmt: skip
def test_what_a_name_tells(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"), (0.9731, "0.973"), (0.0312, "0.0312"), (0.000123, "0.000123"),
        (1.42, "1.42"), (27.31, "27.3"), (1234.5, "1,234"), (-0.5, "\u22120.500"),
    ],
)  # fmt: skip
def test_numbers_have_about_three_digits(value: float, text: str) -> None:
    assert sensible(ENGLISH, value) == text


@pytest.mark.parametrize(
    ("by_phase", "report", "curve"),
    [
        (
            {"central": each(0.5, 0.61, 0.7, name="auc")},
            "On the coordinator's test data: AUC 0.610; before, 0.500.",
            "The curve: AUC on test data. More is better.",
        ),
        (
            {"evaluate": each(-1, 3.5, 2.5, name="rmse")},
            "The workers' tests on their own data: RMSE 3.50.",
            "The curve: RMSE on workers' data. Less is better.",
        ),
        (
            {"train": losses(-1, 3.5, 2.5)},
            "On the workers' own data, in training: loss 3.50.",
            "The curve: loss in training. Less is better.",
        ),
    ],
)
def test_what_is_measured_on_whose_data_and_what_is_better(
    by_phase: dict[str, list[Metrics | None]], report: str, curve: str
) -> None:
    run = run_with(**by_phase)
    assert str(one_round.tell([run]).captions["report"]) == report
    spec = many_rounds.tell([run])
    assert str(spec.grid).endswith(curve)
    assert not spec.accuracy


def test_of_an_unknown_metric_nothing_is_claimed() -> None:
    run = run_with("F9", central=each(0.5, 0.61, 0.7, name="F9"))
    untrained = one_round.tell([run]).captions["untrained"]
    assert str(untrained) == "The front end shows F9 on test data: at first, 0.500."
    assert str(many_rounds.tell([run]).grid).endswith("The curve: F9 on test data.")
    source = next(number.source for number in many_rounds.tell([run]).grid.numbers)
    assert str(source) == "rounds[0].central.other.F9"


def test_a_name_is_translated() -> None:
    run = run_with(evaluate=each(-1, 3.5, 2.5, name="ppl"))
    title = many_rounds.tell([run]).history.series[0].name
    assert str(in_language(title, LANGUAGES["de"])) == "Perplexität bei den Workern"


def test_what_nobody_averaged_is_the_mean_of_the_replies() -> None:
    scores = (0.25, 0.75)
    replies = tuple(
        EvaluateReply(
            client=client, num_examples=n, weight=n / 40, metrics=Metrics(accuracy=scores[client])
        )
        for client, n in enumerate((10, 30))
    )
    run = run_with()
    tests = Evaluate(sampled=(0, 1), replies=replies)
    rounds = [round_.model_copy(update={"evaluate": tests}) for round_ in run.rounds]
    run = record.Run.model_validate({**dict(run), "rounds": tuple(rounds)})
    found = headline(run)
    assert found is not None
    assert str(found.number(run, 1)) == "62.5%"
    assert str(found.number(run, 1).source) == (
        "mean of rounds[1].evaluate.replies[*].metrics.accuracy weighted by "
        "rounds[1].evaluate.replies[*].weight"
    )


def test_phases_without_replies_are_no_mean() -> None:
    run = run_with()
    empty = run.rounds[1].model_copy(update={"evaluate": Evaluate(), "train": Train()})
    assert headline(run.model_copy(update={"rounds": (run.rounds[0], empty)})) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*KINDS, "mean_top_five_hit_rate"])
def test_captions_on_every_metric_fit(kind: str, language: str) -> None:
    values = [Metrics(loss=2.0, other={kind: 1000.5 + i}) for i in range(3)]
    for phase in ("central", "evaluate", "train"):
        run = run_with(kind, **{phase: values})
        told = one_round.tell([run]).captions
        first = [told["untrained"]] if "untrained" in told else []
        for caption in (*first, told["report"], many_rounds.tell([run]).grid):
            text = str(in_language(caption, LANGUAGES[language]))
            for columns, most in CAPTIONS:
                assert len(wrapped(text, columns)) <= most, text


@pytest.mark.parametrize(
    ("name", "aggregated", "weighted_by", "word"),
    [
        ("perplexity", 3.5, None, "mean perplexity"),
        ("perplexity", 3.0, None, "perplexity"),
        ("auc", 3.5, None, "mean AUC"),
        ("mae", 3.5, None, "MAE"),
        ("mae", 3.5, "num_batches", "mean MAE"),
    ],
)
def test_a_mean_over_clients_is_called_one(
    name: str, aggregated: float, weighted_by: str | None, word: str
) -> None:
    replies = tuple(
        EvaluateReply(client=client, weight=weight, metrics=Metrics(other={name: value}))
        for client, (weight, value) in enumerate([(0.25, 2.0), (0.75, 4.0)])
    )
    metrics = Metrics(other={name: aggregated})
    tests = Evaluate(sampled=(0, 1), replies=replies, metrics=metrics, averaged=False)
    run = run_with().model_copy(update={"weighted_by": weighted_by})
    last = run.rounds[1].model_copy(update={"evaluate": tests})
    run = run.model_copy(update={"rounds": (run.rounds[0], last)})
    found = headline(run)
    assert found is not None
    assert str(found.word(run)) == word

"""The chapter on the final model: predictions for test photos, and the confusion matrix."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
import numpy.typing as npt

from fl_sim.record import Run
from scenes.story.class_names import kind_name
from scenes.story.common import accuracy, class_names, round_number
from scenes.story.specs import NOTHING, ConfusionSpec, Metric, PredictionSpec, PredictionsSpec
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, line, text
from scenes.text.numbers import Cursor, Number, at, computed, number, place
from scenes.text.sources import Source

MOST_PHOTOS = 10
SHORT_NAME = 11  # characters of a class name under a photo or beside a row
CAPTION_NAME = 10  # characters of a class name in a caption
MOST_STEPS = 30  # rounds chosen one by one; with more, some are skipped
SECONDS = 3.0  # for all steps
MOST_KINDS_RIGHT = 0.5  # share of kinds, named right most often, above which a diagonal is seen
FAVOURITE = 0.5  # share of all predictions above which a caption names the most frequent class

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FinalModelSpec:
    """The contents of the chapter; captions have the names of their beats."""

    title: Line
    predictions: PredictionsSpec | None
    untrained: Line
    trained: Line
    confusion: ConfusionSpec | None
    matrix: Line
    sharpen: Line
    classes: Line
    counters: Sequence[Sequence[Metric]]
    seconds: float


def tell(runs: Sequence[Run]) -> FinalModelSpec:
    """Return the chapter's spec for the first run with sample photos or confusion counts.

    Raises:
        NotRecordedError: there is none, or it has no class names.
    """
    run = next((run for run in runs if _has_photos(run) or _is_tested(run)), None)
    if run is None:
        names = " and ".join(repr(run.name) for run in runs)
        raise NotRecordedError(
            f"{names} recorded neither samples nor confusion counts. Use a run with samples or "
            "with rounds[*].confusion"
        )
    class_names(run)
    chosen = _chosen_samples(run) if _has_photos(run) else []
    steps = _steps(run) if _is_tested(run) else []
    confusion = _confusion(run, steps) if steps else None
    return FinalModelSpec(
        title=text("The final model"),
        predictions=_predictions(run, chosen) if chosen else None,
        untrained=_untrained(run, chosen),
        trained=_trained(run, chosen),
        confusion=confusion,
        matrix=_matrix(run, steps),
        sharpen=_sharpen(run, steps),
        classes=_classes(run, confusion),
        counters=[_counter(run, round_) for round_ in steps],
        seconds=SECONDS / max(len(steps) - 1, 1),
    )


# --- photos


def _has_photos(run: Run) -> bool:
    return run.samples is not None and run.sample_images is not None and len(run.samples.labels) > 0


def _right(run: Run, answers: str) -> npt.NDArray[np.bool_]:
    """Return whether the ``first`` or ``last`` model is right, for each sample."""
    samples = run.samples
    assert samples is not None
    predicted = np.argmax(getattr(samples, answers), axis=1)
    return np.asarray(predicted == np.array(samples.labels))


def _chosen_samples(run: Run) -> list[int]:
    """Return the samples to show: ``MOST_PHOTOS`` consecutive ones that represent the test.

    Their share of right predictions is closest to the test accuracy or, if unknown, to the share
    among all samples.
    """
    right = _right(run, "last")
    size = min(MOST_PHOTOS, len(right))
    known = run.rounds[-1].central
    whole = right.mean() if known is None or known.accuracy is None else known.accuracy
    away = [abs(right[i : i + size].mean() - whole) for i in range(len(right) - size + 1)]
    start = int(np.argmin(away))
    return list(range(start, start + size))


def _predictions(run: Run, chosen: Sequence[int]) -> PredictionsSpec:
    """Return the photos to show, with their classes and the predictions of both models."""
    assert run.samples is not None
    assert run.sample_images is not None
    return PredictionsSpec(
        photos=run.sample_images[list(chosen)],
        true=[_true(run, i) for i in chosen],
        first=[_answer(run, "first", i) for i in chosen],
        last=[_answer(run, "last", i) for i in chosen],
        heads=(text("photo of"), text("called")),
    )


def _called(run: Run, kind: int, words: str, chosen_by: Cursor) -> Number:
    """Return a class name; its source also has the place that chose the class."""
    name = kind_name(run, kind, SHORT_NAME)
    return replace(name, source=Source(f"{{}}, {words}", (name.source, place(chosen_by))))


def _true(run: Run, sample: int) -> Number:
    """Return the true class of a sample."""
    assert run.samples is not None
    kind = run.samples.labels[sample]
    return _called(run, kind, "named by {}", at(run).samples.labels[sample])


def _answer(run: Run, answers: str, sample: int) -> PredictionSpec:
    """Return a model's prediction for a sample."""
    kind = int(np.argmax(getattr(run.samples, answers)[sample]))
    answer = getattr(at(run).samples, answers)[sample]
    name = _called(run, kind, "the most probable in {}", answer)
    return PredictionSpec(name, bool(_right(run, answers)[sample]))


def _score(run: Run, answers: str, chosen: Sequence[int]) -> dict[str, Number]:
    """Return the number of right predictions on screen, ``k``, and the number of photos, ``n``."""
    samples = at(run).samples
    right = computed(
        int(_right(run, answers)[list(chosen)].sum()),
        Language.integer,
        "count of samples {} to {} where the most probable in {} is {}",
        str(chosen[0]),
        str(chosen[-1]),
        getattr(samples, answers),
        samples.labels,
    )
    return {
        "k": right,
        "n": computed(len(chosen), Language.integer, "count of the {} shown", samples),
    }


def _untrained(run: Run, chosen: Sequence[int]) -> Line:
    """Return the caption on the predictions of the untrained model."""
    if not chosen:
        return NOTHING
    return line(
        "Test photos, which no worker holds. Untrained: {k} of {n} right.",
        **_score(run, "first", chosen),
    )


def _trained(run: Run, chosen: Sequence[int]) -> Line:
    """Return the caption on the predictions of the last model, and on its test accuracy."""
    if not chosen:
        return NOTHING
    round_, score = round_number(-1, run), _score(run, "last", chosen)
    tested, known = _num_tested(run), run.rounds[-1].central
    if tested is None or known is None or known.accuracy is None:
        return line("After round {r}: {k} of {n} right.", r=round_, **score)
    return line(
        "After round {r}: {k} of {n} right, {accuracy} of the {tested} test photos.",
        r=round_,
        accuracy=accuracy(run, -1),
        tested=tested,
        **score,
    )


def _num_tested(run: Run) -> Number | None:
    """Return the number of test photos, if known."""
    if run.dataset is None or run.dataset.num_test is None:
        return None
    return number(at(run).dataset.num_test, Language.integer)


# --- confusion


def _tested(run: Run) -> list[int]:
    """Return the rounds with confusion counts."""
    return [r.number for r in run.rounds if r.confusion is not None and any(map(any, r.confusion))]


def _is_tested(run: Run) -> bool:
    """Whether a model was tested that had been trained, if any was."""
    return bool(_tested(run)) and (max(_tested(run)) > 0 or len(run.rounds) == 1)


def _steps(run: Run) -> list[int]:
    """Return the rounds to show: all, or every n-th of many."""
    tested = _tested(run)
    every = max(1, ceil(len(tested) / MOST_STEPS))
    return sorted({*tested[::every], *tested[-1:]})


def _shares(run: Run, round_: int) -> Shares:
    """Return the confusion matrix as shares of each true class (rows); an empty row is zero."""
    counts = np.array(run.rounds[round_].confusion, dtype=float)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def _share(run: Run, round_: int, true: int, named: int) -> Number:
    """Return the share of a true class with some prediction."""
    row = at(run).rounds[round_].confusion[true]
    share = float(_shares(run, round_)[true, named])
    return computed(share, Language.percent, "{} over the sum of {}", row[named], row)


def _confusion(run: Run, steps: Sequence[int]) -> ConfusionSpec:
    """Return the confusion matrices of all steps, with highlights of the last one."""
    end = steps[-1]
    last, kinds = _shares(run, end), range(len(class_names(run)))
    true, named = _most_frequent_mistake(last)
    # A class without test photos is neither right nor wrong.
    held = [k for k in kinds if last[k].any()] or list(kinds)
    return ConfusionSpec(
        shares=[_shares(run, round_) for round_ in steps],
        names=[kind_name(run, k, SHORT_NAME) for k in kinds],
        right=[_share(run, end, k, k) for k in kinds],
        heads=(text("photo of"), text("called (same order)"), text("named right")),
        best=max(held, key=lambda k: last[k, k]),
        mistake=(true, named) if true != named else None,
        mistake_text=line(
            "called {name}: {share}",
            name=kind_name(run, named, SHORT_NAME),
            share=_share(run, end, true, named),
        ),
    )


def _most_frequent_mistake(shares: Shares) -> tuple[int, int]:
    """Return the true class and the wrong prediction with the largest share.

    Without any mistake both are equal.
    """
    wrong = shares - np.diag(np.diag(shares))
    true, named = np.unravel_index(np.argmax(wrong), wrong.shape)
    return int(true), int(named)


def _counter(run: Run, round_: int) -> list[Metric]:
    """Return the overlay after a round: its number, and the accuracy if measured."""
    metrics = [Metric(round_number(round_, run), text("round"), "ink")]
    central = run.rounds[round_].central
    if central is not None and central.accuracy is not None:
        metrics.append(Metric(accuracy(run, round_), text("test accuracy"), "ink"))
    return metrics


def _matrix(run: Run, steps: Sequence[int]) -> Line:
    """Return the caption on the rows, and on the most frequent first prediction, if any."""
    if not steps:
        return NOTHING
    name, share = _favourite(run, steps[0])
    if share.value <= FAVOURITE:
        return line("Each row: photos of one kind. Brighter: more got the column's name.")
    if steps[0]:
        return line(
            "Each row: photos of one kind. At first {share} are called {name}.",
            share=share,
            name=name,
        )
    return line(
        "Each row: photos of one kind. Untrained, {share} are called {name}.",
        share=share,
        name=name,
    )


def _sharpen(run: Run, steps: Sequence[int]) -> Line:
    """Return the caption on the diagonal, depending on whether it grows."""
    if not steps:
        return NOTHING
    if len(steps) == 1:
        return line("The diagonal: the right answers.")
    if _diagonal_forms(_shares(run, steps[0]), _shares(run, steps[-1])):
        return line("Round by round a diagonal forms: the right answers.")
    first, last = round_number(steps[0], run), round_number(steps[-1], run)
    return line(
        "From round {first} to {last}: the diagonal, the right answers.", first=first, last=last
    )


def _diagonal_forms(first: Shares, last: Shares) -> bool:
    """Whether more is right in the end, and most kinds get their own name most often."""
    held = last.any(axis=1)
    right = np.diag(last)[held] >= last.max(axis=1)[held]
    return bool(np.trace(last) > np.trace(first) and right.mean() > MOST_KINDS_RIGHT)


def _favourite(run: Run, round_: int) -> tuple[Number, Number]:
    """Return the most frequent prediction and its share of the photos."""
    given = np.array(run.rounds[round_].confusion, dtype=float).sum(axis=0)
    kind = int(np.argmax(given))
    share = float(given[kind] / max(given.sum(), 1))
    matrix = at(run).rounds[round_].confusion
    words = "sum of {} over the sum of {}"
    named = computed(share, Language.percent, words, matrix[:][kind], matrix)
    return kind_name(run, kind, CAPTION_NAME), named


def _all_right(run: Run, round_: int, high: Number) -> Line:
    """Return the caption on a model without mistakes, which may not have seen every kind."""
    if _shares(run, round_).any(axis=1).all():
        return line("It names every kind right: {high}.", high=high)
    return line("It gives each photo its right name.")


def _classes(run: Run, spec: ConfusionSpec | None) -> Line:
    """Return the caption on the best class and on the most common mistake."""
    if spec is None:
        return NOTHING
    end = _tested(run)[-1]
    high = _share(run, end, spec.best, spec.best)
    if spec.mistake is None:
        return _all_right(run, end, high)
    name, given = _favourite(run, end)
    if given.value == 1:
        return line("It calls every photo by one name: {name}.", name=name)
    true, named = spec.mistake
    if not high.value:
        return line(
            "It names no kind right. Most common mistake: {true} called {named}.",
            true=kind_name(run, true, CAPTION_NAME),
            named=kind_name(run, named, CAPTION_NAME),
        )
    return line(
        "Best: {best}, {high}. Most common mistake: {true} called {named}, {share}.",
        best=kind_name(run, spec.best, CAPTION_NAME),
        high=high,
        true=kind_name(run, true, CAPTION_NAME),
        named=kind_name(run, named, CAPTION_NAME),
        share=_share(run, end, true, named),
    )

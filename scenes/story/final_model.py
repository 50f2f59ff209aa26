"""The final model: what it calls real test photos, and which classes it mixes up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
import numpy.typing as npt

from fl_sim.record import Run
from scenes import theme
from scenes.story.class_names import kind_name
from scenes.story.common import accuracy, class_names, round_number
from scenes.story.specs import NOTHING, ConfusionSpec, Metric, PredictionSpec, PredictionsSpec
from scenes.text.errors import NotRecordedError
from scenes.text.languages import integer, percent
from scenes.text.lines import Line, Number, line, read, text

MOST_PHOTOS = 10
SHORT_NAME = 11  # characters of a class's name under a photo or beside a row
CAPTION_NAME = 11  # of one in a caption
MOST_STEPS = 30  # rounds that are shown one by one; of more, some are passed over
SECONDS = 3.0  # for all of them
MOST_OF_THEM = 0.5  # share of all answers from which on one name is said to be given to most

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FinalModelSpec:
    """All that the chapter shows; captions are called as their beats, a part left out is None."""

    title: str
    quiz: PredictionsSpec | None
    untrained: Line
    trained: Line
    confusion: ConfusionSpec | None
    matrix: Line
    sharpen: Line
    classes: Line
    counters: Sequence[Sequence[Metric]]
    seconds: float


def tell(runs: Sequence[Run]) -> FinalModelSpec:
    """Return what the chapter shows of the first run that recorded photos or a confusion.

    Raises:
        UntoldError: none did, or the run lacks the names of its classes.
    """
    run = next((run for run in runs if _has_photos(run) or _tested(run)), None)
    if run is None:
        names = " and ".join(repr(run.name) for run in runs)
        raise NotRecordedError(
            f"{names} recorded neither answers to test photos nor which classes were mixed up: "
            "take a run with samples or with rounds[*].confusion"
        )
    class_names(run)
    shown = _shown(run) if _has_photos(run) else []
    steps = _steps(run)
    confusion = _confusion(run, steps) if steps else None
    return FinalModelSpec(
        title=text("The final model"),
        quiz=_quiz(run, shown) if shown else None,
        untrained=_untrained(run, shown),
        trained=_trained(run, shown),
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
    """Return which samples the ``first`` or the ``last`` model called what they show."""
    samples = run.samples
    assert samples is not None
    named = np.argmax(getattr(samples, answers), axis=1)
    return np.asarray(named == np.array(samples.labels))


def _shown(run: Run) -> list[int]:
    """Return the samples shown: neighbours in the record, taken for being like the whole test.

    Of all runs of ``MOST_PHOTOS`` neighbours, the first whose share of right answers is closest to
    the test accuracy; where that isn't known, to the share among all samples.
    """
    right = _right(run, "last")
    size = min(MOST_PHOTOS, len(right))
    known = run.rounds[-1].central
    whole = right.mean() if known is None or known.accuracy is None else known.accuracy
    away = [abs(right[i : i + size].mean() - whole) for i in range(len(right) - size + 1)]
    start = int(np.argmin(away))
    return list(range(start, start + size))


def _quiz(run: Run, shown: Sequence[int]) -> PredictionsSpec:
    assert run.samples is not None
    assert run.sample_images is not None
    return PredictionsSpec(
        photos=run.sample_images[list(shown)],
        true=[_called(run, run.samples.labels[i], f"named by samples.labels[{i}]") for i in shown],
        first=[_answer(run, "first", i) for i in shown],
        last=[_answer(run, "last", i) for i in shown],
        heads=(text("photo of"), text("called")),
    )


def _called(run: Run, kind: int, why: str, most: int = SHORT_NAME) -> Number:
    """Return a class's name, with what chose it."""
    name = kind_name(run, kind, most)
    return replace(name, source=f"{name.source}, {why}")


def _answer(run: Run, answers: str, sample: int) -> PredictionSpec:
    """Return the class that a model finds most probable."""
    kind = int(np.argmax(getattr(run.samples, answers)[sample]))
    name = _called(run, kind, f"the most probable in samples.{answers}[{sample}]")
    return PredictionSpec(name, bool(_right(run, answers)[sample]))


def _score(run: Run, answers: str, shown: Sequence[int]) -> dict[str, Number]:
    """Return how many of the photos shown a model called right, and how many they are."""
    among = f"samples {shown[0]} to {shown[-1]}"
    right = int(_right(run, answers)[list(shown)].sum())
    source = f"count of {among} where the most probable in samples.{answers} is samples.labels"
    return {
        "k": Number(integer(right), source, right),
        "n": Number(integer(len(shown)), "count of the samples shown", len(shown)),
    }


def _untrained(run: Run, shown: Sequence[int]) -> Line:
    """Say whose photos these are, and how many the first model calls right."""
    if not shown:
        return NOTHING
    return line(
        "Test photos, which no worker holds. Untrained: {k} of {n} right.",
        **_score(run, "first", shown),
    )


def _trained(run: Run, shown: Sequence[int]) -> Line:
    """Say how many the last model calls right, here and of all test photos."""
    if not shown:
        return NOTHING
    round_, score = round_number(-1, run), _score(run, "last", shown)
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
    """Return how many photos the test split holds, if it is known."""
    if run.dataset is None or run.dataset.num_test is None:
        return None
    return read(run, "dataset.num_test", integer)


# --- confusion


def _tested(run: Run) -> list[int]:
    """Return the rounds after which it was recorded what each class was called."""
    return [round_.number for round_ in run.rounds if round_.confusion is not None]


def _steps(run: Run) -> list[int]:
    """Return the rounds shown: all, or some at equal distances where they are many."""
    tested = _tested(run)
    every = max(1, ceil(len(tested) / MOST_STEPS))
    return sorted({*tested[::every], *tested[-1:]})


def _shares(run: Run, round_: int) -> Shares:
    """Return which share of each class (rows) was called what (columns); an empty row is zero."""
    counts = np.array(run.rounds[round_].confusion, dtype=float)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def _share(run: Run, round_: int, true: int, named: int) -> Number:
    row = f"rounds[{round_}].confusion[{true}]"
    value = float(_shares(run, round_)[true, named])
    return Number(percent(value), f"{row}[{named}] over the sum of {row}", value)


def _confusion(run: Run, steps: Sequence[int]) -> ConfusionSpec:
    end = steps[-1]
    last, kinds = _shares(run, end), range(len(class_names(run)))
    true, named = _most_frequent_mistake(last)
    # A class without test photos was called neither right nor wrong.
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
    """Return the class and the wrong name for it with the largest share of the class.

    Both are the same where no name is wrong.
    """
    wrong = shares - np.diag(np.diag(shares))
    true, named = np.unravel_index(np.argmax(wrong), wrong.shape)
    return int(true), int(named)


def _counter(run: Run, round_: int) -> list[Metric]:
    """Return the overlay after a round: its number, and the accuracy where it was measured."""
    metrics = [Metric(round_number(round_, run), text("round"), theme.INK)]
    central = run.rounds[round_].central
    if central is not None and central.accuracy is not None:
        metrics.append(Metric(accuracy(run, round_), text("test accuracy"), theme.INK))
    return metrics


def _matrix(run: Run, steps: Sequence[int]) -> Line:
    """Say what a row is, and which name it gave most photos at first, if there is one."""
    if not steps:
        return NOTHING
    name, share = _favourite(run, steps[0])
    if share.value <= MOST_OF_THEM:
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
    """Say what the diagonal is, and that it forms, if it does."""
    if not steps:
        return NOTHING
    before, after = (float(np.trace(_shares(run, round_))) for round_ in (steps[0], steps[-1]))
    if after > before:
        return line("Round by round a diagonal forms: the right answers.")
    first, last = round_number(steps[0], run), round_number(steps[-1], run)
    return line(
        "From round {first} to {last}: the diagonal, the right answers.", first=first, last=last
    )


def _favourite(run: Run, round_: int) -> tuple[Number, Number]:
    """Return the name that was given most often, and to which share of the photos."""
    given = np.array(run.rounds[round_].confusion).sum(axis=0)
    kind = int(np.argmax(given))
    share = float(given[kind] / max(given.sum(), 1))
    matrix = f"rounds[{round_}].confusion"
    source = f"sum of {matrix}[*][{kind}] over the sum of {matrix}"
    return kind_name(run, kind, CAPTION_NAME), Number(percent(share), source, share)


def _classes(run: Run, spec: ConfusionSpec | None) -> Line:
    """Say which class is called right most often, and which wrong name is given most often."""
    if spec is None:
        return NOTHING
    end = _tested(run)[-1]
    high = _share(run, end, spec.best, spec.best)
    if spec.mistake is None:
        return line("It names every kind right: {high}.", high=high)
    true, named = spec.mistake
    return line(
        "Best: {best}, {high}. Most common mistake: {true} called {named}, {share}.",
        best=kind_name(run, spec.best, CAPTION_NAME),
        high=high,
        true=kind_name(run, true, CAPTION_NAME),
        named=kind_name(run, named, CAPTION_NAME),
        share=_share(run, end, true, named),
    )

"""The chapter on remedies: accuracies of strategies on skewed data."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fl_sim.record import Run
from scenes.story.common import chance
from scenes.story.specs import NOTHING, DotPlotSpec, DotRowSpec, LevelSpec
from scenes.story.strategies import PLAIN, ComparableRuns, comparable_runs, note, with_alike_data
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import Cursor, Number, at, computed, quote, with_run

ONE_DIGIT = partial(Language.decimal, digits=1)


@dataclass(frozen=True)
class RemediesSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``alike`` is None without a run on alike data.
    """

    title: Line
    plot: DotPlotSpec
    dots: Line
    others: Line
    compared: Line
    alike: Line | None


def tell(runs: Sequence[Run]) -> RemediesSpec:
    """Return the chapter's spec for the largest set of comparable runs.

    Raises:
        NotRecordedError: no two runs differ only in strategy and seed.
    """
    found = comparable_runs(runs)
    if found is None:
        names = ", ".join(repr(run.name) for run in runs)
        raise NotRecordedError(
            f"no two strategies can be compared among the runs {names}. Give runs with --run that "
            "have the same skewed data, rounds and settings, and a test after every round"
        )
    alike = with_alike_data(found, runs)
    return RemediesSpec(
        title=text("Remedies"),
        plot=_plot(found, alike),
        dots=_dots(found),
        others=_others(found),
        compared=_compared(found),
        alike=_alike(found, alike) if alike else None,
    )


def _plot(found: ComparableRuns, alike: Run | None) -> DotPlotSpec:
    return DotPlotSpec(
        name=text("accuracy on the test photos"),
        note=_over_rounds(found),
        rows=[_row(found, name, i) for i, name in enumerate(found.by_strategy)],
        low=_guessing(found.runs[0]),
        high=_level(found, alike) if alike else None,
        base=note(PLAIN) if PLAIN in found.by_strategy else NOTHING,
    )


def _row(found: ComparableRuns, strategy: str, row: int) -> DotRowSpec:
    """Return a strategy's row; the first row explains its stroke."""
    mean = _mean(found, strategy)
    return DotRowSpec(
        name=_name(found, strategy),
        note=note(strategy),
        values=found.scores(strategy),
        mean=found.mean(strategy),
        mean_text=line("mean {x}", x=mean) if row == 0 else mean,
    )


def _name(found: ComparableRuns, strategy: str) -> Number:
    run = found.by_strategy[strategy][0]
    return with_run(run, quote(at(run).strategy))


def _averaged_at(found: ComparableRuns, run: Run) -> Cursor:
    """Return a cursor at the averaged accuracies of a run."""
    return at(run).rounds[found.first_averaged :].central.accuracy


def _mean(found: ComparableRuns, strategy: str) -> Number:
    """Return a strategy's accuracy: the mean over its runs and their last rounds."""
    runs = found.by_strategy[strategy]
    return computed(
        found.mean(strategy),
        Language.percent,
        "mean over {} of the mean of {}",
        ", ".join(run.name for run in runs),
        _averaged_at(found, runs[0]),
    )


def _guessing(run: Run) -> LevelSpec | None:
    if run.dataset is None or not run.dataset.class_names:
        return None
    guess = chance(run)
    return LevelSpec(line("guessing {chance}", chance=guess), guess.value)


def _alike_accuracy(found: ComparableRuns, alike: Run) -> Number:
    """Return the accuracy of the run on alike data, averaged like the others."""
    accuracies = _averaged_at(found, alike)
    reached = computed(found.score(alike), Language.percent, "mean of {}", accuracies)
    return with_run(alike, reached)


def _level(found: ComparableRuns, alike: Run) -> LevelSpec:
    reached = _alike_accuracy(found, alike)
    return LevelSpec(line("alike data {accuracy}", accuracy=reached), reached.value)


def _averaged(found: ComparableRuns) -> Number:
    """Return the number of averaged rounds."""
    run, first = found.runs[0], found.first_averaged
    last = at(run).rounds[first:]
    return computed(len(run.rounds) - first, Language.integer, "count of {}", last)


def _over_rounds(found: ComparableRuns) -> Line:
    averaged = _averaged(found)
    if averaged.value == 1:
        return line("after the last round")
    return line("mean of the last {n} rounds", n=averaged)


def _dots(found: ComparableRuns) -> Line:
    """Return the caption on dots and seeds."""
    strategy = next(iter(found.by_strategy))
    number = len(found.by_strategy[strategy])
    if any(len(runs) != number for runs in found.by_strategy.values()):
        return line("Each dot is one run on skewed data, with its own random draws.")
    words = "count of the runs with the strategy {}"
    return plural(
        computed(number, Language.integer, words, strategy),
        "Each dot is one run on skewed data. {n} seed: each strategy ran once.",
        "Each dot is one run on skewed data. {n} seeds: each with other random draws.",
    )


def _others(found: ComparableRuns) -> Line:
    """Return the caption on the other strategies, and on equal training if known."""
    others = [name for name in found.by_strategy if name != PLAIN]
    number = _number(others)
    if found.equal_training:
        return plural(
            number,
            "{n} remedy, on the same photos, with as much training.",
            "{n} remedies, on the same photos, with as much training.",
        )
    return plural(
        number,
        "{n} remedy, on photos dealt out in the same way.",
        "{n} remedies, on photos dealt out in the same way.",
    )


def _compared(found: ComparableRuns) -> Line:
    """Return the caption on the best strategy and its gain over plain averaging."""
    best = max(found.by_strategy, key=found.mean)
    name, accuracy = _name(found, best), _mean(found, best)
    if PLAIN not in found.by_strategy:
        return line("On average over the seeds, {name} does best: {x}.", name=name, x=accuracy)
    if best == PLAIN:
        return line("No other does better than plain averaging, on average: {x}.", x=accuracy)
    others = [other for other in found.by_strategy if other != PLAIN]
    gain = _gain(found, best)
    if all(found.always_better(other, PLAIN) for other in others):
        return plural(
            _number(others),
            "{name} beats plain averaging with every seed, by {gain} points on average.",
            "All beat plain averaging with every seed. {name} gains most: {gain} points.",
            name=name,
            gain=gain,
        )
    better = found.always_better(best, PLAIN)
    if better is None:
        return line(
            "{name} gains most, {gain} points. With one seed, that proves little.",
            name=name,
            gain=gain,
        )
    if better:
        return line(
            "{name} gains most, {gain} points, some with every seed. Not all do.",
            name=name,
            gain=gain,
        )
    return line(
        "{name} gains most on average, {gain} points, but not with every seed.",
        name=name,
        gain=gain,
    )


def _number(others: Sequence[str]) -> Number:
    """Return the number of strategies other than plain averaging."""
    return computed(len(others), Language.integer, "count of strategies besides FedAvg")


def _gain(found: ComparableRuns, strategy: str) -> Number:
    """Return a strategy's mean gain over plain averaging in percentage points."""
    mine, plain = _mean(found, strategy), _mean(found, PLAIN)
    points = 100 * (mine.value - plain.value)
    return computed(points, ONE_DIGIT, "points from {} to {}", plain, mine)


def _alike(found: ComparableRuns, alike: Run) -> Line:
    """Return the caption on the accuracy with alike data."""
    reached = _alike_accuracy(found, alike)
    best = max(score for name in found.by_strategy for score in found.scores(name))
    if best < reached.value:
        return line("Alike data give {x}, more than any of these.", x=reached)
    return line("For comparison, alike data give {x}.", x=reached)

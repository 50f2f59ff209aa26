"""Different data once more, with other strategies: what they gain, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes.story.common import chance
from scenes.story.pairs import of_run
from scenes.story.specs import NOTHING, DotPlotSpec, DotRowSpec, LevelSpec
from scenes.story.strategies import PLAIN, Field, field, note, with_alike_data
from scenes.text.errors import NotRecordedError
from scenes.text.languages import decimal, integer, percent
from scenes.text.lines import Line, Number, line, plural, text


@dataclass(frozen=True)
class RemediesSpec:
    """All that the chapter shows. The captions are called as their beats.

    ``alike`` is absent without a run on alike data.
    """

    title: str
    plot: DotPlotSpec
    dots: Line
    others: Line
    compared: Line
    alike: Line | None


def tell(runs: Sequence[Run]) -> RemediesSpec:
    """Return what the chapter shows of the largest choice of runs that can be compared.

    Raises:
        UntoldError: no two of the runs differ in nothing but their strategy and seed.
    """
    found = field(runs)
    if found is None:
        names = ", ".join(repr(run.name) for run in runs)
        raise NotRecordedError(
            f"the choice of runs ({names}) has no two strategies on the same different data, with "
            "the same rounds and settings, tested after every round; give them with --run"
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


def _plot(found: Field, alike: Run | None) -> DotPlotSpec:
    return DotPlotSpec(
        name=text("accuracy on the test photos"),
        note=_over_rounds(found),
        rows=[_row(found, name, i) for i, name in enumerate(found.by_strategy)],
        low=_guessing(found.runs[0]),
        high=_level(found, alike) if alike else None,
        base=note(PLAIN) if PLAIN in found.by_strategy else NOTHING,
    )


def _row(found: Field, strategy: str, row: int) -> DotRowSpec:
    """Return a strategy's row; the first one says what its line is."""
    mean = _mean(found, strategy)
    return DotRowSpec(
        name=_name(found, strategy),
        note=note(strategy),
        values=found.scores(strategy),
        mean=found.mean(strategy),
        mean_text=line("mean {x}", x=mean) if row == 0 else mean,
    )


def _name(found: Field, strategy: str) -> Number:
    run = found.by_strategy[strategy][0]
    return of_run(run, Number(strategy, "strategy"))


def _source(found: Field) -> str:
    return f"mean of rounds[{found.first_averaged}:].central.accuracy"


def _mean(found: Field, strategy: str) -> Number:
    """Return a strategy's accuracy: the mean over its runs of their last rounds' mean."""
    names = ", ".join(run.name for run in found.by_strategy[strategy])
    value = found.mean(strategy)
    return Number(percent(value), f"mean over {names} of the {_source(found)}", value)


def _guessing(run: Run) -> LevelSpec | None:
    if run.dataset is None or not run.dataset.class_names:
        return None
    guess = chance(run)
    return LevelSpec(line("guessing {chance}", chance=guess), guess.value)


def _reached(found: Field, alike: Run) -> Number:
    value = found.score(alike)
    return of_run(alike, Number(percent(value), _source(found), value))


def _level(found: Field, alike: Run) -> LevelSpec:
    reached = _reached(found, alike)
    return LevelSpec(line("alike data {accuracy}", accuracy=reached), reached.value)


def _averaged(found: Field) -> Number:
    """Return over how many of the last rounds a run's accuracy is averaged."""
    number = len(found.runs[0].rounds) - found.first_averaged
    return Number(integer(number), f"count of rounds[{found.first_averaged}:]", float(number))


def _over_rounds(found: Field) -> Line:
    averaged = _averaged(found)
    if averaged.value == 1:
        return line("after the last round")
    return line("mean of the last {n} rounds", n=averaged)


def _dots(found: Field) -> Line:
    """Say on which data it is, what a dot is, and what a seed is."""
    strategy = next(iter(found.by_strategy))
    number = len(found.by_strategy[strategy])
    source = f"count of the runs with the strategy {strategy}"
    return plural(
        Number(integer(number), source, float(number)),
        "Each dot is one run on skewed data. {n} seed: each strategy ran once.",
        "Each dot is one run on skewed data. {n} seeds: each with other random draws.",
    )


def _others(found: Field) -> Line:
    """Say that the comparison is fair, where it is known to be."""
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


def _compared(found: Field) -> Line:
    """Say who does best, how far ahead of plain averaging, and how sure that is."""
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
    return Number(integer(len(others)), "count of strategies besides FedAvg", float(len(others)))


def _gain(found: Field, strategy: str) -> Number:
    """Return how many points of accuracy a strategy gains over plain averaging, on average."""
    mine, plain = _mean(found, strategy), _mean(found, PLAIN)
    value = 100 * (mine.value - plain.value)
    return Number(decimal(value, 1), f"points from {plain.source} to {mine.source}", value)


def _alike(found: Field, alike: Run) -> Line:
    """Say how far all of them are from what alike data would give."""
    reached = _reached(found, alike)
    best = max(score for name in found.by_strategy for score in found.scores(name))
    if best < reached.value:
        return line("Alike data give {x}, more than any of these.", x=reached)
    return line("For comparison, alike data give {x}.", x=reached)

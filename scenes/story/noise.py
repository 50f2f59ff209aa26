"""The chapter on noise: what differential privacy costs a few workers, and a crowd."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from fl_sim.record import Privacy, Run
from scenes.story.common import chance, num_workers
from scenes.story.pairs import RECORDING, settings
from scenes.story.specs import NOTHING, CostLineSpec, CostSpec, LevelSpec, NoiseLevelSpec
from scenes.story.strategies import ComparableRuns
from scenes.text.errors import only_own
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import Number, at, computed, number, with_run

NOISE = "dp-noise"  # the setting: standard deviation of the noise, in parts of the clipping norm
CLEARLY = 0.01  # least difference of two means
LARGE = 10.0  # epsilon from which it is written without decimals


@dataclass(frozen=True)
class NoiseSpec:
    """The contents of the chapter; captions have the names of their beats."""

    title: Line
    cost: CostSpec
    hidden: Line
    crowd: Line
    costs: Line


@dataclass(frozen=True)
class Family:
    """Runs that differ only in their noise and their seed, by noise from none up."""

    by_noise: Mapping[float, tuple[Run, ...]]

    @property
    def scores(self) -> ComparableRuns:
        """The runs, comparable by noise."""
        return ComparableRuns({str(noise): runs for noise, runs in self.by_noise.items()})

    @property
    def first(self) -> Run:
        """The first run without noise."""
        return self.by_noise[0.0][0]

    @property
    def means(self) -> list[float]:
        """The mean accuracy at each level of noise."""
        scores = self.scores
        return [scores.mean(str(noise)) for noise in self.by_noise]

    @property
    def losses(self) -> list[float]:
        """By how much the mean at each level is below that without noise."""
        without, *others = self.means
        return [without - mean for mean in others]


def tell(runs: Sequence[Run]) -> NoiseSpec:
    """Return the chapter's spec for the two sets of runs with the fewest and the most workers.

    Raises:
        NotRecordedError: there are no two such sets with the same levels of noise.
    """
    families = _families(runs)
    if len(families) < 2:
        names = ", ".join(repr(run.name) for run in runs)
        raise only_own(
            runs,
            f"what noise costs few workers and many cannot be compared among the runs {names}",
            "Give runs with --run of two numbers of workers, with and without the same dp-noise",
        )
    few, many = families[0], families[-1]
    return NoiseSpec(
        title=text("Noise"),
        cost=_cost(few, many),
        hidden=_hidden(few),
        crowd=_crowd(few, many),
        costs=_costs(few, many),
    )


def _families(runs: Sequence[Run]) -> list[Family]:
    """Return sets of runs with the same levels of noise, from the fewest workers to the most."""
    found: dict[object, dict[float, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        accuracies = [round_.central and round_.central.accuracy for round_ in run.rounds[1:]]
        if run.num_clients and accuracies and None not in accuracies:
            alike = run.num_clients, run.strategy, settings(run, RECORDING, free=NOISE)
            found[alike][float(run.settings[NOISE])].append(run)
    by_levels: dict[tuple[float, ...], list[Family]] = defaultdict(list)
    for levels in found.values():
        family = Family({noise: tuple(levels[noise]) for noise in sorted(levels)})
        by_levels[tuple(family.by_noise)].append(family)
    several = [found for levels, found in by_levels.items() if len(levels) > 1 and levels[0] == 0]
    most = max(several, key=len, default=[])
    return sorted(most, key=lambda family: family.first.num_clients or 0)


# --- captions


def _hidden(few: Family) -> Line:
    """Return the caption on noise: in the averages, or in each update."""
    noised = [runs[0].rounds[-1].train for noise, runs in few.by_noise.items() if noise]
    if any(train is not None and train.form == "noised" for train in noised):
        return text("Noise in every update blurs each worker's part. What does it cost?")
    return text("Noise in every average blurs each worker's part. What does it cost?")


def _crowd(few: Family, many: Family) -> Line:
    """Return the caption on the runs with more workers."""
    n = with_run(many.first, num_workers(many.first))
    if [str(each) for each in _epsilons(few)] == [str(each) for each in _epsilons(many)]:
        return line("And the same protection for {n} workers?", n=n)
    return line("And with as much noise, among {n} workers?", n=n)


def _costs(few: Family, many: Family) -> Line:
    """Return the caption on what noise costs both."""
    costs, crowd = few.losses, many.losses
    if costs[-1] < CLEARLY:
        return text("Here it costs next to no accuracy.")
    if all(less < more for less, more in zip(crowd, costs, strict=True)):
        if _left_guessing(few) and not _left_guessing(many):
            n = with_run(few.first, num_workers(few.first))
            return plural(
                n,
                "{n} worker is left guessing. A crowd keeps more of its accuracy.",
                "{n} workers are left guessing. A crowd keeps more of its accuracy.",
            )
        return text("It costs accuracy, less in a crowd.")
    return text("It costs accuracy, in a crowd as well.")


def _left_guessing(family: Family) -> bool:
    """Whether the most noise leaves the accuracy of guessing."""
    run = family.first
    named = run.dataset is not None and run.dataset.class_names
    return bool(named) and family.means[-1] <= chance(run).value + CLEARLY


# --- the picture


def _cost(few: Family, many: Family) -> CostSpec:
    run = few.first
    epsilons = _epsilons(few)
    agree = [str(each) for each in epsilons] == [str(each) for each in _epsilons(many)]
    named = run.dataset is not None and run.dataset.class_names
    guess = chance(run) if named else None
    return CostSpec(
        name=text("accuracy on the test photos"),
        measured=_measured(few),
        levels=list(_levels(epsilons if agree else [None] * len(epsilons))),
        note=text("More noise: less can be learned about any one worker."),
        lines=[_line(family) for family in (few, many)],
        guessing=LevelSpec(line("guessing {chance}", chance=guess), guess.value) if guess else None,
    )


def _measured(family: Family) -> Line:
    """Return over what the accuracies are means."""
    scores = family.scores
    first, run = scores.first_averaged, family.first
    n = computed(len(run.rounds) - first, Language.integer, "count of {}", at(run).rounds[first:])
    if n.value == 1:
        return text("after the last round")
    return line("mean of the last {n} rounds", n=n)


def _epsilons(family: Family) -> list[Number | None]:
    """Return epsilon after the last round at each level of noise, None where it is not known."""
    return [_epsilon(runs[0]) for noise, runs in family.by_noise.items() if noise]


def _epsilon(run: Run) -> Number | None:
    privacy = _privacy(run)
    if privacy is None or privacy.epsilon is None:
        return None
    digits = 0 if privacy.epsilon >= LARGE else 1
    form = partial(Language.decimal, digits=digits)
    return with_run(run, number(at(run).rounds[-1].train.privacy.epsilon, form))


def _privacy(run: Run) -> Privacy | None:
    train = run.rounds[-1].train
    return train.privacy if train else None


def _levels(epsilons: Sequence[Number | None]) -> Iterator[NoiseLevelSpec]:
    """Yield the levels of noise, from none up, each with the bound that it gives, if known."""
    yield NoiseLevelSpec(text("no noise"), text("none"), NOTHING)
    little = text("little noise"), text("little")
    more = text("more noise"), text("more")
    most = text("most noise"), text("most")
    names = [little, *[more] * (len(epsilons) - 2), most] if len(epsilons) > 1 else [more]
    for (name, brief), epsilon in zip(names, epsilons, strict=True):
        bound = NOTHING if epsilon is None else line("\u03b5 = {x}", x=epsilon)
        yield NoiseLevelSpec(name, brief, bound)


def _line(family: Family) -> CostLineSpec:
    scores, run = family.scores, family.first
    first, *_, last = (_mean(family, noise) for noise in family.by_noise)
    return CostLineSpec(
        name=plural(with_run(run, num_workers(run)), "{n} worker", "{n} workers"),
        values=[scores.scores(str(noise)) for noise in family.by_noise],
        first=first,
        last=last,
    )


def _mean(family: Family, noise: float) -> Number:
    """Return the mean accuracy at a level of noise, over seeds and the last rounds."""
    scores, runs = family.scores, family.by_noise[noise]
    return computed(
        scores.mean(str(noise)),
        Language.percent,
        "mean over {} of the mean of {}",
        ", ".join(run.name for run in runs),
        at(runs[0]).rounds[scores.first_averaged :].central.accuracy,
    )

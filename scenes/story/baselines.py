"""Baselines of a run's accuracy: guessing, and training in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose

from fl_sim.record import Run
from scenes.story.common import accuracy, chance, round_number
from scenes.story.specs import LevelSpec
from scenes.story.tests_by_round import last_tested, measured
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural
from scenes.text.numbers import Number, computed

AS_MUCH = 0.02  # relative difference of amounts of training that count as equal
EPOCHS = "local-epochs"


@dataclass(frozen=True)
class Comparison:
    """The baseline levels, and the caption about them."""

    caption: Line
    levels: Sequence[LevelSpec]


def comparison(run: Run, others: Sequence[Run]) -> Comparison | None:
    """Return the baselines of a run that are known from it and from other runs, or None."""
    guess = chance(run) if run.dataset and run.dataset.class_names else None
    other = next((other for other in others if in_one_place(run, other)), None)
    there = None if other is None else _there(other)
    as_long = other is not None and _as_long(run, other)
    levels = []
    if guess:
        levels.append(LevelSpec(line("guessing {chance}", chance=guess), guess.value))
    if there:
        levels.append(LevelSpec(line("in one place {accuracy}", accuracy=there), there.value))
    if not levels:
        return None
    return Comparison(_caption(run, guess, there, as_long=as_long), levels)


def in_one_place(run: Run, other: Run) -> bool:
    """Whether ``other`` trained the same model on the same data in one place, with a test."""
    data = run.dataset is not None and other.dataset is not None
    same_data = data and _identity(run) == _identity(other)
    same_model = run.network is not None and run.network == other.network
    tested = any(value is not None for value in measured(other, "accuracy")[1:])
    return other.num_clients == 1 and run.num_clients != 1 and same_data and same_model and tested


def _identity(run: Run) -> tuple[object, ...]:
    assert run.dataset is not None
    return run.dataset.name, run.dataset.fingerprint, run.dataset.num_test


def _there(other: Run) -> Number:
    """Return the last accuracy of training in one place."""
    level = accuracy(other, last_tested(other))
    return computed(level.value, Language.percent, "{} of {}", level, other.name)


def _caption(run: Run, guess: Number | None, there: Number | None, *, as_long: bool) -> Line:
    """Return the caption: the run's accuracy compared with one place, or with guessing."""
    here = accuracy(run, last_tested(run))
    if there and as_long:
        return line(
            "{here} of test photos right. Trained as much in one place: {there}.",
            here=here,
            there=there,
        )
    if there:
        return line("{here} named right. Trained in one place: {there}.", here=here, there=there)
    assert guess is not None
    return plural(
        round_number(last_tested(run), run),
        "After {n} round, {accuracy} are named right. Guessing would get {chance}.",
        "After {n} rounds, {accuracy} are named right. Guessing would get {chance}.",
        accuracy=here,
        chance=guess,
    )


def _as_long(run: Run, other: Run) -> bool:
    """Whether two runs trained on about as many examples, each counted every time."""
    ours, theirs = _examples_seen(run), _examples_seen(other)
    return bool(ours and theirs) and isclose(ours or 0, theirs or 0, rel_tol=AS_MUCH)


def _examples_seen(run: Run) -> float | None:
    """Return the number of training examples over all epochs and rounds, None if unknown."""
    replies = [reply for r in run.rounds if r.train for reply in r.train.replies]
    counts = [reply.num_examples for reply in replies if reply.num_examples is not None]
    epochs = run.config.get(EPOCHS)
    if isinstance(epochs, str) or epochs is None or len(counts) < len(replies):
        return None
    return epochs * sum(counts)

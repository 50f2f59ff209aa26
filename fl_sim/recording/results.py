"""Results: what a file of another program says of each round, before it becomes a record."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from shlex import quote
from typing import Any

from fl_sim.recording.meaning import (
    ACCURACY,
    CLIENTS,
    SERVER,
    TRAINING,
    VALIDATING,
    is_accuracy,
    measure_of,
    words_of,
)
from fl_sim.recording.measures import is_number

# Metrics by their names, by round; and those of single clients.
Values = dict[int, dict[str, float]]
ClientValues = dict[int, dict[int, dict[str, float]]]

# Between the names of what metrics stand in; and words of such that hold all metrics of a run.
INSIDE = "\0"
WHOLE = frozenset({"history", "log", "logs", "result", "results", "run", "runs", "rounds", "round"})

# What else than rounds may be counted. Who counts from 0 may mean two things by it.
STEPS = (["step"], ["global", "step"])
LIKE_ROUNDS = {"epoch", "iteration", "iter", "it", "t", "time", "rnd", "rounds", "version"}


NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
PERCENT = re.compile(rf"(?P<number>{NUMBER.pattern})\s*%", re.ASCII | re.IGNORECASE)
# How programs write that there is no number, or none that a record can hold.
ABSENT = re.compile(r"-?|[+-]?(nan|inf|infinity)|n/?a|<na>|null|none", re.IGNORECASE)
MISSING = "<missing>"  # stands in a remedy for the number of the round


class ImportFileError(Exception):
    """A file that no record can be made of: says what was found and what to do."""


@dataclass(frozen=True)
class Layout:
    """What a user says of the way in which a file is written.

    Args:
        rounds: name of the column with the number of the round.
        clients: name of the column with the client, of a file with a line for each.
        first: the round with which the file begins, whatever its own number is.
        measured_by: who measured what no name tells: ``server`` or ``clients``.
        run: name of the run to read, of a file with several.
        chosen: the metrics that the user has named, by their measure.
        percent: all accuracies are in percent.
    """

    rounds: str | None = None
    clients: str | None = None
    first: int | None = None
    measured_by: str | None = None
    run: str | None = None
    chosen: Mapping[str, Collection[str]] = field(default_factory=dict)
    percent: bool = False

    def is_percent(self, name: str) -> bool:
        """Tell whether the numbers of a metric are in percent, as they are written."""
        return self.percent and (is_accuracy(name) or name in self.chosen.get(ACCURACY, ()))

    def asks_for(self, name: str) -> bool:
        """Tell whether a metric may be loss or accuracy, as far as the user has not said which."""
        measure = measure_of(name)
        if measure is None:
            return False
        return name in self.chosen.get(measure, ()) or not self.chosen.get(measure)


@dataclass
class Results:
    """What a file says.

    Args:
        source: what kind of file it is.
        remedy: what to do in it about a round that is missing, with ``MISSING`` for its number.
        layout: what the user says of it.
        counted: name of the column with the number of the round.
    """

    source: str
    remedy: str
    layout: Layout = field(default_factory=Layout)
    counted: str = "round"
    train: Values = field(default_factory=dict)
    evaluate: Values = field(default_factory=dict)
    central: Values = field(default_factory=dict)
    clients: dict[str, ClientValues] = field(default_factory=dict)
    rounds: set[int] = field(default_factory=set)
    assumed: list[str] = field(default_factory=list)

    def add(self, phase: str, number: int, metrics: Mapping[str, float]) -> None:
        """Add what was measured in a round."""
        self.rounds.add(number)
        known = getattr(self, phase).setdefault(number, {})
        if known.keys() & metrics.keys():
            check_new(number, self.rounds)
        known.update(metrics)

    def add_by_name(self, number: int, metrics: Mapping[str, float], context: str = "") -> None:
        """Add what was measured in a round, by whom the names tell.

        Args:
            number: of the round.
            metrics: by name.
            context: names of what the metrics stand in.
        """
        self.rounds.add(number)
        for name, value in metrics.items():
            self.add(self._phase(name, context), number, {name: value})

    def add_of_client(self, number: int, client: int, metrics: Mapping[str, float]) -> None:
        """Add what one client measured in a round."""
        self.rounds.add(number)
        for name, value in metrics.items():
            phase = self._phase(name, "client")
            by_client = self.clients.setdefault(phase, {}).setdefault(number, {})
            by_client.setdefault(client, {})[name] = value

    def _phase(self, name: str, context: str) -> str:
        """Return the phase in which a metric was measured: its own name goes before its context."""
        words = set(words_of(name))
        said = _phase_by(words) or _phase_by(_telling(context))
        if said is not None:
            return said
        if self.layout.measured_by is not None:
            return "evaluate" if self.layout.measured_by == "clients" else "central"
        if self.layout.asks_for(name) and (words | _telling(context)) & VALIDATING:
            raise ImportFileError(
                f"{name} may be what the server measured, or the mean of what clients did; say "
                "--measured-by server or --measured-by clients"
            )
        if name not in self.assumed:
            self.assumed.append(name)
        return "central"


def _phase_by(words: Set[str]) -> str | None:
    if words & TRAINING:
        return "train"
    if words & SERVER:
        return "central"
    if words & CLIENTS:
        return "evaluate"
    return None


def _telling(context: str) -> set[str]:
    """Return the words of names around metrics that tell of them: a training history holds all."""
    parts = [set(words_of(part)) for part in context.split(INSIDE)]
    return set().union(*(words for words in parts if not words & WHOLE))


def round_name(names: Sequence[str], layout: Layout) -> str | None:
    """Return which name is that of the number of the round, None if none is."""
    if layout.rounds is not None:
        if layout.rounds not in names:
            raise ImportFileError(f"has no column {layout.rounds!r}, but {listed(names)}")
        return layout.rounds
    known = {name: words_of(name) for name in names}
    exact = [name for name in names if known[name] in (["round"], ["server", "round"], ["rnd"])]
    ended = [name for name in names if known[name][-1:] == ["round"]]
    begun = [name for name in names if known[name] in (["round", "number"], ["round", "num"])]
    steps = [name for name in names if known[name] in STEPS]
    return next(iter(exact + ended + begun + steps), None)


def no_round(names: Sequence[str]) -> ImportFileError:
    """Return the error of a file that numbers no rounds."""
    like = [name for name in names if LIKE_ROUNDS & set(words_of(name))]
    named = like[0] if like else "NAME"
    return ImportFileError(
        f"has no column round, but {listed(names)}; if one of them counts rounds, say "
        f"--round-column {quote(named)}"
    )


def is_round(name: str) -> bool:
    """Tell whether a column counts rounds by its name, so that 0 is the state before training."""
    return bool({"round", "rnd"} & set(words_of(name)))


def whole(value: Any, line: int | None = None) -> int:
    """Return the number of a round."""
    where = "" if line is None else f"line {line}: "
    number = float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else value
    if is_number(number) and number == int(number) and 0 <= number < 2**53:
        return int(number)
    raise ImportFileError(f"{where}round {short(value)} is no whole number from 0")


def is_absent(value: Any) -> bool:
    """Tell whether a value stands for none: a record holds finite numbers alone."""
    if isinstance(value, str):
        return ABSENT.fullmatch(value.strip()) is not None
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def check_new(number: int, known: Iterable[int]) -> None:
    """Check that a round is not there yet."""
    if number in known:
        raise ImportFileError(f"round {number} is there twice; keep one of them")


def check_name(name: str) -> None:
    """Check that a name can be written."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise ImportFileError(f"{name!r} is no name that can be written") from error


def short(value: Any) -> str:
    """Return a value as text, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 30 else f"{text[:30]}..."


def listed(names: Sequence[str]) -> str:
    """Return names as text, the first of many."""
    few = ", ".join(map(short, names[:12]))
    return f"{few} and {len(names) - 12} more" if len(names) > 12 else few or "nothing"

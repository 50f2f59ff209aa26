"""The wall sorted by kind: which test examples of each kind a model gets right.

Where a run did not record what it called each test example, its confusion matrices say how many of
each kind are right, and as many lights of that kind are lit.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from fl_sim.record import Run
from scenes.story import wall
from scenes.story.class_names import kind_name
from scenes.story.common import round_number
from scenes.story.specs import NOTHING, WallRoundSpec, WallSpec
from scenes.text.language import Language
from scenes.text.lines import Text, line, text
from scenes.text.numbers import Number, at, computed, number, with_run

MOST_KINDS = 12  # shown; with more, FEW
FEW = 10
NAME = 14  # characters of a kind's name


class KindsWall:
    """The sorted walls of one run, with some of its kinds."""

    def __init__(self, run: Run, kinds: Iterable[int]) -> None:
        self.run, self.kinds = run, list(kinds)
        known = wall.wall(run) if run.rounds[-1].predictions is not None else None
        first = known_rounds(run)[0]
        sizes = confusion(run, first).sum(axis=1)
        labels = np.repeat(np.arange(len(sizes)), sizes) if known is None else known.kinds
        self.by_name = known is not None
        self.shown = np.isin(labels, self.kinds)
        self.labels = labels[self.shown]
        self.tiles = None if known is None or known.tiles is None else known.tiles[self.shown]

    @property
    def spec(self) -> WallSpec:
        """The wall."""
        kinds = np.searchsorted(self.kinds, self.labels).astype(np.uint8)
        names = [kind_name(self.run, kind, NAME) for kind in self.kinds]
        return WallSpec(kinds, names, self.tiles)

    def after(self, round_: int) -> WallRoundSpec:
        """Return what is shown after a round, with its accuracy."""
        return WallRoundSpec(
            right=self._right(round_),
            counts=[right_of(self.run, round_, kind) for kind in self.kinds],
            over=line("round {r}", r=with_run(self.run, round_number(round_, self.run))),
            figure=share_right(self.run, round_),
            under=text("right"),
        )

    def at_last(self, name: Text) -> WallRoundSpec:
        """Return what is shown after the last round, under a name of the run."""
        last = known_rounds(self.run)[-1]
        shown = self.after(last)
        return WallRoundSpec(shown.right, shown.counts, name, shown.figure, NOTHING)

    def _right(self, round_: int) -> npt.NDArray[np.bool_]:
        found = wall.right_after(self.run, round_) if self.by_name else None
        if found is not None:
            return found[self.shown]
        right = confusion(self.run, round_).diagonal()
        parts = [np.arange((self.labels == kind).sum()) < right[kind] for kind in self.kinds]
        filled = np.empty(len(self.labels), bool)
        for kind, part in zip(self.kinds, parts, strict=True):
            filled[self.labels == kind] = part
        return filled


def known_rounds(run: Run) -> list[int]:
    """Return the rounds of which the answers by kind are known."""
    return [i for i, round_ in enumerate(run.rounds) if round_.confusion is not None]


def confusion(run: Run, round_: int) -> npt.NDArray[np.int_]:
    """Return the confusion matrix after a round, true classes in rows."""
    return np.array(run.rounds[round_].confusion)


def right_of(run: Run, round_: int, kind: int) -> Number:
    """Return how many test examples of a kind are right after a round."""
    return with_run(run, number(at(run).rounds[round_].confusion[kind][kind], Language.integer))


def tested_of(run: Run, kind: int) -> Number:
    """Return the number of test examples of a kind."""
    last = known_rounds(run)[-1]
    row = at(run).rounds[last].confusion[kind]
    tested = int(confusion(run, last)[kind].sum())
    return with_run(run, computed(tested, Language.integer, "sum of {}", row))


def share_right(run: Run, round_: int) -> Number:
    """Return the share of right answers after a round."""
    answers = confusion(run, round_)
    share = answers.trace() / max(answers.sum(), 1)
    words = "sum of the diagonal over the sum of {}"
    return with_run(run, computed(share, Language.percent, words, at(run).rounds[round_].confusion))


def share_called(run: Run, round_: int, kind: int) -> Number:
    """Return the share of the test examples that are called by the name of a kind."""
    share = _called(run, round_)[kind]
    words = f"sum of column {kind} over the sum of {{}}"
    return with_run(run, computed(share, Language.percent, words, at(run).rounds[round_].confusion))


def most_called(run: Run, rounds: Iterable[int]) -> tuple[int, int, float] | None:
    """Return the round in which most get one name: round, kind and share; None without rounds."""
    calls = {round_: _called(run, round_) for round_ in rounds}
    if not calls:
        return None
    round_ = max(calls, key=lambda round_: calls[round_].max())
    kind = int(calls[round_].argmax())
    return round_, kind, float(calls[round_][kind])


def _called(run: Run, round_: int) -> npt.NDArray[np.float64]:
    answers = confusion(run, round_)
    return np.asarray(answers.sum(axis=0) / max(answers.sum(), 1))


def kinds_shown(sizes: npt.NDArray[np.int_], first: Iterable[int]) -> list[int]:
    """Return the kinds on screen: all, or some of them and the largest ones, in their order."""
    kinds = list(range(len(sizes)))
    if len(kinds) <= MOST_KINDS:
        return kinds
    chosen = set(first)
    return sorted(sorted(kinds, key=lambda kind: (kind not in chosen, -sizes[kind]))[:FEW])

"""The chapter on different data: a deal, what is learned from it, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fl_sim.record import Run
from scenes.story.class_names import counted, kind_name, not_one
from scenes.story.common import participants, round_number
from scenes.story.deal import counts, deal, dealt, held_by, uneven, uneven_worker, workers_shown
from scenes.story.kinds_wall import (
    KindsWall,
    confusion,
    kinds_shown,
    known_rounds,
    most_called,
    right_of,
    share_called,
    tested_of,
)
from scenes.story.lost_class import LostClass, lost_class
from scenes.story.pairs import ROUNDS, Pair, alike_and_skewed
from scenes.story.specs import DealSpec, WallRoundSpec, WallSpec
from scenes.story.update_arrows import DriftSpec, client_drift, num_updates
from scenes.text.errors import LABEL_COUNTS, NO_COUNTS, NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import at, computed, with_run

FEWEST_ROUNDS = 2  # with known answers
MOST, ALMOST_ALL = 0.5, 0.9  # of the test examples
MOST_STEPS = 30  # rounds that are shown


@dataclass(frozen=True)
class RoundSpec:
    """A round: what the wall shows after it, and who trained, by place in the deal, if shown."""

    shown: WallRoundSpec
    workers: Sequence[int]


@dataclass(frozen=True)
class LostSpec:
    """A kind that is lost in a round, and how many examples of it those hold who trained."""

    kind: int
    round: RoundSpec
    lost: Line
    asked: Line
    held: Sequence[Text]


@dataclass(frozen=True)
class LearnedSpec:
    """What the model learns, round by round, as a sorted wall.

    ``first`` is the round after which most examples get one name, and ``called`` says so, or None
    if there is no such round; ``rounds`` are those that follow. ``lost`` is None if no kind is
    lost.
    """

    wall: WallSpec
    starts: Line
    first: RoundSpec
    called: Line | None
    go_by: Line
    rounds: Sequence[RoundSpec]
    lost: LostSpec | None


@dataclass(frozen=True)
class EndsSpec:
    """Both runs at their end, as sorted walls, and the kind that the uneven one knows least of."""

    ends: Line
    walls: tuple[WallSpec, WallSpec]
    last: tuple[WallRoundSpec, WallRoundSpec]
    kind: int
    known: Line


@dataclass(frozen=True)
class DifferentDataSpec:
    """The contents of the chapter; a part is None if it was not recorded."""

    title: Line
    dealt: Line
    uneven: Line
    deal: DealSpec
    learned: LearnedSpec | None
    drift: DriftSpec | None
    ends: EndsSpec | None


def tell(runs: Sequence[Run]) -> DifferentDataSpec:
    """Return the chapter's spec for pairs of runs with alike and with uneven data.

    Raises:
        NotRecordedError: no two runs differ only in the partitioning of the photos.
    """
    drifting = alike_and_skewed(runs, num_updates, free=ROUNDS)
    tested = alike_and_skewed(runs, _rounds_tested)
    pair = tested or drifting
    if pair is None:
        raise NotRecordedError(f"{_names(runs)} cannot be compared. {_advice(runs)}")
    answers = _Answers(tested) if tested else None
    return DifferentDataSpec(
        title=text("Different data"),
        dealt=dealt(pair),
        uneven=uneven(pair[1]),
        deal=_deal(pair, answers),
        learned=answers.learned() if answers else None,
        drift=client_drift(drifting) if drifting else None,
        ends=answers.ends() if answers else None,
    )


def _deal(pair: Pair, answers: "_Answers | None") -> DealSpec:
    if answers is not None:
        return deal(pair, answers.kinds, answers.workers)
    return deal(pair, _kinds(pair[1], ()), workers_shown(pair[1], ()))


def _kinds(run: Run, named: Iterable[int]) -> list[int]:
    """Return the kinds on screen, with those that are spoken of."""
    _, most, least = uneven_worker(run)
    return kinds_shown(counts(run).sum(axis=0), (*named, most, least))


def _advice(runs: Sequence[Run]) -> str:
    """Return what it takes to compare runs, as far as runs of their kind can have it."""
    if all(run.imported for run in runs):
        return NO_COUNTS
    own = any(run.by_own_app for run in runs)
    known = "label counts and confusion matrices" if own else f"label counts, by {LABEL_COUNTS}"
    return (
        "Give two runs with --run: one with alike and one with different data, the same "
        f"otherwise, both with {known}"
    )


def _names(runs: Sequence[Run]) -> str:
    names = ", ".join(repr(run.name) for run in runs)
    return f"the run {names}" if len(runs) == 1 else f"the choice of runs {names}"


def _rounds_tested(run: Run) -> int:
    tested = known_rounds(run)
    return len(tested) if len(tested) >= FEWEST_ROUNDS else 0


class _Answers:
    """What two runs answered in the test."""

    def __init__(self, pair: Pair) -> None:
        self.run = pair[1]
        self.rounds = known_rounds(self.run)
        self.lost = lost_class(self.run)
        until = self.lost.round if self.lost else self.rounds[-1] + 1
        named = most_called(self.run, [r for r in self.rounds[1:] if r < until])
        self.named = named if named and named[2] >= MOST else None
        self.worst = self._worst()
        kinds = [self.worst]
        kinds += [self.lost.label] if self.lost else []
        kinds += [self.named[1]] if self.named else []
        self.kinds = _kinds(self.run, kinds)
        self.workers = workers_shown(self.run, self.lost.held if self.lost else ())
        self.walls = [KindsWall(run, self.kinds) for run in pair]

    def learned(self) -> LearnedSpec:
        """Return what the model learns."""
        first = self.named[0] if self.named else self.rounds[1]
        last = self.lost.round if self.lost else self.rounds[-1] + 1
        follow = [r for r in self.rounds if first < r < last]
        return LearnedSpec(
            wall=self.walls[1].spec,
            starts=line("They learn one model. A light is a test photo it gets right."),
            first=RoundSpec(self._named() or self._round(first).shown, self._asked_in(first)),
            called=self._called(),
            go_by=line("The rounds go by. Does it keep what it learns?"),
            rounds=[self._round(round_) for round_ in _thinned(follow)],
            lost=self._lost(self.lost) if self.lost else None,
        )

    def ends(self) -> EndsSpec:
        """Return both runs at their end."""
        alike, uneven_ = self.walls
        last = self.rounds[-1]
        return EndsSpec(
            ends=line("In the end, beside a model that learned from alike photos."),
            walls=(alike.spec, uneven_.spec),
            last=(alike.at_last(text("alike photos")), uneven_.at_last(text("uneven photos"))),
            kind=self.kinds.index(self.worst),
            known=self._known(last),
        )

    def _worst(self) -> int:
        """Return the kind of which the least part is right in the end, of several the lost one."""
        answers = confusion(self.run, self.rounds[-1])
        sizes = answers.sum(axis=1)
        parts = answers.diagonal() / np.maximum(sizes, 1)
        lost = self.lost.label if self.lost else -1
        tested = np.flatnonzero(sizes).tolist()
        return min(tested, key=lambda kind: (parts[kind], kind != lost))

    def _called(self) -> Line | None:
        if self.named is None:
            return None
        round_, kind, share = self.named
        r = with_run(self.run, round_number(round_, self.run))
        name = kind_name(self.run, kind)
        if share == 1:
            return line("Round {r}: it calls all of them {name}.", r=r, name=name)
        if share >= ALMOST_ALL:
            return line("Round {r}: it calls almost all of them {name}.", r=r, name=name)
        return line("Round {r}: it calls most of them {name}.", r=r, name=name)

    def _named(self) -> WallRoundSpec | None:
        if self.named is None:
            return None
        round_, kind, _ = self.named
        shown = self.walls[1].after(round_)
        share = share_called(self.run, round_, kind)
        under = line("called {name}", name=kind_name(self.run, kind))
        return WallRoundSpec(shown.right, shown.counts, shown.over, share, under)

    def _round(self, round_: int) -> RoundSpec:
        return RoundSpec(self.walls[1].after(round_), self._asked_in(round_))

    def _asked_in(self, round_: int) -> list[int]:
        """Return the places in the deal of the workers that trained in a round."""
        trained = participants(self.run.rounds[round_])
        return [self.workers.index(worker) for worker in trained if worker in self.workers]

    def _lost(self, lost: LostClass) -> LostSpec:
        before = self.rounds[self.rounds.index(lost.round) - 1]
        shown = [worker for worker in lost.held if worker in self.workers]
        return LostSpec(
            kind=self.kinds.index(lost.label),
            round=self._round(lost.round),
            lost=self._fall(lost, before, lost.round),
            asked=self._asked(lost),
            held=[held_by(self.run, worker, lost.label) for worker in shown],
        )

    def _fall(self, lost: LostClass, before: int, after: int) -> Line:
        run, kind = self.run, lost.label
        then, now = (with_run(run, round_number(r, run)) for r in (before, after))
        right, left = (right_of(run, r, kind) for r in (before, after))
        of = counted(run, kind, tested_of(run, kind))
        if not left.value:
            return line(
                "Round {then}: {right} of {tested}. Round {now}: none.",
                then=then,
                right=right,
                tested=of,
                now=now,
            )
        return line(
            "Round {then}: {right} of {tested}. Round {now}: {left}.",
            then=then,
            right=right,
            tested=of,
            now=now,
            left=left,
        )

    def _asked(self, lost: LostClass) -> Line:
        """Return the caption on the workers that trained."""
        run, kind, replies = self.run, lost.label, at(self.run).rounds[lost.round].train.replies
        together = sum(lost.held.values())
        words = "sum of label_counts[{}] over the workers in {}"
        number = computed(together, Language.integer, words, str(kind), replies)
        held = counted(run, kind, with_run(run, number)) if together else not_one(run, kind)
        return plural(
            with_run(run, computed(len(lost.held), Language.integer, "count of {}", replies)),
            "Round {r} learned from {n} worker, who holds {held}.",
            "Round {r} learned from {n} workers, who together hold {held}.",
            r=with_run(run, round_number(lost.round, run)),
            held=held,
        )

    def _known(self, last: int) -> Line:
        """Return the caption on the kind that is known least."""
        run, kind = self.run, self.worst
        tested, right = counted(run, kind, tested_of(run, kind)), right_of(run, last, kind)
        if not right.value:
            return line("Of {tested} it now knows not one.", tested=tested)
        return line("Of {tested} it now knows {right}.", tested=tested, right=right)


def _thinned(rounds: Sequence[int]) -> list[int]:
    """Return at most ``MOST_STEPS`` of some rounds, evenly spread, with the last one."""
    step = -(-len(rounds) // MOST_STEPS) or 1
    return list(rounds[::-1][::step][::-1])

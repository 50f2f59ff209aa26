"""Failures on the stage with cards: dashed edges, crosses, broken wires and error reports."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from manim import (
    DL,
    UR,
    Animation,
    AnimationGroup,
    Create,
    DashedVMobject,
    FadeIn,
    Group,
    LaggedStart,
    Succession,
    VGroup,
    VMobject,
    Wait,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame
from scenes.drawing.marks import cross
from scenes.drawing.panel import THIN
from scenes.drawing.text import Words
from scenes.stage.card import Card, Work
from scenes.stage.wires import Packet, Trail, Travel, in_equal_steps, path_back
from scenes.story.specs import FailureSpec
from scenes.text.lines import Text

DASHES, DASHED = 34, 0.5  # dashes around a card; the drawn part of each
REST, REST_DASH = 0.97, 24  # part of a broken wire that is left at most; pixels of its dashes
STEPS = np.linspace(0, 1, 120)  # places along a wire at which it may cross a note
CLEAR = 10  # pixels of free space around a note
ABOVE = 20  # pixels between a card and the note above it
CROSS = 2.0  # times a mark's usual size

if TYPE_CHECKING:
    from scenes.stage.card_stage import CardStage


class ErrorReport(Packet):
    """An error report without a model in it: only an outline."""

    def __init__(self, text: Text, frame: Frame) -> None:
        super().__init__(text, theme.GROUND, frame)
        self.words.set_color(theme.INK)
        self.body.set_stroke(theme.INK, THIN)

    def set_fill(self, *args: Any, **kwargs: Any) -> Self:
        """Fade the outline together with the text."""
        super().set_fill(*args, **kwargs)
        self.body.set_stroke(opacity=self.body.get_fill_opacity())
        return self


class CardFailures:
    """The failed workers' cards and wires. Their marks stay until ``everything`` is removed."""

    def __init__(self, spec: Sequence[FailureSpec], stage: "CardStage", frame: Frame) -> None:
        self.spec, self.frame, self.stage = spec, frame, stage
        self.cards, self.wires = stage.cards, stage.wires
        self.failed = {failure.worker for failure in spec}
        self.edges, self.crosses = VGroup(), VGroup()
        self.rests, self.notes = VGroup(), VGroup()

    @property
    def everything(self) -> Group:
        """All marks of the failures on the stage."""
        return Group(self.edges, self.crosses, self.rests, self.notes)

    def train_and_fail(self) -> Animation:
        """Let the workers train for a while; then dim their cards one after the other."""
        cards = [self.cards[failure.worker] for failure in self.spec]
        work = AnimationGroup(*(Work(card, theme.MOVE) for card in cards))
        marks = LaggedStart(*map(self._fail, cards), lag_ratio=0.5)
        return Succession(work, AnimationGroup(self.stage.drop(sorted(self.failed)), marks))

    def break_wires(self) -> Animation:
        """Send error reports to the coordinator; then break the wires of the failed workers.

        A note above each card names its failure, if no other wire or card is in its place.
        """
        wires = [self.wires[failure.worker] for failure in self.spec]
        self.notes.add(*self._notes())
        self.rests.add(*(_dashed(wire, self._rest_of(wire), self.frame) for wire in wires))
        reports = [self._report(failure) for failure in self.spec if failure.reported]
        leaving = [wire.animate.set_stroke(opacity=0) for wire in wires]
        steps = [
            *([LaggedStart(*reports, lag_ratio=0.4)] if reports else []),
            AnimationGroup(*leaving, *map(FadeIn, self.rests), run_time=theme.SWAP),  # type: ignore[arg-type]
            *([FadeIn(self.notes, run_time=theme.SWAP)] if len(self.notes) else []),
        ]
        return Succession(*steps)

    def _report(self, failure: FailureSpec) -> Animation:
        """Send a worker's error report along its wire to the coordinator."""
        path = path_back(self.wires[failure.worker])
        seconds = 1.4 * theme.MOVE
        report = ErrorReport(failure.note, self.frame)
        half, safe = report.body.width / 2, self.frame.safe
        # Along the wire, as far as the text stays in the safe area.
        path.points[:, 0] = np.clip(path.points[:, 0], safe.left + half, safe.right - half)
        trip = Travel(report, path, disappears=True, run_time=seconds)
        return AnimationGroup(trip, Trail(theme.MUTED, seconds, path))

    def _fail(self, card: Card) -> Animation:
        """Draw a dashed edge around a card, and a cross on it."""
        outline = card.panel.copy().set_fill(opacity=0).set_stroke(theme.MUTED, 1.5 * THIN)
        edge = DashedVMobject(outline, num_dashes=DASHES, dashed_ratio=DASHED)
        mark = cross(card.slot.center, self.frame).scale(CROSS)
        self.edges.add(edge.set_z_index(layers.RECESSES))
        self.crosses.add(mark.set_z_index(layers.PACKETS))
        return AnimationGroup(
            FadeIn(edge),
            Succession(Wait(theme.MOVE / 2), Create(mark, run_time=theme.MOVE / 2)),
        )

    def _notes(self) -> Iterator[Words]:
        """Yield the note above each card that has room for it."""
        up = np.array([0.0, self.frame.px(ABOVE + theme.LABEL / 2), 0.0])
        for failure in self.spec:
            slot = self.cards[failure.worker].slot
            words = Words(failure.note, self.frame).put(slot.at(0.5, 1) + up)
            if words.width <= slot.width and self._is_free(words):
                yield words

    def _is_free(self, words: Words) -> bool:
        """Return whether no card, parcel or working worker's wire is in the place of a note."""
        low, high = self._bounds(words)
        for parcel in self.stage.docked.values():  # each with its light
            if (parcel.get_corner(DL)[:2] < high).all() and (parcel.get_corner(UR)[:2] > low).all():
                return False
        slots = [card.slot for card in self.cards]
        if any(slot.bottom < high[1] and slot.top > low[1] for slot in slots):
            return False
        others = (wire for i, wire in enumerate(self.wires) if i not in self.failed)
        return not any(self._crossings(wire, words).any() for wire in others)

    def _bounds(self, words: VMobject) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the lower left and the upper right corner of a note with free space around it."""
        pad = self.frame.px(CLEAR)
        return words.get_corner(DL)[:2] - pad, words.get_corner(UR)[:2] + pad

    def _crossings(self, wire: VMobject, words: VMobject) -> npt.NDArray[np.bool_]:
        """Return for each of ``STEPS`` whether a wire crosses a note there."""
        low, high = self._bounds(words)
        points = np.array([wire.point_from_proportion(step) for step in STEPS])[:, :2]
        return np.asarray(((points > low) & (points < high)).all(axis=1))

    def _rest_of(self, wire: VMobject) -> float:
        """Return the part of a broken wire that is left: it ends before any note."""
        crossings = [self._crossings(wire, note) for note in self.notes]
        first = [float(STEPS[crossed.argmax()]) for crossed in crossings if crossed.any()]
        return max(float(STEPS[1]), min([REST, *first]))


def _dashed(wire: VMobject, part: float, frame: Frame) -> VMobject:
    """Return the first part of a wire, dashed."""
    rest = VMobject(stroke_color=theme.MUTED, stroke_width=2)
    rest.pointwise_become_partial(in_equal_steps(wire), 0, part)
    dashes = max(2, round(rest.get_arc_length() / frame.px(REST_DASH)))
    return DashedVMobject(rest, num_dashes=dashes).set_z_index(layers.WIRES)

"""A schematic picture: the way of a model whose average is plain, and of one that keeps momentum.

Both are pulled in the same directions, one round after the other. With momentum, a step is the
round's pull and a part of the step before: what differs cancels, and what agrees adds up.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    Create,
    DashedLine,
    Dot,
    FadeIn,
    LaggedStart,
    ManimColor,
    VGroup,
    VMobject,
    linear,
)

from scenes import theme
from scenes.charts.update_arrows import Arrow
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.story.specs import WorkingSpec
from scenes.text.lines import Text

PULLS = np.radians([58, -62, 64, -54, 60, -60])  # of the rounds
KEPT = 0.5  # part of the last step that is added to the next one
NAME = 84  # pixels above a lane for its name
MODEL = 17  # pixels: radius
PATH, PULL = 7.0, 4.5
BEHIND = 0.3  # part of its colour that an arrow of an earlier round keeps
OLD = 0.55  # part of ink in the colour of what is kept of a step
SUM = 66  # pixels of a line of the sum under the lanes
SIGN = 16  # pixels around a sign of the sum
QUICK, SLOW = 0.4, 1.6  # seconds of a round, and of one of those that explain it
EXPLAINED = 2  # rounds that go slowly with momentum

Points = npt.NDArray[np.float64]


def plain(pulls: Points) -> Points:
    """Return the way of a plain average, shape (rounds + 1, 2)."""
    return np.concatenate([np.zeros((1, 2)), pulls.cumsum(axis=0)])


def with_momentum(pulls: Points) -> Points:
    """Return the way with momentum: each step is a pull and a part of the step before."""
    step, steps = np.zeros(2), []
    for pull in pulls:
        step = KEPT * step + pull
        steps.append(step)
    return plain(np.array(steps))


class Momentum(VGroup):
    """Two lanes from left to right: the plain way, and the way with momentum below it.

    Under them stands what a step with momentum is the sum of.

    Args:
        spec: the names of both ways, and the parts of the sum.
        area: where the picture is.
        frame: the frame.
    """

    def __init__(self, spec: WorkingSpec, area: Slot, frame: Frame) -> None:
        self.frame = frame
        pulls = np.stack([np.cos(PULLS), np.sin(PULLS)], axis=1)
        ways = plain(pulls), with_momentum(pulls)
        self.sum = self._sum(spec.parts, area)
        above = box(area.left, self.sum.get_top()[1] + frame.px(2 * MODEL), area.right, area.top)
        slots = above.inset(0, frame.px(MODEL)).rows([1.0, 1.0], frame.px(2 * MODEL))
        longest = max(float(way[:, 0].max()) for way in ways)
        highest = max(float(np.ptp(way[:, 1])) for way in ways)
        room = slots[0].height - frame.px(NAME + 3 * MODEL)
        unit = min((area.width - frame.px(4 * MODEL)) / longest, room / highest)
        names = spec.before, spec.after
        self.lanes = [
            Lane(way * unit, pulls * unit, name, slot, frame)
            for way, name, slot in zip(ways, names, slots, strict=True)
        ]
        self.reached = self._reached()
        super().__init__(*self.lanes, self.reached, self.sum)

    @property
    def everything(self) -> VGroup:
        """The whole picture."""
        return self

    @property
    def start(self) -> VGroup:
        """The model at the start of both lanes, with the names of the lanes."""
        return VGroup(*(lane.still for lane in self.lanes))

    def run(self) -> Animation:
        """Let the model go the plain way."""
        lane = self.lanes[0]
        return Roll(lane, [QUICK] * len(lane.pulls))

    def remedy(self) -> Animation:
        """Let the model go the way with momentum, the first rounds slowly, and compare both."""
        lane = self.lanes[1]
        others = len(lane.pulls) - EXPLAINED
        seconds = [SLOW / 2, *[SLOW] * (EXPLAINED - 1), *[QUICK] * others]
        moved = LaggedStart(*map(FadeIn, self.sum), lag_ratio=0.5, run_time=SLOW)
        first = AnimationGroup(Roll(lane, seconds), moved)
        return AnimationGroup(first, Create(self.reached, run_time=theme.SWAP), lag_ratio=1)

    def _sum(self, parts: Sequence[Text], area: Slot) -> VGroup:
        """Return the sum at the area's foot, in its middle, in two lines where it is too wide."""
        colors = theme.UPDATE, old(), theme.MODEL
        words = [
            Words(part, self.frame, color=color, weight="SEMIBOLD")
            for part, color in zip(parts, colors, strict=True)
        ]
        plus, equal = (Words(sign, self.frame) for sign in ("+", "="))
        rows = [[words[0], plus, words[1], equal, words[2]]]
        gap = self.frame.px(SIGN)
        if sum(each.width + gap for each in rows[0]) > area.width:
            rows = [rows[0][:3], rows[0][3:]]
        for i, row in enumerate(reversed(rows)):
            x = area.x - sum(each.width + gap for each in row) / 2 + gap / 2
            y = area.bottom + self.frame.px(SUM * (i + 0.5))
            for each in row:
                each.put(np.array([x, y, 0.0]), -1)
                x += each.width + gap
        return VGroup(*words[:1], VGroup(plus, words[1]), VGroup(equal, words[2]))

    def _reached(self) -> DashedLine:
        """Return a line from where the plain way ends down through the other lane."""
        end = self.lanes[0].places[-1]
        low = np.array([end[0], self.lanes[1].places[:, 1].min(), 0.0])
        down = np.array([0.0, self.frame.px(2 * MODEL), 0.0])
        line = DashedLine(end - down, low, stroke_color=theme.MUTED, stroke_width=2.5)
        return line.set_z_index(layers.WIRES)


class Lane(VGroup):
    """A model's way in blue, with the pull of each round in red, and what is kept of a step.

    Args:
        way: its places after each round, from the start, shape (rounds + 1, 2).
        pulls: the pull of each round, shape (rounds, 2).
        name: of the way.
        slot: where it is.
        frame: the frame.
    """

    def __init__(self, way: Points, pulls: Points, name: Text, slot: Slot, frame: Frame) -> None:
        low, high = way[:, 1].min(), way[:, 1].max()
        x = slot.left + frame.px(2 * MODEL)
        y = slot.y - frame.px(NAME / 2) - (low + high) / 2
        self.places = np.column_stack([way + np.array([x, y]), np.zeros(len(way))])
        self.pulls = pulls
        self.kept = np.diff(way, axis=0) - pulls
        self.path = VMobject(stroke_color=theme.MODEL, stroke_width=PATH)
        self.arrows = [Arrow(theme.UPDATE, PULL, frame) for _ in pulls]
        self.rests = [Arrow(old(), PULL, frame) for _ in pulls]
        self.model = Dot(self.places[0], radius=frame.px(MODEL), color=theme.MODEL)
        top = np.array([slot.left, slot.top - frame.px(MODEL), 0.0])
        self.still = VGroup(self.model, Words(name, frame, weight="SEMIBOLD").put(top, -1))
        self.path.set_z_index(layers.PACKETS)
        self.model.set_z_index(layers.PACKET_TEXT)
        super().__init__(self.path, *self.arrows, *self.rests, self.still)

    def draw(self, rounds: float) -> None:
        """Draw the way up to a number of rounds, which may be a fraction.

        Where something is kept, a round has three parts: its pull, what is kept, and their sum.
        """
        done = min(int(rounds), len(self.pulls))
        places = list(self.places[: done + 1])
        part = self._part(rounds - done, 2) if self._kept_in(done) else rounds - done
        if part > 0:
            places.append(places[-1] + part * (self.places[done + 1] - places[-1]))
        if len(places) > 1:
            self.path.set_points_as_corners(places)
        self.model.move_to(places[-1])
        for i in range(len(self.pulls)):
            self._draw_arrows(i, min(max(rounds - i, 0.0), 1.0), behind=i < done)

    def _kept_in(self, round_: int) -> bool:
        return round_ < len(self.kept) and bool(np.any(self.kept[round_]))

    def _part(self, grown: float, third: int) -> float:
        return min(max(3 * grown - third, 0.0), 1.0)

    def _draw_arrows(self, i: int, grown: float, *, behind: bool) -> None:
        """Draw a round's pull, and from its tip what is kept of the step before."""
        pull, rest = (self._part(grown, third) for third in (0, 1))
        if not self._kept_in(i):
            pull, rest = grown, 0.0
        start, tip = self.places[i], self.places[i] + np.array([*self.pulls[i], 0.0])
        ends = (start, pull * self.pulls[i]), (tip, rest * self.kept[i])
        shown = (self.arrows[i], theme.UPDATE, pull), (self.rests[i], old(), rest)
        for (arrow, color, part), (at, vector) in zip(shown, ends, strict=True):
            arrow.point(at, vector)
            arrow.set_color(faint(color) if behind else color).set_opacity(float(part > 0))


def old() -> str:
    """Return the colour of what is kept of a step."""
    return str(ManimColor(theme.MODEL).interpolate(ManimColor(theme.INK), OLD).to_hex())


def faint(color: str) -> str:
    """Return the colour of an arrow of an earlier round."""
    return str(ManimColor(theme.GROUND).interpolate(ManimColor(color), BEHIND).to_hex())


class Roll(Animation):
    """The animation of a model along its way, with the seconds that each round takes."""

    def __init__(self, lane: Lane, seconds: Sequence[float]) -> None:
        self.lane = lane
        self.ends = np.cumsum([0.0, *seconds]) / sum(seconds)
        super().__init__(lane, run_time=sum(seconds), introducer=True, rate_func=linear)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw the way up to a round."""
        rounds = np.interp(min(max(alpha, 0.0), 1.0), self.ends, range(len(self.ends)))
        self.lane.draw(float(rounds))

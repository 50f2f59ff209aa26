"""A schematic picture: the way of a model whose average is plain, and of one that keeps momentum.

Both are pulled in the same directions, one round after the other.
"""

import numpy as np
import numpy.typing as npt
from manim import Animation, Dot, FadeIn, ManimColor, VGroup, VMobject, linear

from scenes import theme
from scenes.charts.update_arrows import Arrow
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.text import Words
from scenes.text.lines import Text

PULLS = np.radians([58, -62, 64, -54, 60, -60])  # of the rounds
KEPT = 0.5  # part of the last step that is added to the next one
NAME = 84  # pixels above a lane for its name
MODEL = 17  # pixels: radius
PATH = 7.0
BEHIND = 0.4  # part of its colour that a pull of an earlier round keeps

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

    Args:
        before: the name of the plain way.
        after: the name of the way with momentum.
        area: where the lanes are.
        frame: the frame.
    """

    def __init__(self, before: Text, after: Text, area: Slot, frame: Frame) -> None:
        pulls = np.stack([np.cos(PULLS), np.sin(PULLS)], axis=1)
        ways = plain(pulls), with_momentum(pulls)
        slots = area.inset(0, frame.px(MODEL)).rows([1.0, 1.0], frame.px(3 * MODEL))
        longest = max(float(way[:, 0].max()) for way in ways)
        highest = max(float(np.ptp(way[:, 1])) for way in ways)
        room = slots[0].height - frame.px(NAME + 4 * MODEL)
        unit = min((area.width - frame.px(4 * MODEL)) / longest, room / highest)
        self.lanes = [
            Lane(way * unit, pulls * unit, name, slot, frame)
            for way, name, slot in zip(ways, (before, after), slots, strict=True)
        ]
        super().__init__(*self.lanes)

    @property
    def everything(self) -> VGroup:
        """The whole picture."""
        return self

    def enter(self) -> Animation:
        """Show the model at the start of both lanes, with the names of the lanes."""
        return FadeIn(*(lane.still for lane in self.lanes), run_time=theme.SWAP)

    def run(self) -> Animation:
        """Let the model go the plain way."""
        return Roll(self.lanes[0], 2.4 * theme.MOVE)

    def remedy(self) -> Animation:
        """Let the model go the way with momentum."""
        return Roll(self.lanes[1], 2.4 * theme.MOVE)


class Lane(VGroup):
    """A model's way in blue, with the pull of each round in red.

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
        self.path = VMobject(stroke_color=theme.MODEL, stroke_width=PATH)
        self.behind = ManimColor(theme.GROUND).interpolate(ManimColor(theme.UPDATE), BEHIND)
        self.arrows = [Arrow(theme.UPDATE, 4.5, frame) for _ in pulls]
        self.model = Dot(self.places[0], radius=frame.px(MODEL), color=theme.MODEL)
        top = np.array([slot.left, self.places[:, 1].max() + frame.px(NAME), 0.0])
        self.still = VGroup(self.model, Words(name, frame).put(top, -1))
        self.path.set_z_index(layers.PACKETS)
        self.model.set_z_index(layers.PACKET_TEXT)
        super().__init__(self.path, *self.arrows, self.still)

    def draw(self, rounds: float) -> None:
        """Draw the way up to a number of rounds, which may be a fraction."""
        done = min(int(rounds), len(self.pulls))
        part = rounds - done
        places = list(self.places[: done + 1])
        if part > 0:
            places.append(places[-1] + part * (self.places[done + 1] - places[-1]))
        if len(places) > 1:
            self.path.set_points_as_corners(places)
        self.model.move_to(places[-1])
        for i, arrow in enumerate(self.arrows):
            arrow.point(self.places[i], self.pulls[i])
            color = theme.UPDATE if i == done else self.behind
            arrow.set_color(color).set_opacity(float(rounds > i))


class Roll(Animation):
    """The animation of a model along its way, round by round."""

    def __init__(self, lane: Lane, run_time: float) -> None:
        self.lane = lane
        super().__init__(lane, run_time=run_time, introducer=True, rate_func=linear)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw the way up to a round."""
        self.lane.draw(min(max(alpha, 0.0), 1.0) * len(self.lane.pulls))

"""A worker's card: its photos edge to edge over a pile, with its number or its name below."""

from collections.abc import Sequence

import numpy as np
from manim import Group, ManimColor, Mobject, VGroup, VMobject
from manim import Line as Stroke

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.glow import glow
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import gold
from scenes.drawing.panel import Panel, Rounded
from scenes.drawing.pictures import grid, picture, sheet
from scenes.drawing.redraw import Redraw
from scenes.drawing.text import Words
from scenes.stage.pose import DIM, HEIGHT, WIDTH, Pose
from scenes.story.specs import WorkerSpec

# Pixels of a card of size 1.
PAD, CORNER = 4, 8
PILE, LAYER, INWARDS = 5, 2.6, 0.9  # edges of the pile, from one to the next down and inwards
PILE_CORNER = 7
PHOTO, PHOTO_GAP, PHOTO_CORNER = 96, 8, 8  # pixels of the picture of all photos
LEAST_BAR = 0.02  # height of an empty class's bar, as a part of the highest
UNDER = 15  # pixels between the pile and the middle of the number, without half its height
EDGE, LIT_EDGE = 1.8, 3.0  # pixels
PULSE, SWELL = 0.03, 3.0  # part by which a card grows, pixels by which its edge does
BEAT = 1.0  # seconds
HIDDEN = 0.16  # part of a move at both ends in which a number is hidden, or comes back


class Card(Group):
    """One worker. ``pose`` is how it stands, ``slot`` its rectangle, ``dock`` where a model stops.

    Without photos it shows its label bars, without these a plain pile.
    """

    def __init__(self, spec: WorkerSpec, pose: Pose, frame: Frame) -> None:
        self.spec, self.frame, self.pose = spec, frame, pose
        area = Slot(0.0, 0.0, frame.px(WIDTH), frame.px(HEIGHT))
        self.light = glow(area, frame, theme.DATA, CORNER).set_z_index(layers.PANELS - 0.1)
        self.pile = _pile(area, frame)
        self.panel = Panel(area, frame, CORNER)
        self.photos, self.bars, self.blank = Group(), VGroup(), VGroup()
        self._fill(area.inset(frame.px(PAD)))
        self.number = Words(spec.number, frame, color=theme.MUTED)
        self.words = Words(spec.name, frame, weight="SEMIBOLD")
        for content in (self.photos, self.bars, self.blank, self.number, self.words):
            content.set_z_index(layers.CONTENT)
        self.parts = [self.light, *self.pile, self.panel, *self.photos, *self.bars, *self.blank]
        self.shapes = [part.points.copy() for part in self.parts]
        self.named = True  # whether a chosen card has its name, or keeps its number
        super().__init__(*self.parts, self.number, self.words)
        self.stand(pose)

    @property
    def slot(self) -> Slot:
        """The card's rectangle."""
        return self.pose.slot(self.frame)

    def stand(self, pose: Pose, beat: float = 0.0) -> None:
        """Take a pose, at some height of a pulse, 0 to 1."""
        self.pose = pose
        size, place = pose.size * (1 + PULSE * beat), np.array([pose.x, pose.y, 0.0])
        for part, shape in zip(self.parts, self.shapes, strict=True):
            part.points = size * shape + place
        self._look(pose, beat)
        low = self.slot.bottom - self.frame.px(PILE * LAYER * pose.size + UNDER + theme.LABEL / 2)
        for words in (self.number, self.words):
            words.put(np.array([pose.x, low, 0.0]))

    def hide_words(self, part: float) -> None:
        """Hide the number and the name, but for a part of their opacity, 1 at both ends of a move.

        The pose says how much of each there is.
        """
        for words in (self.number, self.words):
            words.set_fill(opacity=(1 - part) * words.get_fill_opacity())

    def _look(self, pose: Pose, beat: float) -> None:
        """Set colours and opacities for a pose."""
        lit = pose.chosen * (1 - pose.dim)
        edge = ManimColor(theme.EDGE).interpolate(ManimColor(theme.INK), max(lit, beat))
        pixels = EDGE + (LIT_EDGE - EDGE) * lit + SWELL * beat
        self.panel.set_stroke(edge, self.frame.stroke(pixels))
        self.light.set_opacity(lit if theme.dark() else 1 - DIM * pose.dim)
        shown = 1 - DIM * pose.dim
        for image in self.photos:
            image.set_opacity(shown)
        for part in (*self.bars, *self.blank):
            part.set_fill(opacity=shown)
        named = max(0.0, 2 * pose.chosen - 1) if self.named else 0.0
        self.words.set_fill(opacity=named)
        self.number.set_fill(opacity=max(0.0, 1 - 2 * pose.chosen) if self.named else 1.0)

    def _fill(self, inner: Slot) -> None:
        """Draw photos, else label bars, else a blank sheet."""
        photos = self.spec.photos
        if photos is not None and photos.size > 0:
            columns, count = grid(inner.width / inner.height, len(photos))
            pixels = sheet(photos[:count], columns, PHOTO, PHOTO_GAP, PHOTO_CORNER)
            self.photos = Group(picture(pixels, inner))
        elif len(self.spec.bars) > 0:
            self.bars = label_bars(self.spec.bars, inner.inset(self.frame.px(PAD)))
        else:
            self.blank = VGroup(_blank(inner, self.frame))


def label_bars(heights: Sequence[float], area: Slot) -> VGroup:
    """Return one bar for each class, as one mobject, and their baseline; heights are 0 to 1."""
    bars = gold(VMobject())
    for height, cell in zip(heights, area.columns([1.0] * len(heights)), strict=True):
        half, top = 0.39 * cell.width, area.bottom + max(height, LEAST_BAR) * area.height
        bar = box(cell.x - half, area.bottom, cell.x + half, top)
        first, *others = (bar.at(x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)))
        bars.start_new_path(first)
        bars.add_points_as_corners(others)
    ends = area.at(0, 0), area.at(1, 0)
    return VGroup(bars, Stroke(*ends, stroke_color=theme.MUTED, stroke_width=1.6))


def _blank(area: Slot, frame: Frame) -> Rounded:
    """Return an empty sheet in place of what the record lacks."""
    tile = Rounded(
        corner_radius=frame.px(CORNER - PAD / 2),
        width=area.width,
        height=area.height,
        fill_color=theme.EDGE,
        fill_opacity=1,
        stroke_width=0,
    )
    return tile.move_to(area.center)


def _pile(area: Slot, frame: Frame) -> VGroup:
    """Return the edges of a pile that shows under a card: its body, and its lines."""
    px = frame.px
    body = Rounded(
        corner_radius=px(PILE_CORNER),
        width=area.width - 2 * px(PILE * INWARDS),
        height=px(4 * PILE_CORNER),
        fill_color=theme.PANEL,
        fill_opacity=1,
        stroke_width=0,
    )
    low = area.bottom - px(PILE * LAYER)
    body.move_to(np.array([area.x, low + px(2 * PILE_CORNER), 0.0]))
    lines = VMobject(stroke_color=theme.EDGE, stroke_width=frame.stroke(1.5))
    for i in range(PILE, 0, -1):
        half, y, r = area.width / 2 - px(i * INWARDS), area.bottom - px(i * LAYER), px(PILE_CORNER)
        left, right = area.x - half, area.x + half
        bend = 0.55 * r
        lines.start_new_path(np.array([left, y + r, 0.0]))
        lines.add_cubic_bezier_curve_to(
            *_points((left, y + r - bend), (left + r - bend, y), (left + r, y))
        )
        lines.add_line_to(np.array([right - r, y, 0.0]))
        lines.add_cubic_bezier_curve_to(
            *_points((right - r + bend, y), (right, y + r - bend), (right, y + r))
        )
    return VGroup(body, lines).set_z_index(layers.PANELS - 0.05)


def _points(*places: tuple[float, float]) -> list[np.ndarray]:
    return [np.array([x, y, 0.0]) for x, y in places]


class Work(Redraw):
    """The animation of a card that pulses: it swells a little, and so does its edge."""

    def __init__(self, card: Card, seconds: float) -> None:
        self.card, self.beats = card, max(1, round(seconds / BEAT))
        super().__init__(card, run_time=seconds)

    def interpolate_mobject(self, alpha: float) -> None:
        """Set the card; at the end it is as at the start."""
        alpha = min(max(alpha, 0.0), 1.0)
        beat = float(np.sin(np.pi * self.beats * alpha) ** 2) if alpha < 1 else 0.0
        self.card.stand(self.card.pose, beat)


class Change(Redraw):
    """The animation of a card that takes another pose; its wire goes along."""

    def __init__(
        self, card: Card, wire: VMobject, pose: Pose, points: np.ndarray, *, crosses: bool = False
    ) -> None:
        self.card, self.wire, self.target, self.points = card, wire, pose, points
        self.crosses = crosses  # whether cards pass each other: their numbers are hidden meanwhile
        self.start: tuple[Pose, np.ndarray] | None = None
        super().__init__(Group(wire, card), run_time=theme.MOVE)

    def get_all_mobjects(self) -> Sequence[Mobject]:
        """Return the card and its wire."""
        return [self.wire, self.card]

    def interpolate_mobject(self, alpha: float) -> None:
        """Set card and wire between both poses."""
        if self.start is None:
            self.start = self.card.pose, self.wire.points.copy()
        pose, points = self.start
        done = self.rate_func(min(max(alpha, 0.0), 1.0))
        self.card.stand(pose.towards(self.target, done))
        if self.crosses and pose[:3] != self.target[:3]:
            self.card.hide_words(min(1.0, min(alpha, 1 - alpha) / HIDDEN))
        self.wire.set_points(points + done * (self.points - points))

"""A balance: values of one weight hang from a beam, and cases of photos under them."""

from collections.abc import Sequence
from math import atan, cos, sin

import numpy as np
from manim import (
    UP,
    Animation,
    AnimationGroup,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    ImageMobject,
    LaggedStart,
    Mobject,
    Succession,
    Triangle,
    VGroup,
    Wait,
    smooth,
)
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel
from scenes.drawing.pictures import mosaic, picture
from scenes.drawing.plot import scaled
from scenes.drawing.redraw import Redraw
from scenes.drawing.text import Words
from scenes.story.specs import AverageSpec, Quantity, TermSpec
from scenes.text.lines import Text, numbers_of

BEAM = 6  # stroke
STRING = 2
NAME, NUMBER, DOWN = 16, 74, 168  # pixels from the top to the pivot's name, number, and the beam
PIVOT = 40  # pixels of the height of its triangle
PEG = 9  # pixels of a peg's radius
HANG = 62  # pixels from the beam to the end of a string
VALUE = 22  # pixels from there to the middle of the value
CASE = 26  # pixels from there to the top of the case
# Pixels in a wide frame, in a square one, and in portrait: of the side of the fullest case, before
# and beside the sum, and of the height of the balance with its cases beside it.
LARGEST_ALONE = 230, 230, 250
LARGEST = 230, 124, 230
HIGH = 640, 520, 740
MARK = 40  # pixels under the sum, for the mark of another run
LEAST = 36  # pixels of the side of an empty case
EDGE = 9  # pixels from a case's edge to its photos
FILLED = 0.3  # opacity of a case without pictures
UNDER = 34  # pixels from a case to the middle of its first text, and ...
LEADING = 44  # ... from text to text
APART = 26  # pixels between two cases, or the texts of two
INSET = 60  # pixels from the end of the beam to the outermost value, at least
TUG = 110  # pixels by which the fullest case tips the farthest value
RISE = 90  # pixels by which a case rises as it comes
TIPPED = 0.4  # part of a swing after which the pivot begins to move
READ = 0.85  # part of a swing after which the new mean is written
LAG = 0.35


class Balance:
    """A beam with a pivot above it, at the mean of what hangs. Its methods return animations.

    Args:
        spec: what hangs.
        canvas: the room of balance and sum.
        frame: the frame.
        beside: whether it leaves room for the sum from the start.
    """

    def __init__(
        self, spec: AverageSpec, canvas: Slot, frame: Frame, *, beside: bool = False
    ) -> None:
        self.spec, self.canvas, self.frame = spec, canvas, frame
        self.largest = self._largest(beside=beside)
        self.area = area = divided(canvas, frame)[0]
        self.y = area.top - frame.px(DOWN)
        self.values = [term.value[1] for term in spec.terms]
        self.tags = [
            Words(term.value[0], frame, color=theme.UPDATE, weight="SEMIBOLD")
            for term in spec.terms
        ]
        self.cases = [self._case(term) for term in spec.terms]
        self.owners = [Words(term.name, frame, color=theme.MUTED) for term in spec.terms]
        self.columns = self._columns()
        for i in range(len(self.cases)):
            self._place(i)
        self.strings = [Stroke(stroke_color=theme.MUTED, stroke_width=STRING) for _ in self.tags]
        self.pegs = [Dot(radius=frame.px(PEG), color=theme.UPDATE) for _ in self.tags]
        self.beam = Stroke(stroke_color=theme.INK, stroke_width=BEAM)
        self.pivot = self._pivot()
        self.name = Words(spec.alike, frame, color=theme.MUTED)
        self.mean = self._number(spec.plain[0])
        self.drop = [0.0] * len(self.tags)  # by which each value is under the level beam
        self.tilt(spec.plain[1], 0.0)
        self._layer()

    # --- verbs

    @property
    def bare(self) -> list[Mobject]:
        """The beam and its pivot, before anything hangs, and the mark of another run."""
        return [self.beam, self.pivot, *self._mark()]

    def hang_values(self) -> Animation:
        """Let the values hang from the beam, each over its worker, and show their plain mean."""
        parts = zip(self.pegs, self.strings, self.tags, self.owners, strict=True)
        each = (FadeIn(VGroup(*one)) for one in parts)
        said = FadeIn(VGroup(self.name, self.mean))
        return LaggedStart(*each, said, lag_ratio=LAG)

    def hang(self, i: int) -> Animation:
        """Hang a case under its value: the beam tips, and its pivot moves to the new mean."""
        before = self.spec.terms[i - 1].so_far if i else self.spec.plain
        shift = self.frame.px(RISE) * UP
        come = FadeIn(Group(*self.cases[i]), shift=shift, run_time=theme.MOVE / 2)
        named = FadeOut(self.owners[i], run_time=theme.SWAP / 2)  # a case has its worker's name
        return Succession(
            AnimationGroup(named, come), Swing(self, i, before, self.spec.terms[i].so_far)
        )

    def make_room(self) -> Animation:
        """Make the cases so small that there is room for the sum, one by one, the fullest first.

        All of them hang.
        """
        small = Balance(self.spec, self.canvas, self.frame, beside=True)
        if small.largest == self.largest:
            return Wait(theme.SWAP)
        small.tilt(self.spec.terms[-1].so_far[1], 0.0)
        fullest = sorted(range(len(self.cases)), key=lambda i: -self.spec.terms[i].photos[1])
        steps = (Take(self._hanging(i), small._hanging(i)) for i in fullest)
        return LaggedStart(*steps, lag_ratio=1)

    def _hanging(self, i: int) -> list[Mobject]:
        """Return all that hangs from a peg."""
        return [self.strings[i], self.tags[i], *self.cases[i]]

    # --- geometry

    def tug(self, i: int, pivot: float) -> float:
        """Return the angle to which a case tips the beam around a pivot, radians."""
        most = max(term.photos[1] for term in self.spec.terms) or 1.0
        span = self._x(max(self.values)) - self._x(min(self.values)) or self.area.width
        side = np.sign(self._x(pivot) - self._x(self.values[i]))
        return float(side * atan(self.frame.px(TUG) / span) * self.spec.terms[i].photos[1] / most)

    def tilt(self, pivot: float, angle: float) -> None:
        """Draw the beam at an angle, radians, around a pivot at a value, with all that hangs."""
        x, half = self._x(pivot), self.area.width / 2
        center = np.array([x, self.y, 0.0])

        def on_beam(at: float) -> Point3D:
            return center + (at - x) * np.array([cos(angle), sin(angle), 0.0])

        self.beam.put_start_and_end_on(on_beam(self.area.x - half), on_beam(self.area.x + half))
        high = self.frame.px(PIVOT)
        self.pivot.move_to(center + (high / 2 + self.frame.px(BEAM / 2)) * UP)
        self._label(x)
        for i, value in enumerate(self.values):
            peg = on_beam(self._x(value))
            drop = self.y - peg[1]
            down = (self.drop[i] - drop) * UP
            self.drop[i] = drop
            for part in (self.tags[i], self.owners[i], *self.cases[i]):
                part.shift(down)
            self.pegs[i].move_to(peg)
            end = np.array([self.columns[i], peg[1] - self.frame.px(HANG), 0.0])
            self.strings[i].put_start_and_end_on(peg, end)

    def read(self, mean: Text) -> None:
        """Write the mean of the cases that hang."""
        if str(mean) != self.mean.string:
            self.mean.rewrite(mean)
        if self.name.string != str(self.spec.weighted):
            self.name.rewrite(self.spec.weighted)
        self._label(float(self.pivot.get_x()))

    def _label(self, x: float) -> None:
        """Put the number and its name above the pivot, inside the area."""
        for words, down in ((self.name, NAME), (self.mean, NUMBER)):
            half = words.width / 2
            at = min(max(x, self.area.left + half), self.area.right - half)
            words.put(np.array([at, self.area.top - self.frame.px(down), 0.0]))

    def _x(self, value: float) -> float:
        inset = max(self.frame.px(INSET), (self._widest() + self.frame.px(APART)) / 2)
        left, right = self.area.left + inset, self.area.right - inset
        low, high = min(self.values), max(self.values)
        return scaled([value], low, high, left, right)[0] if high > low else self.area.x

    def _widest(self) -> float:
        """Return the width of the widest case before the sum, or of the widest text."""
        texts = (part.width for case in self.cases for part in case if isinstance(part, Words))
        return float(max(self._largest(beside=False), *texts, *(tag.width for tag in self.tags)))

    def _columns(self) -> list[float]:
        """Return the x of each case: that of its value, unless others are too close."""
        widths = [
            max(tag.width, *(part.width for part in case)) + self.frame.px(APART)
            for tag, case in zip(self.tags, self.cases, strict=True)
        ]
        return spread([self._x(value) for value in self.values], widths, self.area)

    # --- parts

    def _case(self, term: TermSpec) -> list[Mobject]:
        """Return a case, as large as its share of photos, with its photos and its texts."""
        frame, px = self.frame, self.frame.px
        side = max(px(LEAST), self.largest * self._part(term))
        area = Slot(0.0, -side / 2, side, side)
        panel = Panel(area, frame).lit(theme.DATA)
        if term.pictures is None:
            panel.set_fill(theme.DATA, opacity=FILLED)
        photos = term.photos[0] if frame.wide else numbers_of(term.photos[0])[0]
        texts = [Words(photos, frame, color=theme.DATA), Words(term.name, frame, color=theme.MUTED)]
        for i, words in enumerate(texts):
            words.put(np.array([0.0, -side - px(UNDER + i * LEADING), 0.0]))
        return [panel, *self._pictures(term, area.inset(px(EDGE))), *texts]

    def _part(self, term: TermSpec) -> float:
        """Return the side of a case as a part of the largest."""
        most = max(each.photos[1] for each in self.spec.terms) or 1.0
        return float((term.photos[1] / most) ** 0.5)

    def _largest(self, *, beside: bool) -> float:
        """Return the side of the fullest case: before the sum, as large as all fit side by side."""
        px, shape = self.frame.px, _shape(self.frame)
        parts = [self._part(term) for term in self.spec.terms]
        room = self.canvas.width - len(parts) * px(APART)
        least, most = px(LARGEST[shape]), px(LARGEST_ALONE[shape])
        return least if beside else max(least, min(most, room / sum(parts)))

    def _pictures(self, term: TermSpec, area: Slot) -> list[ImageMobject]:
        photos = term.pictures
        if photos is None or not len(photos) or area.width < self.frame.px(LEAST):
            return []
        count = len(photos) if len(photos) in (1, 4) else 1
        return [picture(mosaic(photos[:count], round(count**0.5)), area)]

    def _place(self, i: int) -> None:
        """Put a value and its case under the beam."""
        x, y = self.columns[i], self.y - self.frame.px(HANG + VALUE)
        self.tags[i].put(np.array([x, y, 0.0]))
        self.owners[i].put(np.array([x, y - self.frame.px(LEADING), 0.0]))
        for part in self.cases[i]:
            part.shift(np.array([x, y - self.frame.px(CASE), 0.0]))

    def _pivot(self) -> Triangle:
        pivot = Triangle().rotate(np.pi).stretch_to_fit_height(self.frame.px(PIVOT))
        pivot.stretch_to_fit_width(self.frame.px(PIVOT))
        return pivot.set_fill(theme.MODEL, opacity=1).set_stroke(width=0)

    def _number(self, text: Text) -> Words:
        return Words(text, self.frame, pixels=theme.DISPLAY, color=theme.MODEL, weight="SEMIBOLD")

    def _mark(self) -> list[Words]:
        if self.spec.mark is None:
            return []
        words = Words(self.spec.mark, self.frame, color=theme.MUTED)
        up = self.frame.px(theme.LABEL / 2)
        return [words.put(np.array([self.canvas.left, self.canvas.bottom + up, 0.0]), -1)]

    def _layer(self) -> None:
        """Let strings lie under the beam, and the beam under all else."""
        for part in (*self.strings, self.beam):
            part.set_z_index(layers.WIRES)
        shown = [part for case in self.cases for part in case[1:]]
        texts = (self.name, self.mean, *self.tags, *self.owners)
        for content in (*self.pegs, self.pivot, *texts, *shown):
            content.set_z_index(layers.CONTENT)


class Swing(Redraw):
    """The animation of a beam that a case tips, until the pivot has moved to the new mean."""

    def __init__(self, balance: Balance, i: int, before: Quantity, after: Quantity) -> None:
        self.balance, self.before, self.after = balance, before[1], after
        self.angle = balance.tug(i, before[1])
        drawn = (balance.beam, balance.pivot, balance.name, balance.mean)
        hung = (*balance.pegs, *balance.strings, *balance.tags, *balance.owners[i + 1 :])
        cases = (part for case in balance.cases[: i + 1] for part in case)
        self.moved = Group(*drawn, *hung, *cases)
        super().__init__(self.moved, run_time=1.5 * theme.MOVE)

    def interpolate_mobject(self, alpha: float) -> None:
        """Tip the beam, then move the pivot until it is level."""
        alpha = min(max(alpha, 0.0), 1.0)
        tipped = smooth(min(alpha / TIPPED, 1.0))
        moved = smooth(max(alpha - TIPPED, 0.0) / (1 - TIPPED))
        pivot = self.before + moved * (self.after[1] - self.before)
        if alpha >= READ:
            self.balance.read(self.after[0])
        self.balance.tilt(pivot, self.angle * (tipped - moved))


class Take(Redraw):
    """The animation of parts that take the places and sizes of others."""

    def __init__(self, parts: Sequence[Mobject], others: Sequence[Mobject]) -> None:
        pairs = zip(parts, others, strict=True)
        self.ways = [(one, one.points.copy(), other.points) for one, other in pairs]
        super().__init__(Group(*parts), run_time=theme.MOVE / 2)

    def interpolate_mobject(self, alpha: float) -> None:
        """Place the parts between both."""
        done = smooth(min(max(alpha, 0.0), 1.0))
        for part, start, end in self.ways:
            part.points = start + done * (end - start)


def spread(places: Sequence[float], widths: Sequence[float], area: Slot) -> list[float]:
    """Return the middles of things of some widths side by side, as near their places as can be."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    found, edge = list(places), area.left
    for i in order:
        found[i] = max(found[i], edge + widths[i] / 2)
        edge = found[i] + widths[i] / 2
    edge = area.right
    for i in reversed(order):
        found[i] = min(found[i], edge - widths[i] / 2)
        edge = found[i] - widths[i] / 2
    return found


def divided(canvas: Slot, frame: Frame) -> tuple[Slot, Slot]:
    """Return the slots of the balance and of the sum under it."""
    split = canvas.top - frame.px(HIGH[_shape(frame)])
    low = canvas.bottom + frame.px(MARK)
    return (
        box(canvas.left, split, canvas.right, canvas.top),
        box(canvas.left, low, canvas.right, split),
    )


def _shape(frame: Frame) -> int:
    """Return the place of a frame's shape in what is listed by shape."""
    return 0 if frame.wide else 1 + frame.portrait

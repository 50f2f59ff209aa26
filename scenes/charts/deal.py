"""The deal: a case for each worker, with a group of lights for each kind of example it holds."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    Create,
    CubicBezier,
    FadeIn,
    FadeOut,
    FadeToColor,
    LaggedStart,
    Square,
    Transform,
    VGroup,
    VMobject,
    Wait,
)
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import gold
from scenes.drawing.pace import brisk
from scenes.drawing.panel import Panel
from scenes.drawing.text import Words, cut
from scenes.story.specs import DealSpec
from scenes.text.lines import Text

NAMES = 218  # pixels of width for the names of kinds
NUMBERS = 112  # pixels beside them for the numbers of one worker; in portrait these are below
FOOT = 60  # pixels under the cases for the workers' numbers
LINE = 44  # pixels from there to a second line
BETWEEN = 0.14  # part of a case's width between two
PAD = 0.07  # part of a case's width inside its border
LARGEST = 30  # pixels from one light to the next
GAP = 0.16  # part of that between two lights
ROW_GAP = 0.14  # part of a kind's row without lights
STRIP = 226, 140  # pixels of height of the cases as a strip, and above it
LOW_STRIP = 150, 96  # the same in a square frame
VEIL = 0.6  # opacity over the other cases
OTHERS = 0.2  # opacity of the lights of other kinds
LAG = 0.25  # between two kinds that are dealt: at most four move at once
ABOVE = 40  # pixels from a case to the number above it
BEAM = 3.0

Floats = npt.NDArray[np.float64]


class Deal:
    """The cases with their lights. Each verb is an animation.

    Args:
        spec: the deals.
        area: where they are, large.
        strip: where the cases go when they make room.
        frame: the frame.
    """

    def __init__(self, spec: DealSpec, area: Slot, strip: Slot, frame: Frame) -> None:
        px = frame.px
        self.spec, self.frame = spec, frame
        lines = int(frame.portrait) + bool(str(spec.few))
        foot = px(FOOT) + lines * px(LINE)
        beside = px(NAMES) if frame.portrait else px(NAMES + NUMBERS)
        inner = box(area.left + beside, area.bottom + foot, area.right, area.top)
        self.slots, self.strip = self._cases(inner), self._cases(_above(strip, px(FOOT)))
        self.cases = VGroup(*(self._case(slot) for slot in self.slots))
        self.numbers = list(self._numbers(self.slots))
        self.names = list(self._names(area))
        self.key = self._key(area)
        self.lights = VGroup(*self._lights(0, self.slots))
        self.veils, self.counts = VGroup(), VGroup()
        self.beams = VGroup()
        self.marked: list[int] = []
        self.name = Words(spec.name, frame)

    def enter(self) -> Animation:
        """Show the cases with the lights of the first deal, and what a light stands for."""
        still = VGroup(self.cases, *self.numbers, *self.names, self.key)
        lights = LaggedStart(*map(FadeIn, self.lights), lag_ratio=0.1, run_time=theme.MOVE)
        return AnimationGroup(FadeIn(still, run_time=theme.SWAP), lights, lag_ratio=0.5)

    def deal_anew(self) -> Animation:
        """Move the lights to the cases of the last deal, kind by kind, if there was another."""
        if len(self.spec.deals) == 1:
            return Wait(theme.SWAP)
        return self._move(self._lights(-1, self.slots), 2.4 * theme.MOVE)

    def set_off(self) -> Animation:
        """Set off the case of one worker, with its numbers of two kinds."""
        worker = self.spec.worker
        others = [slot for i, slot in enumerate(self.slots) if i != worker]
        self.veils = VGroup(*(self._veil(slot) for slot in others))
        self.counts = VGroup(*self._counts())
        self.name = self._name().put(self.numbers[worker].anchor)
        kinds = self.spec.most[0], self.spec.least[0]
        shown = (
            FadeIn(self.veils, self.name, self.counts),
            *(FadeToColor(self.names[kind], theme.INK) for kind in kinds),
        )
        gone = FadeOut(self.numbers[worker], run_time=theme.SWAP / 2)
        return LaggedStart(gone, AnimationGroup(*shown, run_time=theme.MOVE), lag_ratio=1)

    def make_room(self) -> Animation:
        """Move the cases to their strip."""
        gone = [part for part in (self.veils, self.counts, self.key) if len(part)]
        numbers = list(self._numbers(self.strip))
        worker = self.spec.worker
        moved = [each for i, each in enumerate(self.numbers) if i != worker]
        cases = VGroup(*(self._case(slot) for slot in self.strip))
        targets = VGroup(*cases, *(each for i, each in enumerate(numbers) if i != worker))
        number, self.numbers = numbers[worker], [*moved, numbers[worker]]
        return LaggedStart(
            FadeOut(*gone, *self.names, self.name, run_time=theme.SWAP),
            AnimationGroup(
                Transform(VGroup(*self.cases, *moved), targets),
                Transform(self.lights, VGroup(*self._lights(-1, self.strip))),
                run_time=theme.MOVE,
            ),
            FadeIn(number, run_time=theme.SWAP),
            lag_ratio=1,
        )

    def mark(self, workers: Sequence[int]) -> None:
        """Mark the cases of the workers that train in a round, and no others, at once."""
        self.marked = list(workers)
        for i, case in enumerate(self.cases):
            case.set_stroke(*((theme.INK, 4) if i in self.marked else (theme.DATA, 2)))

    def ask(self, held: Sequence[Text], kind: int, start: Point3D) -> Animation:
        """Draw beams from a point to the marked cases, with what they hold of a kind.

        The lights of the other kinds are dimmed.
        """
        pairs = zip(self.marked, held, strict=True)
        counts = [self._held(worker, number) for worker, number in pairs]
        self.counts = VGroup(*counts)
        self.beams = VGroup(*(self._beam(start, words) for words in counts))
        dim: list[Animation] = []
        for i, lights in enumerate(self.lights):
            if i != kind:
                dim.append(lights.animate.set_opacity(OTHERS))  # type: ignore[arg-type]
        return AnimationGroup(
            AnimationGroup(*dim, run_time=theme.SWAP),
            LaggedStart(*map(Create, self.beams), lag_ratio=0.2, run_time=theme.MOVE),
            FadeIn(self.counts, run_time=theme.SWAP),
            lag_ratio=0.6,
        )

    def leave(self) -> Animation:
        """Remove everything."""
        numbers = VGroup(*self.numbers)
        parts = (self.cases, numbers, self.lights, self.counts, self.beams)
        return FadeOut(*(part for part in parts if len(part)), run_time=theme.SWAP / 2)

    # --- cases

    def _cases(self, area: Slot) -> tuple[Slot, ...]:
        count = len(self.spec.workers)
        return area.columns([1.0] * count, BETWEEN * area.width / count)

    def _case(self, slot: Slot) -> Panel:
        return Panel(slot, self.frame).set_stroke(theme.DATA, 2)

    def _numbers(self, slots: Sequence[Slot]) -> Iterator[Words]:
        down = np.array([0.0, self.frame.px(FOOT / 2), 0.0])
        for number, slot in zip(self.spec.workers, slots, strict=True):
            yield Words(number, self.frame, color=theme.MUTED).put(slot.at(0.5, 0) - down)

    def _name(self) -> Words:
        """Return the name of the worker that is set off, or its number if there is no room."""
        name = Words(self.spec.name, self.frame)
        room = self.slots[0].width * (1 + 2 * BETWEEN)
        return name if name.width < room else Words(self.spec.workers[self.spec.worker], self.frame)

    def _veil(self, slot: Slot) -> Panel:
        veil = Panel(slot, self.frame).set_fill(theme.GROUND, VEIL).set_stroke(width=0)
        return veil.set_z_index(layers.VEILS)

    # --- kinds

    def _row(self, slot: Slot, kind: int) -> Slot:
        pad = PAD * slot.width
        return slot.inset(pad, pad).rows([1.0] * len(self.spec.kinds))[kind]

    def _names(self, area: Slot) -> Iterator[Words]:
        for kind, name in enumerate(self.spec.kinds):
            words = cut(name, self.frame, self.frame.px(NAMES - 16), color=theme.MUTED)
            yield words.put(np.array([area.left, self._row(self.slots[0], kind).y, 0.0]), -1)

    def _counts(self) -> Iterator[Words]:
        """Yield the numbers of two kinds, each beside its name or below it."""
        below = self.frame.portrait
        x = self.names[0].get_left()[0] if below else self.slots[0].left - self.frame.px(20)
        down = self.frame.px(LINE) if below else 0.0
        for kind, number in (self.spec.most, self.spec.least):
            words = Words(number, self.frame, weight="SEMIBOLD")
            place = np.array([x, self.names[kind].anchor[1] - down, 0.0])
            yield words.put(place, -1 if below else 1)

    def _key(self, area: Slot) -> VGroup:
        """Return a light with what it stands for, under the names, and how many are shown."""
        px = self.frame.px
        y = self.slots[0].bottom - px(FOOT / 2) - (px(LINE) if self.frame.portrait else 0.0)
        light = gold(Square(px(16)))
        light.move_to(np.array([area.left + px(8), y, 0.0]))
        words = Words(self.spec.light, self.frame, color=theme.MUTED)
        key = VGroup(light, words.put(np.array([area.left + px(32), y, 0.0]), -1))
        if str(self.spec.few):
            few = Words(self.spec.few, self.frame, color=theme.MUTED)
            key.add(few.put(np.array([area.left, y - px(LINE), 0.0]), -1))
        return key

    # --- lights

    def _lights(self, deal: int, slots: Sequence[Slot]) -> list[VMobject]:
        """Return a path for each kind, with as many squares in every deal."""
        pitch = self._pitch(slots)
        counts = self.spec.deals[deal]
        most = np.max([each.sum(axis=0) for each in self.spec.deals], axis=0)
        found = []
        for kind in range(len(self.spec.kinds)):
            cells = [self._row(slot, kind) for slot in slots]
            centers = [
                center
                for cell, count in zip(cells, counts[:, kind], strict=True)
                for center in _group(int(count), cell, pitch)
            ]
            found.append(_squares(centers, (1 - GAP) * pitch, int(most[kind])))
        return found

    def _pitch(self, slots: Sequence[Slot]) -> float:
        """Return the distance of two lights with which the largest group fits into its row."""
        most = max(int(each.max()) for each in self.spec.deals)
        row = _inside(self._row(slots[0], 0))
        pitch = self.frame.px(LARGEST)
        while int(row.width / pitch) * int(row.height / pitch) < most:
            pitch *= 0.97
        return pitch

    def _move(self, targets: Sequence[VMobject], run_time: float) -> Animation:
        moves = (
            brisk(Transform(one, other)) for one, other in zip(self.lights, targets, strict=True)
        )
        return LaggedStart(*moves, lag_ratio=LAG, run_time=run_time)

    # --- beams

    def _held(self, worker: int, number: Text) -> Words:
        up = np.array([0.0, self.frame.px(ABOVE), 0.0])
        words = Words(number, self.frame, pixels=theme.TITLE, color=theme.DATA, weight="SEMIBOLD")
        return words.put(self.strip[worker].at(0.5, 1) + up)

    def _beam(self, start: Point3D, words: Words) -> VMobject:
        end = words.get_top() + np.array([0.0, self.frame.px(14), 0.0])
        bend = np.array([0.0, 0.8 * (start[1] - end[1]), 0.0])
        beam = CubicBezier(start, start - bend, end + bend, end, stroke_color=theme.INK)
        return beam.set_stroke(width=BEAM).set_z_index(layers.PACKETS)


def over_strip(area: Slot, frame: Frame) -> tuple[Slot, Slot]:
    """Return the part of an area above the strip of cases, with room for beams, and the strip."""
    strip, beams = map(frame.px, STRIP if frame.wide or frame.portrait else LOW_STRIP)
    above, _, below = area.rows([area.height - strip - beams, beams, strip])
    return above, below


def _above(slot: Slot, height: float) -> Slot:
    """Return the part of a slot above a strip of some height."""
    return box(slot.left, slot.bottom + height, slot.right, slot.top)


def _inside(row: Slot) -> Slot:
    return row.inset(0, ROW_GAP * row.height / 2)


def _group(count: int, row: Slot, pitch: float) -> list[Floats]:
    """Return the middles of some lights, as a group in the middle of a row, shape (count, 3)."""
    if not count:
        return []
    inside = _inside(row)
    most = max(int(inside.width / pitch), 1)
    lines = max(int(inside.height / pitch), 1)
    wide = round(np.sqrt(count * inside.width / inside.height))
    columns = min(max(wide, -(-count // lines), 1), most, count)
    down, across = np.divmod(np.arange(count), columns)
    height = -(-count // columns)
    x = row.x + (across - (columns - 1) / 2) * pitch
    y = row.y + ((height - 1) / 2 - down) * pitch
    return list(np.stack([x, y, np.zeros(count)], axis=1))


def _squares(centers: Sequence[Floats], side: float, count: int) -> VMobject:
    """Return squares as one path: ``count`` of them, those without a place of no size."""
    path = gold(VMobject())
    corners = Square(side).points
    points = [corners + center for center in centers]
    last = centers[-1] if centers else np.zeros(3)
    points += [np.zeros_like(corners) + last] * (count - len(centers))
    if points:
        path.points = np.concatenate(points)
    return path.set_z_index(layers.CONTENT)

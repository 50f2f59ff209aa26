"""Where the parts of the contest stand: cases with a column over each, a gauge, and a pile."""

from dataclasses import dataclass
from math import ceil

from scenes.charts.gauge import Gauge
from scenes.drawing.layout import Frame, Slot, box
from scenes.story.crowds import crowded

# Pixels.
MIDDLE = 800  # room of the gauge and its labels
BESIDE = 404, 180  # of a gauge at the side of a square: left and right of its middle
CASE, SPACE = 84, 20  # the widest case, and the space beside it
NAMES = 42  # room under the cases
OVER = 16  # between a case and its column
PILE, TALL_PILE = (540, 150), (780, 330)  # the largest pile; where the columns were
LEAST_ROW = 80  # of the cases, and of the pile among them
BETWEEN = 30  # between the gauge and the highest column, where it stands above them
TALL = 1.5  # height of a case over its width
CROWDED = 0.8  # part of its room that a case takes in a crowd
GAUGE = 0.5  # part of the height, where the gauge stands above the columns


@dataclass(frozen=True)
class Zones:
    """The slots of the cases, of the columns over them from 0 to 1, of the gauge and the pile.

    ``room`` is the width of a note where the pile was.
    """

    cases: list[Slot]
    columns: list[Slot]
    gauge: Slot
    pile: Slot
    room: float

    @classmethod
    def of(cls, area: Slot, count: int, frame: Frame) -> "Zones":
        """Return the slots of so many workers: at both sides of the gauge, at one, or under it."""
        px = frame.px
        sides = _sides(area, frame)
        per_side = ceil(count / len(sides))
        pitch = min(sides[0].width / per_side, px(CASE + SPACE))
        width = pitch * (CROWDED if crowded(count) else CASE / (CASE + SPACE))
        width = min(width, px(CASE))
        height = width if crowded(count) else TALL * width
        row = max(height, px(LEAST_ROW))
        floor = area.bottom + px(NAMES)
        cases = []
        for i in range(count):
            side, place = divmod(i, per_side)
            there = min(per_side, count - side * per_side)
            x = sides[side].x + (place - (there - 1) / 2) * pitch
            cases.append(box(x - width / 2, floor + row - height, x + width / 2, floor + row))
        bottom = floor + row + px(OVER)
        gauge, high = _gauge(area, bottom, frame)
        columns = [box(case.left, bottom, case.right, high) for case in cases]
        among = box(sides[0].left, bottom, sides[0].right, high)
        pile = _under(gauge, floor, bottom, frame) if frame.wide else _among(among, frame)
        room = px(MIDDLE - 2 * SPACE) if frame.wide else among.width
        return cls(cases, columns, gauge, pile, room)


def _gauge(area: Slot, bottom: float, frame: Frame) -> tuple[Slot, float]:
    """Return the slot of the gauge, and the height of the highest column."""
    if frame.portrait:
        top = area.bottom + (1 - GAUGE) * area.height - frame.px(BETWEEN)
        return box(area.left, top + frame.px(BETWEEN), area.right, area.top), top
    x = area.x if frame.wide else area.right - frame.px(BESIDE[1])
    gauge = box(x - frame.px(BESIDE[0]), bottom, x + frame.px(BESIDE[0]), area.top)
    return gauge, Gauge.top_in(gauge, frame)


def _sides(area: Slot, frame: Frame) -> list[Slot]:
    """Return the zones of the cases: at both sides of the gauge, at one, or the whole width."""
    if frame.portrait:
        return [area]
    if not frame.wide:
        return [box(area.left, area.bottom, area.right - frame.px(sum(BESIDE)), area.top)]
    side = (area.width - frame.px(MIDDLE)) / 2
    left = box(area.left, area.bottom, area.left + side, area.top)
    return [left, box(area.right - side, area.bottom, area.right, area.top)]


def _under(gauge: Slot, floor: float, bottom: float, frame: Frame) -> Slot:
    """Return the slot of a pile under the gauge."""
    width, height = map(frame.px, PILE)
    height = min(height, bottom - frame.px(OVER) - floor)
    return Slot(gauge.x, floor + height / 2, width, height)


def _among(columns: Slot, frame: Frame) -> Slot:
    """Return the slot of a pile where the columns were."""
    width, height = map(frame.px, TALL_PILE)
    return Slot(columns.x, columns.y, min(width, columns.width), height)

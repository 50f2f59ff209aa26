"""Where the parts of the contest stand: cases with a column over each, a gauge, and a pile."""

from dataclasses import dataclass
from math import ceil

from scenes.charts.gauge import Gauge
from scenes.drawing.layout import Frame, Slot, box
from scenes.story.crowds import crowded

# Pixels.
MIDDLE = 800  # room of the gauge and its labels
CASE, SPACE = 84, 20  # the widest case, and the space beside it
LOW_CASE, TALL_CASE = 58, 84  # the widest where the gauge stands above the columns; in portrait
NAMES = 42  # room under the cases
OVER = 16  # between a case and its column
PILE, TALL_PILE = (540, 150), (780, 330)  # the largest pile; in portrait
LEAST_ROW = 80  # of the cases, and of the pile among them
BETWEEN = 30  # between the gauge and the highest column, where it stands above them
TALL = 1.5  # height of a case over its width
CROWDED = 0.8  # part of its room that a case takes in a crowd
GAUGE = 0.5  # part of the height, where the gauge stands above the columns


@dataclass(frozen=True)
class Zones:
    """The slots of the cases, of the columns over them from 0 to 1, of the gauge and the pile."""

    cases: list[Slot]
    columns: list[Slot]
    gauge: Slot
    pile: Slot

    @classmethod
    def of(cls, area: Slot, count: int, frame: Frame) -> "Zones":
        """Return the slots of so many workers: at both sides of the gauge, or under it."""
        px = frame.px
        sides = _sides(area, frame)
        per_side = ceil(count / len(sides))
        pitch = min(sides[0].width / per_side, px(CASE + SPACE))
        width = pitch * (CROWDED if crowded(count) else CASE / (CASE + SPACE))
        width = min(width, px(CASE if frame.wide else TALL_CASE if frame.portrait else LOW_CASE))
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
        top = area.top if frame.wide else area.bottom + (1 - GAUGE) * area.height - px(BETWEEN)
        gauge_bottom = bottom if frame.wide else top + px(BETWEEN)
        gauge = box(area.left, gauge_bottom, area.right, area.top)
        high = Gauge.top_in(gauge, frame) if frame.wide else top
        columns = [box(case.left, bottom, case.right, high) for case in cases]
        return cls(cases, columns, gauge, _pile(area, floor, bottom, high, frame))


def _sides(area: Slot, frame: Frame) -> list[Slot]:
    """Return the zones of the cases: left and right of the gauge, or the whole width."""
    if not frame.wide:
        return [area]
    side = (area.width - frame.px(MIDDLE)) / 2
    left = box(area.left, area.bottom, area.left + side, area.top)
    return [left, box(area.right - side, area.bottom, area.right, area.top)]


def _pile(area: Slot, floor: float, bottom: float, top: float, frame: Frame) -> Slot:
    """Return the slot of the pile: under the gauge, or among the columns when they are gone."""
    width, height = (frame.px(length) for length in (TALL_PILE if frame.portrait else PILE))
    if frame.wide:
        height = min(height, bottom - frame.px(OVER) - floor)
        return Slot(area.x, floor + height / 2, width, height)
    return Slot(area.x, (bottom + top) / 2, width, height)

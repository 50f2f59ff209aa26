"""The gauge: its column has the height of its value, and the labels of its marks stand apart."""

import pytest

from scenes.charts.gauge import APART, Gauge
from scenes.drawing.layout import Frame, Slot
from scenes.story.specs import GaugeMarkSpec, GaugeSpec

FRAME = Frame(128 / 9, 8.0)
AREA = Slot(0, 0, 8, 6)


def gauge(*values: float, side: int = -1) -> Gauge:
    marks = [GaugeMarkSpec(value, "half", "all in one place") for value in values]
    return Gauge(GaugeSpec("none", "all", (0.0, 1.0), marks), AREA, FRAME, side)


def test_a_value_has_its_share_of_the_column() -> None:
    found = gauge()
    found.set_value(0.25)
    assert found.filling.height == pytest.approx(found.column.height / 4)
    assert found.filling.get_bottom()[1] == pytest.approx(AREA.bottom)
    raising = found.raise_to(0.75)
    raising.interpolate_mobject(0.5)
    assert found.value == pytest.approx(0.5)
    raising.interpolate_mobject(1)
    assert found.filling.height == pytest.approx(0.75 * found.column.height)
    found.empty().interpolate_mobject(1)
    assert not len(found.filling.points)


@pytest.mark.parametrize("values", [(0.2, 0.8), (0.5, 0.51), (0.51, 0.5)])
@pytest.mark.parametrize("side", [-1, 1])
def test_labels_stand_apart_at_their_side(values: tuple[float, float], side: int) -> None:
    found = gauge(*values, side=side)
    heights = sorted(float(label.number.anchor[1]) for label in found.labels)
    assert heights[1] - heights[0] >= FRAME.px(APART) - 1e-9
    assert heights[0] == pytest.approx(found.y(min(values)))
    ends = [label.get_edge_center([-side, 0, 0])[0] for label in found.labels]
    assert all(side * end > side * (found.column.x + side * found.column.width / 2) for end in ends)


def test_names_are_outside_of_both_numbers() -> None:
    low, high = gauge(0.4, 0.6).labels
    assert low.get_bottom()[1] < low.number.get_bottom()[1]
    assert low.get_top()[1] == pytest.approx(low.number.get_top()[1])
    assert high.get_top()[1] > high.number.get_top()[1]


def test_labels_stay_under_the_upper_end() -> None:
    found = gauge(0.96, 0.98)
    low, high = found.labels
    assert high.get_top()[1] == pytest.approx(found.column.top)
    assert high.number.anchor[1] - low.number.anchor[1] >= FRAME.px(APART) - 1e-9

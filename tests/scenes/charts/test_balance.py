"""A balance of values and cases, and its sum in as few lines as have room."""

from math import tan
from pathlib import Path

import pytest
from manim import tempconfig

from scenes.charts.balance import Balance, divided, spread
from scenes.charts.formula import WeightedSum
from scenes.drawing.layout import Frame, Slot, layout
from scenes.story.specs import AverageSpec, TermSpec
from scenes.text.numbers import Number
from scenes.text.sources import Source

WIDE, SQUARE = Frame(128 / 9, 8.0), Frame(8.0, 8.0)


def number(value: float) -> Number:
    """Return a number as it is written in a record."""
    return Number(f"{value:g}", Source("somewhere"), value)


def average(photos: list[int], values: list[float]) -> AverageSpec:
    """Return the average of some values by hand."""
    terms, held, added = [], 0, 0.0
    for n, value in zip(photos, values, strict=True):
        held, added = held + n, added + n * value
        so_far = number(added / held)
        terms.append(
            TermSpec("worker", (number(n), n), (number(value), value), (so_far, so_far.value), None)
        )
    plain = number(sum(values) / len(values))
    return AverageSpec(terms, number(held), (plain, plain.value), "alike", "weighted", None)


def balance(photos: list[int], values: list[float]) -> Balance:
    """Return a balance in a wide frame."""
    return Balance(average(photos, values), layout(WIDE).untitled, WIDE)


def test_things_side_by_side_keep_their_places_where_they_can() -> None:
    area = Slot(0, 0, 10, 1)
    assert spread([-2, 2], [1, 1], area) == [-2, 2]
    assert spread([4, -5], [2, 2], area) == [4, -4]  # inside the area
    assert spread([0.0, 0.1], [2, 2], area) == [0.0, 2.0]
    assert spread([4.9, 5.0], [2, 2], area) == [2.0, 4.0]


def test_the_beam_lies_level_at_first_and_tips_towards_a_case() -> None:
    drawn = balance([100, 400], [0.0, 1.0])
    assert drawn.mean.string == "0.5"
    left, right = (peg.get_center() for peg in drawn.pegs)
    assert left[1] == right[1] == pytest.approx(drawn.y)
    assert drawn.pivot.get_x() == pytest.approx((left[0] + right[0]) / 2)
    assert drawn.tug(0, 0.5) > 0 > drawn.tug(1, 0.5)
    assert tan(drawn.tug(0, 0.5)) / -tan(drawn.tug(1, 0.5)) == pytest.approx(1 / 4, abs=1e-3)


def test_all_that_hangs_follows_the_beam() -> None:
    drawn = balance([100, 400], [0.0, 1.0])
    before = [case[0].get_y() for case in drawn.cases]
    drawn.tilt(0.5, drawn.tug(1, 0.5))
    drops = [was - case[0].get_y() for was, case in zip(before, drawn.cases, strict=True)]
    assert drops[0] == pytest.approx(-drops[1])
    assert drops[1] > 0.1
    assert drawn.pegs[1].get_y() == pytest.approx(drawn.y - drops[1])
    drawn.tilt(0.8, 0.0)
    assert [case[0].get_y() for case in drawn.cases] == pytest.approx(before)


def test_each_case_moves_the_pivot_to_the_mean_of_those_that_hang() -> None:
    drawn = balance([100, 300], [0.0, 1.0])
    places = [peg.get_x() for peg in drawn.pegs]
    for i, mean in enumerate((0.0, 0.75)):
        drawn.hang(i).animations[1].interpolate_mobject(1.0)  # type: ignore[attr-defined]
        assert drawn.mean.string == f"{mean:g}"
        expected = places[0] + mean * (places[1] - places[0])
        assert drawn.pivot.get_x() == pytest.approx(expected)
    assert drawn.name.string == "weighted"


def test_a_fuller_case_is_larger_by_area() -> None:
    drawn = balance([100, 400], [0.0, 1.0])
    assert drawn.cases[1][0].width / drawn.cases[0][0].width == pytest.approx(2)


def test_equal_values_hang_side_by_side() -> None:
    drawn = balance([100, 100], [0.5, 0.5])
    assert drawn.tug(0, 0.5) == 0
    one, other = drawn.cases
    assert one[0].get_right()[0] < other[0].get_left()[0]


@pytest.mark.parametrize(
    ("frame", "count", "lines"), [(WIDE, 4, 1), (SQUARE, 2, 1), (SQUARE, 4, 2)]
)
def test_a_sum_has_as_few_lines_as_have_room(
    frame: Frame, count: int, lines: int, tmp_path: Path
) -> None:
    spec = average([10_000] * count, [0.1234 + 0.01 * i for i in range(count)])
    area = divided(layout(frame).untitled, frame)[1]
    with tempconfig({"media_dir": str(tmp_path)}):
        drawn = WeightedSum(spec, area, frame)
    assert len(drawn.sum[1]) == lines
    assert drawn.width <= area.width + 1e-6
    assert drawn.height <= area.height + 1e-6


def test_cases_are_large_until_the_sum_needs_room() -> None:
    spec = average([100, 400], [0.0, 1.0])
    drawn = Balance(spec, layout(SQUARE).untitled, SQUARE)
    before = [case[0].width for case in drawn.cases]
    drawn.tilt(0.8, 0.0)
    drawn.read(spec.terms[-1].so_far[0])
    room = drawn.make_room()
    room.begin()
    room.finish()
    after = [case[0].width for case in drawn.cases]
    assert before == pytest.approx([SQUARE.px(115), SQUARE.px(230)])
    assert after == pytest.approx([SQUARE.px(62), SQUARE.px(124)])
    low = divided(layout(SQUARE).untitled, SQUARE)[1].top
    assert all(part.get_bottom()[1] > low for case in drawn.cases for part in case)
    for string, peg in zip(drawn.strings, drawn.pegs, strict=True):
        assert string.get_start() == pytest.approx(peg.get_center())


def test_a_wide_frame_has_room_for_the_sum_from_the_start() -> None:
    drawn = balance([100, 400], [0.0, 1.0])
    before = [case[0].width for case in drawn.cases]
    room = drawn.make_room()
    room.begin()
    room.finish()
    assert [case[0].width for case in drawn.cases] == before

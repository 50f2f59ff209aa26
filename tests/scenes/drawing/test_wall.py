"""The wall: each example has one tile, lit where the model is right, with exact pixels."""

from collections.abc import Iterator

import numpy as np
import pytest
from manim import tempconfig

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.raster import resized
from scenes.drawing.wall import Wall
from scenes.drawing.wall_grid import WallGrid, arrange
from scenes.story.specs import WallSpec

PIXEL = 8 / 100
PAIR = np.array([0, 1], np.uint8)


@pytest.fixture(autouse=True)
def frame() -> Iterator[Frame]:
    """Yield a frame of 100 x 100 pixels, each 0.08 wide."""
    with tempconfig({"pixel_width": 100, "pixel_height": 100}):
        yield Frame.of_config()


def slot(width: int, height: int) -> Slot:
    """Return a slot of some pixels in the middle."""
    return Slot(0, 0, width * PIXEL, height * PIXEL)


def wall(kinds: list[int], size: tuple[int, int], rows: int = 0, *, tiles: bool = True) -> Wall:
    """Return a wall of grey photos, of which each is 10 brighter than the one before."""
    values = 100 + 10 * np.arange(len(kinds), dtype=np.uint8)
    photos = np.broadcast_to(values[:, None, None, None], (len(kinds), 4, 4, 3))
    names = ["a", "b", "c"][: max(kinds) + 1]
    spec = WallSpec(np.array(kinds, np.uint8), names, photos if tiles else None)
    return Wall(spec, slot(*size), Frame.of_config(), rows)


def lit(value: int) -> int:
    """Return how bright a grey photo is where the model is right."""
    return round(255 * (0.5 + 1.1 * (value / 255 - 0.5) + 0.09))


def dark(value: int, channel: int) -> int:
    """Return how bright it is where the model is wrong."""
    ground = int(theme.GROUND[1 + 2 * channel : 3 + 2 * channel], 16)
    return round(ground + 0.24 * (value - ground))


def test_a_tile_is_lit_where_the_model_is_right() -> None:
    two = wall([0, 1], (10, 5))
    assert two.grid.step == 5
    assert two.grid.side == 4
    assert two.image.pixel_array.shape == (4, 9, 4)
    two.show(np.array([True, False]))
    pixels = two.image.pixel_array
    assert (pixels[:, :4] == [*[lit(100)] * 3, 255]).all()
    assert (pixels[:, 4] == 0).all()  # between both
    assert (pixels[:, 5:] == [*(dark(110, channel) for channel in range(3)), 255]).all()


def test_a_wall_without_photos_has_plain_lights() -> None:
    two = wall([0, 1], (10, 5), tiles=False).show(np.array([True, False]))
    colors = [two.image.pixel_array[0, x, :3] for x in (0, 5)]
    assert ["#{:02X}{:02X}{:02X}".format(*color) for color in colors] == [theme.INK, theme.EDGE]


def test_every_tile_has_the_frames_own_pixels() -> None:
    two = wall([0, 1], (11, 7))
    left, top = two.image.get_left()[0], two.image.get_top()[1]
    assert two.image.width == pytest.approx(two.image.pixel_array.shape[1] * PIXEL)
    assert left / PIXEL == pytest.approx(round(left / PIXEL))
    assert (two.area.left, two.area.top) == pytest.approx((left, top))
    second = two.slot(1)
    assert (second.left - left) / PIXEL == pytest.approx(two.grid.step)
    assert second.width / PIXEL == pytest.approx(two.grid.side)


def test_a_wall_changes_tile_by_tile_in_the_order_that_is_given() -> None:
    three = wall([0, 0, 0], (15, 5))
    change = three.change(np.array([True, True, False]), 2.0, np.array([0.0, 1.0, 0.5]))
    change.interpolate_mobject(0.5)
    assert list(three.light) == [1, 0, 0]
    change.interpolate_mobject(1 - 0.175 / 2)  # half of the last fade's 0.35 seconds are left
    assert three.light == pytest.approx([1, 0.5, 0])
    change.interpolate_mobject(1)
    assert list(three.light) == [1, 1, 0]
    assert (three.image.pixel_array[0, 5, :3] == lit(110)).all()


def test_a_change_leaves_other_tiles_as_they_are() -> None:
    two = wall([0, 0], (10, 5)).show(np.array([True, False]))
    two.image.pixel_array[:, :4] = 7  # a mark that a repaint would remove
    two.change(np.array([True, True])).interpolate_mobject(1)
    assert (two.image.pixel_array[:, :4] == 7).all()
    assert (two.image.pixel_array[:, 5:, :3] == lit(110)).all()


def test_tiles_are_sorted_into_a_block_for_each_kind() -> None:
    five = wall([1, 0, 1, 0, 1], (23, 20), rows=1)
    assert (five.grid.columns, five.grid.lines, five.grid.per_mark) == (1, 3, 1)
    first, second = five.block(0), five.block(1)
    assert first.right < second.left
    assert first.top == second.top
    inside = [first.left <= five.slot(i).left < first.right for i in range(5)]
    assert inside == [False, True, False, True, False]
    assert [five.slot(i).top for i in (1, 0)] == [first.top] * 2
    assert five.slot(2).top < five.slot(0).top


def test_examples_share_a_mark_where_there_is_no_room() -> None:
    grid = arrange(np.zeros(12, np.uint8), slot(9, 6), PIXEL, (3, 9), 1, 1)
    assert (grid.per_mark, grid.step, len(grid.members)) == (2, 3, 6)
    three = wall([0, 0, 0], (2, 4)).show(np.array([True, False, True]))
    assert three.grid.members.tolist() == [[0, 1], [2, -1]]
    mean = (0.5 + 1.1 * (100 / 255 - 0.5) + 0.09) / 2 + 0.5 * dark(110, 0) / 255
    assert three.image.pixel_array[0, 0, 0] == pytest.approx(255 * mean, abs=1)
    assert (three.image.pixel_array[2, 0, :3] == lit(120)).all()


@pytest.mark.parametrize("count", [1, 10, 997, 10_000, 100_000])
@pytest.mark.parametrize("size", [(1000, 640), (320, 180), (300, 900)])
@pytest.mark.parametrize("blocks", [(1, 1), (1, 10), (2, 5)])
def test_any_number_of_examples_fits(
    count: int, size: tuple[int, int], blocks: tuple[int, int]
) -> None:
    kinds = (np.arange(count) % (blocks[0] * blocks[1])).astype(np.uint8)
    grid = arrange(kinds, slot(*size), PIXEL, (3, 64), *blocks)
    assert grid.size[0] <= size[0]
    assert grid.size[1] <= size[1]
    assert 3 <= grid.step <= 64
    assert sorted(grid.members[grid.members >= 0]) == list(range(count))
    assert (grid.members[grid.mark_of] == np.arange(count)[:, None]).any(axis=1).all()
    assert len(np.unique(grid.corners, axis=0)) == len(grid.corners)
    _fills_its_area(grid)


def _fills_its_area(grid: WallGrid) -> None:
    low, high = grid.corners.min(axis=0), grid.corners.max(axis=0) + grid.side
    assert (low == 0).all()
    assert high[0] <= grid.size[1]
    assert high[1] <= grid.size[0]


def test_a_smaller_tile_has_the_mean_over_the_area_of_each_pixel() -> None:
    tile = np.zeros((1, 3, 3, 3), np.uint8)
    tile[0, 0, 0], tile[0, 1, 1] = 90, 180
    small = resized(tile, 2)[0, ..., 0] * 255
    # A pixel covers 1.5 x 1.5 of the old ones: a whole one, two halves and a quarter.
    assert small == pytest.approx(np.array([[(90 + 45) / 2.25, 20], [20, 20]]))
    assert resized(tile, 5).shape == (1, 5, 5, 3)

"""Plates: the colours of filters, and how they are laid out."""

import numpy as np
import pytest

from scenes.drawing.plates import CORNER, GAP, SIDE, brightest, rounded, sheet, tiles_of


def filters(count: int, channels: int) -> np.ndarray:
    """Return filters of two weights, -1 and 1, and of a third channel that is 0."""
    values = np.zeros((count, channels, 1, 2), np.float32)
    values[:, 0] = -1, 1
    return values


def test_three_channels_are_red_green_and_blue() -> None:
    tiles = tiles_of(filters(1, 3), 1.0)
    assert tiles.tolist() == [[[[0, 128, 128], [255, 128, 128]]]]


def test_weights_beyond_the_limit_are_black_or_of_full_brightness() -> None:
    assert tiles_of(filters(1, 3), 0.5)[..., 0].tolist() == [[[0, 255]]]


def test_of_any_other_number_of_channels_the_mean_is_grey() -> None:
    tiles = tiles_of(filters(1, 2), 1.0)
    assert tiles.tolist() == [[[[64, 64, 64], [191, 191, 191]]]]


def test_one_scale_suits_the_largest_weight_of_all() -> None:
    found = brightest(np.array([0.5, -2.0], np.float32), np.array([1.0], np.float32))
    assert found == pytest.approx(0.62 * 2)
    assert brightest(np.zeros(2, np.float32)) == 1.0


@pytest.mark.parametrize(
    ("count", "aspect", "columns", "rows"), [(6, 1.5, 3, 2), (6, 0.7, 2, 3), (16, 1.5, 3, 2)]
)
def test_tiles_fill_rows_and_of_many_only_six_are_shown(
    count: int, aspect: float, columns: int, rows: int
) -> None:
    height, width, _ = sheet(tiles_of(filters(count, 3), 1.0), aspect).shape
    assert (width, height) == tuple(n * (SIDE + GAP) - GAP for n in (columns, rows))


def test_a_tile_has_hard_pixels_and_round_corners() -> None:
    tile = rounded(tiles_of(filters(1, 3), 1.0)[0], SIDE, CORNER)
    assert set(tile[..., 0].ravel()) == {0, 255}
    assert (tile[0, 0, 3], tile[SIDE // 2, 0, 3], tile[SIDE // 2, SIDE // 2, 3]) == (0, 255, 255)

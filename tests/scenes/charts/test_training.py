"""The picture of one worker's training: dots, bars and the loss, after any step."""

import numpy as np
import pytest
from manim import tempconfig

from scenes import theme
from scenes.charts.batch_losses import BatchLosses, smoothed
from scenes.charts.class_bars import ClassBars
from scenes.charts.weight_dots import DARK, RED, WHITE, WeightDots
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.raster import rgb
from scenes.story.specs import BarSpec

FRAME = Frame(128 / 9, 8.0)
AREA = Slot(0, 0, 4.0, 4.0)


def dots(moved: list[list[float]], steps: list[int]) -> WeightDots:
    """Return dots in a frame of 90 rows, so that the area has 45 pixels a side."""
    with tempconfig({"pixel_width": 160, "pixel_height": 90}):
        return WeightDots(np.array(moved, np.float32), steps, AREA, FRAME)


def middle(drawn: WeightDots, dot: int) -> list[int]:
    """Return the colour in the middle of a dot."""
    pixels = drawn.image.pixel_array
    row, column = divmod(dot, drawn.columns)
    height, width = pixels.shape[0] / drawn.rows, pixels.shape[1] / drawn.columns
    return pixels[int((row + 0.5) * height), int((column + 0.5) * width), :3].tolist()  # type: ignore[no-any-return]


def code(color: str) -> list[int]:
    """Return a colour of a palette as three numbers to 255."""
    return np.round(255 * rgb(color)).astype(int).tolist()  # type: ignore[no-any-return]


def test_a_dot_goes_from_dark_to_white_as_its_weight_moves() -> None:
    drawn = dots([[0, 0, 0], [0, 0.5, 1.0]], [0, 4])
    assert (drawn.rows, drawn.columns) == (2, 2)
    assert drawn.image.pixel_array.shape[:2] == (45, 45)
    assert middle(drawn, 2) == code(DARK)
    drawn.draw_to(4)
    assert middle(drawn, 2) == code(WHITE)
    assert middle(drawn, 0) == middle(drawn, 3) == code(DARK)  # still, and no weight at all
    whole = drawn.image.pixel_array.copy()
    drawn.draw_to(2)
    assert code(DARK)[0] < middle(drawn, 2)[0] < code(RED)[0]
    drawn.draw_to(9)
    assert (drawn.image.pixel_array == whole).all()


def test_the_first_movement_flashes_in_its_own_scale() -> None:
    drawn = dots([[0, 0], [0, 0.01], [1.0, 1.0]], [0, 1, 9])
    drawn.draw_to(1)
    assert max(middle(drawn, 1)) < 80
    drawn.draw_to(1, flash=1.0)
    assert middle(drawn, 1) == code(WHITE)
    assert middle(drawn, 0) == code(DARK)


def test_bars_are_as_long_as_their_shares() -> None:
    shares = [np.array([0.5, 1.0], np.float32), np.array([0.5, 0.0], np.float32)]
    bars = ClassBars([BarSpec("a", shares[0], true=True), BarSpec("b", shares[1])], AREA, FRAME)
    room = bars.tracks[0].width
    for look, expected in ((0, (0.5, 0.5)), (0.5, (0.75, 0.25)), (1, (1.0, 0.012))):
        bars.draw_to(look)
        assert [bar.width / room for bar in bars.bars] == pytest.approx(expected, abs=1e-3)
        assert [bar.get_left()[0] for bar in bars.bars] == pytest.approx([bars.tracks[0].left] * 2)
    assert [bar.get_fill_color().to_hex() for bar in bars.bars] == [theme.DATA, theme.MUTED]


def test_a_mean_over_a_few_losses_has_fewer_at_the_ends() -> None:
    assert smoothed([3.0, 1.0]) == [3.0, 1.0]
    losses = [float(n % 2) for n in range(72)]  # a window of three
    assert smoothed(losses)[0] == 0.5
    assert smoothed(losses)[10] == pytest.approx(2 / 3)


@pytest.mark.parametrize("count", [1, 2, 3, 100])
def test_the_losses_are_drawn_up_to_a_step(count: int) -> None:
    losses = BatchLosses([2.0 - n / count for n in range(count)], 5, AREA, FRAME)
    assert not losses.head.get_fill_opacity()
    losses.draw_to(6)
    assert losses.head.get_x() == pytest.approx(AREA.left)
    losses.draw_to(5 + (count + 1) / 2)
    assert losses.head.get_x() == pytest.approx(AREA.x if count > 1 else AREA.left)
    drawn = [piece.points[:, 0].max() for piece in losses.course if len(piece.points)]
    assert max(drawn, default=AREA.left) == pytest.approx(losses.head.get_x())
    losses.draw_to(5 + count)
    assert sum(len(piece.points) for piece in losses.each) == 4 * (count - 1)

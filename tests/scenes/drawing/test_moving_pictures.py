"""Pictures that fly, and a picture that the camera moves over, pixel by pixel."""

from collections.abc import Iterator

import numpy as np
import pytest
from manim import tempconfig

from scenes.drawing.flight import Places, Swarm
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.zoom import Zoomable, between

PIXEL = 8 / 100


@pytest.fixture(autouse=True)
def frame() -> Iterator[Frame]:
    """Yield a frame of 100 x 100 pixels."""
    with tempconfig({"pixel_width": 100, "pixel_height": 100}):
        yield Frame.of_config()


def at(*pixels: tuple[int, int]) -> np.ndarray:
    """Return points that are so many pixels right of and below the frame's corner."""
    return np.array([(-4 + x * PIXEL, 4 - y * PIXEL) for x, y in pixels])


def corner_of(swarm: Swarm) -> tuple[int, int]:
    """Return how many pixels the image is right of and below the frame's corner."""
    left, top = swarm.image.points[:, 0].min(), swarm.image.points[:, 1].max()
    return round((left + 4) / PIXEL), round((4 - top) / PIXEL)


def test_pictures_fly_and_shrink(frame: Frame) -> None:
    pictures = np.array([200, 100], np.uint8)[:, None, None, None] * np.ones((2, 4, 4, 3), np.uint8)
    area = Slot(0, 0, 8, 8)
    swarm = Swarm(pictures, Places(at((10, 10), (20, 10)), 4 * PIXEL), area, frame)
    assert corner_of(swarm) == (10, 10)
    assert swarm.image.pixel_array.shape == (4, 14, 4)
    assert (swarm.image.pixel_array[:, :4] == [200, 200, 200, 255]).all()
    assert (swarm.image.pixel_array[:, 4:10] == 0).all()
    goal = Places(at((30, 50), (40, 50)), 2 * PIXEL)
    fly = swarm.fly(goal, np.array([0.0, 1.0], np.float32), 1.0)
    fly.interpolate_mobject(0.5)  # the first has come, the second has not begun
    drawn = np.argwhere(swarm.image.pixel_array[..., 0] == 200)
    assert (drawn.min(axis=0) == (50, 30)).all()
    assert (drawn.max(axis=0) == (51, 31)).all()
    assert np.count_nonzero(swarm.image.pixel_array[..., 0] == 100) == 16
    fly.interpolate_mobject(1)
    assert corner_of(swarm) == (30, 50)
    assert swarm.image.pixel_array.shape == (2, 12, 4)


def picture() -> np.ndarray:
    """Return a picture of 4 x 4 pixels, of which the second is white."""
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[0, 1] = 255
    return pixels


def test_a_picture_is_drawn_where_it_is_in_the_frame(frame: Frame) -> None:
    zoomed = Zoomable(picture(), Slot(0, 0, 4 * PIXEL, 4 * PIXEL), frame)
    assert (zoomed.image.pixel_array[..., :3] == picture()).all()
    assert zoomed.image.points[0, :2] == pytest.approx((-2 * PIXEL, 2 * PIXEL))
    # 400 pixels wide, with its middle in the frame's upper right corner: a quarter is seen.
    zoomed.move_to_slot(Slot(4, 4, 400 * PIXEL, 400 * PIXEL))
    assert zoomed.image.pixel_array.shape == (50, 50, 4) or zoomed.image.width <= 8
    assert zoomed.image.points[:, :2].min() >= -4 - 1e-9
    assert zoomed.image.points[:, :2].max() <= 4 + 1e-9
    zoomed.move_to_slot(Slot(20, 0, 1, 1))
    assert not zoomed.image.pixel_array.any()


def test_a_veil_leaves_one_part_bright(frame: Frame) -> None:
    pixels = np.full((4, 4, 3), 80, np.uint8)
    zoomed = Zoomable(pixels, Slot(0, 0, 4 * PIXEL, 4 * PIXEL), frame)
    zoomed.shade, zoomed.veil = np.array([40.0, 40.0, 40.0]), 0.5
    zoomed.bright = Slot(-1.5 * PIXEL, 0.5 * PIXEL, PIXEL, PIXEL)
    zoomed.move_to_slot(zoomed.home)
    expected = np.full((4, 4), 60)
    expected[1, 0] = 80
    assert (zoomed.image.pixel_array[..., 0] == expected).all()


def test_the_camera_draws_back_around_one_point() -> None:
    start, end = Slot(6, 0, 100, 50), Slot(0, 0, 1, 0.5)
    half = between(start, end, 0.5)
    assert half.width == pytest.approx(10)
    assert half.height == pytest.approx(5)
    # The point of the picture that does not move: x = fixed + width * c for both.
    assert half.x == pytest.approx(6 * (10 - 1) / (100 - 1))

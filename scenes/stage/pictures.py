"""Pictures made of real pixels: a worker's photos and the coordinator's plate of weights."""

from math import ceil

import numpy as np
import numpy.typing as npt
from manim import (
    DL,
    UL,
    Animation,
    AnimationGroup,
    FadeOut,
    ImageMobject,
    Line,
    ManimColor,
    MoveAlongPath,
)
from PIL import Image

from scenes import theme
from scenes.stage.layout import Slot, box

PHOTO_PIXELS = 64  # a photo's side in the mosaic
GAP = 8  # pixels of the mosaic between photos
CELL = 12  # pixels a weight takes on the plate's side
COLUMNS = 2  # of a worker's photos

Pixels = npt.NDArray[np.uint8]


def mosaic(photos: Pixels) -> Pixels:
    """Lay photos out in two columns.

    Args:
        photos: uint8, (images, height, width, 3).

    Returns:
        uint8, (rows, columns, 4), transparent between the photos.
    """
    rows = ceil(len(photos) / COLUMNS)
    step = PHOTO_PIXELS + GAP
    sheet = np.zeros((rows * step - GAP, COLUMNS * step - GAP, 4), np.uint8)
    for i, photo in enumerate(photos):
        large = Image.fromarray(photo).resize((PHOTO_PIXELS,) * 2, Image.Resampling.BICUBIC)
        top, left = (i // COLUMNS) * step, (i % COLUMNS) * step
        part = sheet[top : top + PHOTO_PIXELS, left : left + PHOTO_PIXELS]
        part[..., :3] = np.asarray(large)
        part[..., 3] = 255
    return sheet


def photo_slots(area: Slot, count: int) -> tuple[Slot, ...]:
    """Return where each photo of a mosaic that fills ``area`` stands."""
    rows = ceil(count / COLUMNS)
    step = area.width / (COLUMNS * (PHOTO_PIXELS + GAP) - GAP)
    side, gap = PHOTO_PIXELS * step, GAP * step
    assert rows
    slots = []
    for i in range(count):
        left = area.left + (i % COLUMNS) * (side + gap)
        top = area.top - (i // COLUMNS) * (side + gap)
        slots.append(box(left, top - side, left + side, top))
    return tuple(slots)


def plate(filters: npt.NDArray[np.float32], limit: float) -> Pixels:
    """Draw a convolution's weights as tiles: one column a filter, one row an input channel.

    Args:
        filters: (filters, channels, height, width).
        limit: the weight that is drawn brightest; -limit is darkest. Kept the same through a run
            so that a change of brightness is a change of the weight.

    Returns:
        uint8, (rows, columns, 4).
    """
    count, channels, height, width = filters.shape
    dark, bright = (np.array(ManimColor(c).to_rgb()) for c in (theme.GROUND, theme.MODEL))
    share = np.clip(filters / (2 * limit) + 0.5, 0, 1)[..., None]
    colors = dark * (1 - share) + bright * share
    sheet = np.zeros((channels * (height + 1) - 1, count * (width + 1) - 1, 4))
    for column in range(count):
        for row in range(channels):
            top, left = row * (height + 1), column * (width + 1)
            sheet[top : top + height, left : left + width, :3] = colors[column, row]
            sheet[top : top + height, left : left + width, 3] = 1
    cells = np.ones((CELL, CELL, 1))
    return np.kron(sheet * 255, cells).astype(np.uint8)


class Sweep(Animation):
    """A picture takes another's place from the left to the right, behind a bright line."""

    def __init__(self, image: ImageMobject, run_time: float) -> None:
        self.image = image
        self.opacity = image.pixel_array[..., 3].copy()
        super().__init__(image, introducer=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Uncover the picture up to a column."""
        width = self.opacity.shape[1]
        uncovered = np.arange(width) < self.rate_func(min(alpha, 1.0)) * width
        self.image.pixel_array[..., 3] = np.where(uncovered, self.opacity, 0)


def replacement(old: ImageMobject, new: ImageMobject, run_time: float) -> Animation:
    """Return the animation in which ``new`` is written over ``old``."""
    left, right = new.get_left(), new.get_right()
    edge = Line(new.get_corner(UL), new.get_corner(DL), stroke_color=theme.INK, stroke_width=3)
    edge.set_z_index(new.z_index + 1)
    return AnimationGroup(
        Sweep(new, run_time),
        MoveAlongPath(edge, Line(left, right), introducer=True, remover=True, run_time=run_time),
        FadeOut(old, run_time=run_time, rate_func=_at_the_end),
    )


def _at_the_end(alpha: float) -> float:
    return float(alpha >= 1)


def picture(pixels: Pixels, area: Slot) -> ImageMobject:
    """Return an image that fits into a slot, centred, its own proportions kept."""
    image = ImageMobject(pixels)
    image.height = area.height
    image.width = min(image.width, area.width)
    return image.move_to(area.center)

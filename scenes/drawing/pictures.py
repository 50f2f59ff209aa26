"""Images: a worker's photos, and the plate that shows the model's weights."""

from math import ceil

import numpy as np
import numpy.typing as npt
from manim import (
    DL,
    UL,
    Animation,
    Group,
    ImageMobject,
    Line,
    ManimColor,
    Scene,
    smooth,
)
from PIL import Image

from scenes import theme
from scenes.drawing.glow import distances
from scenes.drawing.layout import Slot, box

PHOTO_PIXELS = 64  # the side of a photo in the mosaic
GAP = 8  # pixels of the mosaic between photos
FLAT = 1.8  # width over height from which photos stand in one row
GLOW = 0.5  # opacity of the largest change's glow
WRITING = 0.6  # part of the time in which a plate is rewritten; then its glow fades

Pixels = npt.NDArray[np.uint8]


def grid(aspect: float, count: int) -> tuple[int, int]:
    """Return the number of columns for photos in an area, and the number of photos that fit.

    A flat area has one row; otherwise all photos are shown as large as possible.
    """
    if aspect >= FLAT:
        fitting = min(count, round(aspect))
        return fitting, fitting
    sides = {c: min(aspect / c, 1 / ceil(count / c)) for c in range(1, count + 1)}
    return max(sides, key=lambda columns: sides[columns]), count


def mosaic(photos: Pixels, columns: int) -> Pixels:
    """Return photos as one image with some columns.

    Args:
        photos: uint8, shape (images, height, width, 3).
        columns: the number of photos in a row.

    Returns:
        uint8, shape (rows, columns, 4), transparent between the photos.
    """
    rows = ceil(len(photos) / columns)
    step = PHOTO_PIXELS + GAP
    sheet = np.zeros((rows * step - GAP, columns * step - GAP, 4), np.uint8)
    for i, photo in enumerate(photos):
        large = Image.fromarray(photo).resize((PHOTO_PIXELS,) * 2, Image.Resampling.BICUBIC)
        top, left = (i // columns) * step, (i % columns) * step
        part = sheet[top : top + PHOTO_PIXELS, left : left + PHOTO_PIXELS]
        part[..., :3] = np.asarray(large)
        part[..., 3] = 255
    return sheet


def photo_slots(area: Slot, count: int, columns: int) -> tuple[Slot, ...]:
    """Return the slot of each photo in a mosaic that fills ``area``."""
    step = area.width / (columns * (PHOTO_PIXELS + GAP) - GAP)
    side, gap = PHOTO_PIXELS * step, GAP * step
    slots = []
    for i in range(count):
        left = area.left + (i % columns) * (side + gap)
        top = area.top - (i // columns) * (side + gap)
        slots.append(box(left, top - side, left + side, top))
    return tuple(slots)


def tiles_of(filters: npt.NDArray[np.float32], limit: float) -> Pixels:
    """Return a convolution's weights as tiles, uint8, shape (tiles, height, width, 3).

    A filter of three channels is one tile, whose red, green and blue are its weights. Of any other
    number of channels each is a tile of its own, in shades of the model's colour.

    Args:
        filters: shape (filters, channels, height, width).
        limit: the weight of the brightest pixel; -limit is the darkest. It is the same for a whole
            run, so that a change of brightness is a change of the weight.
    """
    share = np.clip(filters.astype(np.float64) / limit / 2 + 0.5, 0, 1)
    if filters.shape[1] == len("RGB"):
        return np.round(255 * share.transpose(0, 2, 3, 1)).astype(np.uint8)
    dark, bright = (np.array(ManimColor(c).to_rgb()) for c in (theme.GROUND, theme.MODEL))
    single = share.reshape(-1, *filters.shape[2:])[..., None]
    return np.round(255 * (dark * (1 - single) + bright * single)).astype(np.uint8)


def sheet(tiles: Pixels, columns: int, side: int, gap: int, corner: float) -> Pixels:
    """Return tiles in rows as one image, uint8, shape (height, width, 4).

    Args:
        tiles: uint8, shape (tiles, height, width, 3).
        columns: the number of tiles in a row.
        side: pixels of a tile, across.
        gap: pixels between two tiles.
        corner: the radius of a tile's corners, pixels.
    """
    count, height, width = tiles.shape[:3]
    down, rows = max(1, round(side * height / width)), ceil(count / columns)
    step, leap = side + gap, down + gap
    whole = np.zeros((rows * leap - gap, columns * step - gap, 4), np.uint8)
    across, up = np.arange(side) * width // side, np.arange(down) * height // down
    outline = distances(side, down, Slot(side / 2, down / 2, side, down), corner)
    opacity = np.round(255 * np.clip(0.5 - outline, 0, 1))
    for i, tile in enumerate(tiles):
        top, left = (i // columns) * leap, (i % columns) * step
        place = whole[top : top + down, left : left + side]
        place[..., :3] = tile[up][:, across]
        place[..., 3] = opacity
    return whole


def columns_for(tiles: Pixels, aspect: float) -> int:
    """Return the number of columns for the largest tiles in an area, with only full rows."""
    count, height, width = tiles.shape[:3]
    full = (columns for columns in range(1, count + 1) if count % columns == 0)
    return max(full, key=lambda c: min(aspect / (c * width), 1 / (count // c * height)))


class Rewrite(Animation):
    """The animation of an image that replaces another from left to right, with a glow.

    The glow is as bright as the difference of both images; at the end it fades.
    """

    def __init__(
        self,
        old: ImageMobject,
        new: ImageMobject,
        run_time: float,
        *,
        glow: bool = True,
    ) -> None:
        self.old, self.new = old, new
        self.opacity = new.pixel_array[..., 3].copy()
        self.glow = _changed(old, new)
        self.glow_opacity = GLOW * glow * self.glow.pixel_array[..., 3]
        self.edge = Line(new.get_corner(UL), new.get_corner(DL), stroke_width=3)
        self.edge.set_color(theme.INK).set_z_index(new.z_index + 1)
        self.left, self.right = new.get_left(), new.get_right()
        super().__init__(Group(new, self.glow, self.edge), introducer=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Uncover the new image first, then fade the glow."""
        written = smooth(min(alpha / WRITING, 1.0))
        fading = 1 - smooth(max(0.0, (min(alpha, 1.0) - WRITING) / (1 - WRITING)))
        uncovered = np.arange(self.opacity.shape[1]) < written * self.opacity.shape[1]
        self.new.pixel_array[..., 3] = np.where(uncovered, self.opacity, 0)
        self.glow.pixel_array[..., 3] = np.where(uncovered, self.glow_opacity * fading, 0)
        self.edge.move_to(self.left + written * (self.right - self.left))
        self.edge.set_stroke(opacity=fading if written == 1 else 1)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave only the new image."""
        super().clean_up_from_scene(scene)
        scene.remove(self.old, self.edge, self.glow)


def _changed(old: ImageMobject, new: ImageMobject) -> ImageMobject:
    """Return an image of the difference of two images, brightest where it is largest."""
    before, after = (image.pixel_array[..., :3].astype(float) for image in (old, new))
    change = np.abs(after - before).max(axis=2)
    pixels = np.zeros((*change.shape, 4), np.uint8)
    pixels[..., :3] = [round(255 * part) for part in ManimColor(theme.INK).to_rgb()]
    pixels[..., 3] = np.round(255 * change / max(change.max(), 1.0))
    glow = ImageMobject(pixels)
    glow.height = new.height
    return glow.move_to(new).set_z_index(new.z_index)


def picture(pixels: Pixels, area: Slot) -> ImageMobject:
    """Return an image centred in a slot, with its proportions kept."""
    image = ImageMobject(pixels)
    image.height = area.height
    image.width = min(image.width, area.width)
    return image.move_to(area.center)

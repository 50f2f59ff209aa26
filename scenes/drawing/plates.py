"""Plates: a convolution's filters as coloured squares on a panel, all on one scale."""

from math import ceil

import numpy as np
import numpy.typing as npt
from manim import Group, ImageMobject
from PIL import Image, ImageDraw

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.glow import Shadow, glow
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.panel import Panel
from scenes.drawing.pictures import Pixels, picture
from scenes.theme import Role

MOST_SHOWN = 12  # filters; of more the first are shown, ...
FIRST = 6  # ... so many
COLORS = 3  # channels of a filter that is drawn in its own colours
SIDE = 96  # pixels of the image for a filter's side, ...
GAP = 13  # ... between two filters, ...
CORNER = 8  # ... and of a corner's radius
PAD = 16  # pixels between a panel's edge and its filters
SATURATED = 0.62  # part of the largest weight that has full brightness


def brightest(*weights: npt.NDArray[np.float32]) -> float:
    """Return the weight of full brightness for plates that are compared."""
    most = max(float(np.abs(each).max(initial=0)) for each in weights)
    return SATURATED * most or 1.0


def tiles_of(filters: npt.NDArray[np.float32], limit: float) -> Pixels:
    """Return filters as coloured tiles, uint8, shape (filters, height, width, 3).

    Three channels are red, green and blue. Of any other number, the mean is shown in grey.

    Args:
        filters: shape (filters, channels, height, width).
        limit: the weight of full brightness; -limit is black.
    """
    return colored(np.clip(filters.astype(np.float64) / limit / 2 + 0.5, 0, 1))


def colored(shares: npt.NDArray[np.float32]) -> Pixels:
    """Return filters whose values are from 0 to 1 as coloured tiles; see ``tiles_of``."""
    if shares.shape[1] != COLORS:
        shares = np.repeat(shares.mean(axis=1, keepdims=True), COLORS, axis=1)
    return np.round(255 * shares.transpose(0, 2, 3, 1)).astype(np.uint8)


def sheet(tiles: Pixels, aspect: float) -> Pixels:
    """Return tiles in rows as one image, uint8, shape (height, width, 4).

    Args:
        tiles: uint8, shape (tiles, height, width, 3).
        aspect: width over height of the area to fill with the largest possible tiles.
    """
    shown = tiles if len(tiles) <= MOST_SHOWN else tiles[:FIRST]
    columns = _columns(len(shown), aspect)
    step = SIDE + GAP
    rows = ceil(len(shown) / columns)
    whole = np.zeros((rows * step - GAP, columns * step - GAP, 4), np.uint8)
    for i, tile in enumerate(shown):
        top, left = (i // columns) * step, (i % columns) * step
        whole[top : top + SIDE, left : left + SIDE] = rounded(tile, SIDE, CORNER)
    return whole


def _columns(count: int, aspect: float) -> int:
    """Return the number of columns for the largest tiles."""
    sides = {c: min(aspect / c, 1 / ceil(count / c)) for c in range(1, count + 1)}
    return max(sides, key=lambda columns: sides[columns])


def rounded(tile: Pixels, side: int, corner: float) -> Pixels:
    """Return a tile with hard pixels and round corners, uint8, shape (side, side, 4)."""
    large = Image.fromarray(tile).resize((side, side), Image.Resampling.NEAREST)
    mask = Image.new("L", (4 * side, 4 * side))
    ends = (0, 0, 4 * side - 1, 4 * side - 1)
    ImageDraw.Draw(mask).rounded_rectangle(ends, 4 * corner, 255)
    opacity = np.asarray(mask.resize((side, side), Image.Resampling.BOX))
    return np.dstack([np.asarray(large), opacity])


class FilterPlate(Group):
    """A panel with an edge in the colour of a role, and tiles on it.

    What leaves a worker, and the model, shine; what stays has a shadow.

    Args:
        tiles: uint8, shape (tiles, height, width, 3).
        slot: the panel's place.
        frame: the frame.
        role: the role whose colour its edge has.
    """

    def __init__(self, tiles: Pixels, slot: Slot, frame: Frame, role: Role) -> None:
        inner = slot.inset(frame.px(PAD))
        self.slot = slot
        color = theme.color(role)
        self.soft = Shadow(slot, frame) if role == "data" else glow(slot, frame, color)
        self.panel = Panel(slot, frame).lit(color)
        self.tiles: ImageMobject = picture(sheet(tiles, inner.width / inner.height), inner)
        self.tiles.set_z_index(layers.CONTENT)
        super().__init__(self.soft, self.panel, self.tiles)

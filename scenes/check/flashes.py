"""The flash rule: fewer than three flashes a second."""

from functools import cache

import numpy as np
import numpy.typing as npt

from scenes.check import colours
from scenes.check.finding import Fault, Rule
from scenes.check.moment import Moment, Pixels
from scenes.check.pixels import CELL

MOST = 3  # flashes in a second that are too many
CHANGE = 0.1  # of relative luminance, up and down: a flash (WCAG 2, general flash)
DARK = 0.8  # relative luminance; the darker of both states is below it
# The part of the frame that has to flash together: a quarter of the central ten degrees of view,
# 341 x 256 of 1024 x 768 pixels.
AREA = 0.25 * 341 * 256 / (1024 * 768)
KEPT = 16  # swings of each cell that are kept
INK = 0.25  # about the part of a text's box that its glyphs fill

Values = npt.NDArray[np.float64]


class Flashes(Rule):
    """Nothing flashes: the luminance of coarse cells rarely swings up and down."""

    def __init__(self) -> None:
        self._turn: Values | None = None  # luminance at the last turn, by cell
        self._rising = np.zeros(0)  # 1 or -1, 0 before the first swing
        self._times = np.zeros((0, KEPT))  # of the last swings, by cell

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return a fault if enough cells flashed during the last second."""
        light = cells(moment)
        if self._turn is None or self._turn.shape != light.shape:
            self._turn, self._rising = light, np.zeros(light.shape)
            self._times = np.full((*light.shape, KEPT), -np.inf)
        self._swing(light, moment.time)
        flashes = (self._times > moment.time - 1).sum(axis=-1) // 2
        together = int(np.sort(flashes, axis=None)[-max(1, round(AREA * flashes.size))])
        if together < MOST:
            return []
        return [Fault("flashes", "frame", together, MOST - 1, "a second")]

    def _swing(self, light: Values, time: float) -> None:
        """Record which cells have changed direction by more than the limit."""
        turn = self._turn
        assert turn is not None
        step = light - turn
        dark = np.minimum(light, turn) < DARK
        swung = (np.abs(step) >= CHANGE) & dark & (np.sign(step) != self._rising)
        further = np.sign(step) == self._rising
        self._times[swung] = np.roll(self._times[swung], 1, axis=-1)
        self._times[swung, 0] = time
        self._rising = np.where(swung, np.sign(step), self._rising)
        self._turn = np.where(swung | further, light, turn)


def cells(moment: Moment) -> Values:
    """Return a moment's relative luminance in coarse cells, shape (rows, columns)."""
    light = _table()[picture_with_texts(moment)] @ colours.XYZ[1]
    rows, columns = (side // CELL for side in light.shape)
    square = light[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    return np.asarray(square.mean(axis=(1, 3)))


def picture_with_texts(moment: Moment) -> Pixels:
    """Return the small picture with each text as a patch of its mean colour."""
    picture = moment.ground.copy()
    view = moment.view
    scale = picture.shape[1] / view.width
    for text in moment.texts:
        seen = text.box.common(view)
        rows = slice(round((view.top - seen.top) * scale), round((view.top - seen.bottom) * scale))
        columns = slice(
            round((seen.left - view.left) * scale), round((seen.right - view.left) * scale)
        )
        patch, share = picture[rows, columns], INK * text.opacity
        colour = 255 * text.parts[0].fill_colors[0] if len(text.parts[0].fill_colors) else 255
        patch[...] = ((1 - share) * patch + share * np.asarray(colour)).astype(np.uint8)
    return picture


@cache
def _table() -> Values:
    """Return linear light by 8-bit value, shape (256,)."""
    return colours.linear(np.arange(256) / 255)

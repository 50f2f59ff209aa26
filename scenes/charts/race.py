"""The race: one column for each worker's own model, which follows its measure by round."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import Animation, Group, ImageMobject, VMobject

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, snapped
from scenes.drawing.raster import blank, pixel_of, rgb
from scenes.drawing.redraw import Redraw

WIDTH = 0.76  # part of the room of a column
PEAK = 4  # width of the line that stays at the highest value
Values = npt.NDArray[np.float64]


class Race(Group):
    """Columns as one image, and lines at the highest value that any of them has had.

    Args:
        values: from 0 to 1, shape (rounds, columns).
        slots: the room of each column, from 0 to 1, all equally high.
        frame: the frame.
        shown: the columns that are drawn; the others count for the highest value, too.
        highest: the highest value of all, of which columns may be means.
    """

    def __init__(
        self,
        values: Values,
        slots: Sequence[Slot],
        frame: Frame,
        shown: Sequence[int],
        highest: float,
    ) -> None:
        self.values, self.slots, self.shown = values, slots, list(shown)
        self.peaks = np.maximum.accumulate(values.max(axis=1))
        self.peaks *= highest / max(self.peaks[-1], 1e-9)
        self.pixel = pixel_of(frame)
        self.left, self.bottom = min(slot.left for slot in slots), slots[0].bottom
        width = max(slot.right for slot in slots) - self.left
        rows, columns = (int(length / self.pixel) + 1 for length in (slots[0].height, width))
        left = snapped(self.left, self.pixel)
        top = snapped(self.bottom, self.pixel) + rows * self.pixel
        self.image: ImageMobject = blank(rows, columns, left, top, self.pixel)
        self.image.set_z_index(layers.CONTENT)
        self.paint_color = np.round(255 * rgb(theme.MUTED))
        self.peak = VMobject(stroke_color=theme.INK, stroke_width=PEAK)
        self.peak.set_z_index(layers.PACKETS)
        super().__init__(self.image, self.peak)
        self.draw(0.0)

    @property
    def stretches(self) -> list[tuple[float, float]]:
        """The left and the right end of each group of columns that stand side by side."""
        found: list[tuple[float, float]] = []
        for slot in sorted(self.slots, key=lambda each: each.x):
            if found and slot.left - found[-1][1] < slot.width:
                found[-1] = found[-1][0], slot.right
            else:
                found.append((slot.left, slot.right))
        return found

    def y(self, value: float) -> float:
        """Return the height of a value, as a coordinate."""
        return self.bottom + value * self.slots[0].height

    def run(self, run_time: float) -> Animation:
        """Let the columns follow their values, round by round."""
        return Run(self, run_time)

    def draw(self, part: float) -> None:
        """Draw the columns after a part of the rounds, 0 to 1."""
        at = part * (len(self.values) - 1)
        before = int(min(at, len(self.values) - 2)) if len(self.values) > 1 else 0
        after = min(before + 1, len(self.values) - 1)
        heights = self.values[before] + (at - before) * (self.values[after] - self.values[before])
        pixels = self.image.pixel_array
        pixels[:] = 0
        for column in self.shown:
            self._paint(pixels, self.slots[column], float(heights[column]))
        self.image.orig_alpha_pixel_array = pixels[..., 3].copy()
        rising = self.peaks[after] - self.peaks[before]
        self._set_peak(float(self.peaks[before] + (at - before) * rising) if part > 0 else 0.0)

    def _paint(self, pixels: npt.NDArray[np.uint8], slot: Slot, height: float) -> None:
        """Draw one column, with a soft upper edge."""
        left = (slot.x - WIDTH * slot.width / 2 - self.left) / self.pixel
        across = max(1, round(WIDTH * slot.width / self.pixel))
        columns = slice(round(left), round(left) + across)
        filled = height * slot.height / self.pixel
        whole, rows = int(filled), len(pixels)
        pixels[rows - whole :, columns, :3] = self.paint_color
        pixels[rows - whole :, columns, 3] = 255
        if filled > whole and whole < rows:
            pixels[rows - whole - 1, columns, :3] = self.paint_color
            pixels[rows - whole - 1, columns, 3] = round(255 * (filled - whole))

    def _set_peak(self, value: float) -> None:
        """Draw the line of the highest value, with gaps where there is no column."""
        self.peak.clear_points()
        if not value:
            return
        y = self.y(value)
        for left, right in self.stretches:
            self.peak.start_new_path(np.array([left, y, 0.0]))
            self.peak.add_points_as_corners([np.array([right, y, 0.0])])


class Run(Redraw):
    """The animation of columns that follow their values by round."""

    def __init__(self, race: Race, run_time: float) -> None:
        self.race = race
        super().__init__(race, run_time=run_time, introducer=True)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw all columns at one moment."""
        self.race.draw(self.rate_func(min(max(alpha, 0.0), 1.0)))

"""A crowd of workers as one picture: a small tile or mark for each, lit and dimmed by pixels.

A worker that stands in a mark with others shows as the mean of their colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
from manim import (
    RESAMPLING_ALGORITHMS,
    Animation,
    Group,
    ImageMobject,
    ManimColor,
    Mobject,
    config,
    smooth,
)
from PIL import Image, ImageDraw

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.stage.crowd_grid import Grid, arrange, shows_photos

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

CORNER = 0.14  # of a mark's side
EDGE = 0.075  # of a tile's side, around its photo
LEAST_EDGE = 2  # pixels
FINE = 4  # times as fine are corners drawn, and then averaged
RESTING = 0.62  # how much of the muted colour a mark has that only stands there
SWELL = 0.5  # how far a pulse goes towards the colour it glows in
OPEN = 1.0  # how far apart the first and the last of a wave are, in times that one takes

REST, DIM, LIT = range(3)
NOTHING, MODEL, UPDATE, DATA = range(4)
COLOR, LIGHT, PRESENT = slice(0, 3), 3, 4  # columns of a look


class Crowd(Group):
    """Every worker's mark. What each of them does and holds is ``stances`` and ``loads``."""

    def __init__(
        self, photos: Sequence[npt.NDArray[np.uint8] | None], area: Slot, frame: Frame
    ) -> None:
        pixel = frame.height / config.pixel_height
        there = all(photo is not None and len(photo) for photo in photos)
        count = len(photos)
        self.grid = arrange(area, count, frame.px(1), pixel, photos=there)
        self.stances = np.full(count, REST)
        self.loads = np.full(count, NOTHING)
        self.outer, self.inner = _stamps(self.grid.side)
        self.photos: Floats | None = None
        if there and shows_photos(self.grid, frame.px(1)):
            self.photos = np.stack([_bordered(p, self.inner) for p in photos if p is not None])
        self.looks = self.meant()
        self.image = _blank(self.grid)
        self.paint(np.arange(count))
        self.image.orig_alpha_pixel_array = self.image.pixel_array[..., 3].copy()
        self.fingerprint = ""
        super().__init__(self.image.set_z_index(layers.PANELS))

    def slot(self, worker: int) -> Slot:
        """Return where a worker's mark stands."""
        return self.grid.slot(self.grid.mark_of(worker))

    def meant(self) -> Floats:
        """Return how every worker is to look, by stance and load: (workers, 5), 0 to 1."""
        looks = np.ones((len(self.stances), 5), np.float32)
        looks[:, COLOR] = _colors(self._fills())[self.stances]
        loaded = self.loads != NOTHING
        carried = [theme.INK, theme.MODEL, theme.UPDATE, theme.DATA]
        looks[loaded, COLOR] = _colors(carried)[self.loads[loaded]]
        looks[:, LIGHT] = np.where((self.stances == DIM) & ~loaded, theme.DIM, 1)
        return looks

    def paint(self, workers: Indices) -> None:
        """Draw the marks of some workers as they look now."""
        grid, size = self.grid, self.grid.step
        marks = np.unique(workers // grid.per_mark)
        looks = self._mean_looks(marks)[:, None, None]
        cells = np.empty((len(marks), grid.side, grid.side, 4), np.float32)
        cells[..., :3] = looks[..., COLOR]
        if self.photos is not None:
            light = looks[..., LIGHT : LIGHT + 1]
            body = self.photos[marks] * light + _colors([theme.PANEL])[0] * (1 - light)
            cells[..., :3] += self.inner[..., None] * (body - cells[..., :3])
        cells[..., 3] = self.outer * looks[..., PRESENT]
        whole = self.image.pixel_array.reshape(grid.rows, size, grid.columns, size, 4)
        rows, columns = np.divmod(marks, grid.columns)
        view = whole.transpose(0, 2, 1, 3, 4)
        view[rows, columns, : grid.side, : grid.side] = np.round(255 * cells)

    def note_state(self) -> None:
        """Remember the state in a few letters, by which Manim tells two plays apart."""
        self.fingerprint = sha256(self.stances.tobytes() + self.loads.tobytes()).hexdigest()

    def _mean_looks(self, marks: Indices) -> Floats:
        if self.grid.per_mark == 1:
            return self.looks[marks]
        starts = np.arange(0, len(self.looks), self.grid.per_mark)
        sums = np.add.reduceat(self.looks, starts, axis=0)
        counts = np.diff(np.append(starts, len(self.looks)))[:, None]
        mean: Floats = (sums / counts).astype(np.float32)[marks]
        return mean

    def _fills(self) -> list[str]:
        """Return a mark's colours by stance; an edge around a photo stays back until it is lit."""
        if self.photos is not None:
            return [theme.WIRE, theme.EDGE, theme.INK]
        rest, dim = _mixed(theme.MUTED, RESTING), _mixed(theme.MUTED, theme.DIM)
        return [rest, dim, theme.INK]


@dataclass(frozen=True)
class Course:
    """How a change goes through some workers: all at once, or in a wave.

    ``order`` says for each when it begins, 0 to 1. With ``beats`` they pulse meanwhile.
    """

    order: Floats | None = None
    beats: int = 0


AT_ONCE = Course()


class Relight(Animation):
    """Some workers take on a look."""

    def __init__(
        self,
        crowd: Crowd,
        workers: Indices,
        looks: Floats,
        course: Course = AT_ONCE,
        run_time: float = theme.MOVE,
    ) -> None:
        self.crowd, self.workers, self.looks = crowd, workers, looks
        self.order = np.zeros(len(workers), np.float32) if course.order is None else course.order
        self.spread = 0.0 if course.order is None else OPEN
        self.beats = course.beats
        self.glow = _colors([theme.INK])[0]
        self.start: Floats | None = None
        self.fingerprint = sha256(workers.tobytes() + looks.tobytes()).hexdigest()
        super().__init__(crowd, run_time=run_time)

    def create_starting_mobject(self) -> Mobject:
        """Return nothing: the picture is large, and its start is known."""
        return Mobject()

    def get_all_mobjects(self) -> Sequence[Mobject]:
        """Return the crowd."""
        return [self.crowd]

    def interpolate_mobject(self, alpha: float) -> None:
        """Go from the looks that were there to those meant."""
        if self.start is None:
            self.start = self.crowd.looks[self.workers].copy()
        alpha = min(max(alpha, 0.0), 1.0)
        local = np.clip(alpha * (1 + self.spread) - self.spread * self.order, 0, 1)
        share = _eased(local)[:, None]
        now = self.start + share * (self.looks - self.start)
        if self.beats and alpha < 1:
            up = SWELL * np.sin(np.pi * self.beats * local)[:, None] ** 2
            now[:, COLOR] += up * (self.glow - now[:, COLOR])
        self.crowd.looks[self.workers] = now
        self.crowd.paint(self.workers)


def _eased(share: Floats) -> Floats:
    """Ease a share of the way, as ``smooth`` does for one number."""
    table = np.array([smooth(x) for x in np.linspace(0, 1, 65)])
    eased: Floats = np.interp(share, np.linspace(0, 1, 65), table).astype(np.float32)
    return eased


def _colors(names: Sequence[str]) -> Floats:
    return np.array([ManimColor(name).to_rgb() for name in names], np.float32)


def _mixed(color: str, share: float) -> str:
    """Return a colour as it looks with this opacity on the ground."""
    ground = ManimColor(theme.GROUND)
    return str(ground.interpolate(ManimColor(color), share).to_hex())


def _stamps(side: int) -> tuple[Floats, Floats]:
    """Return which part of each pixel of a mark is inside it, and inside its edge."""
    edge = max(LEAST_EDGE, round(EDGE * side))
    corner = CORNER * side
    return _rounded(side, 0, corner), _rounded(side, edge, max(corner - edge, 0))


def _rounded(side: int, inset: int, corner: float) -> Floats:
    """Return a square with round corners, drawn finely and averaged: (side, side), 0 to 1."""
    if side <= 2 * inset:
        return np.zeros((side, side), np.float32)
    large = Image.new("L", (FINE * side, FINE * side))
    low, high = FINE * inset, FINE * (side - inset) - 1
    ImageDraw.Draw(large).rounded_rectangle((low, low, high, high), FINE * corner, 255)
    fine = np.asarray(large, np.float32).reshape(side, FINE, side, FINE)
    part: Floats = fine.mean(axis=(1, 3)) / 255
    return part


def _bordered(photos: npt.NDArray[np.uint8], inner: Floats) -> Floats:
    """Return the first photo, in the middle of its tile: (side, side, 3), 0 to 1."""
    side = len(inner)
    edge = int(np.argmax(inner[side // 2] > 0))
    within = side - 2 * edge
    small = Image.fromarray(photos[0]).resize((within, within), Image.Resampling.BICUBIC)
    tile = np.zeros((side, side, 3), np.float32)
    tile[edge : side - edge, edge : side - edge] = np.asarray(small, np.float32) / 255
    return tile


def _blank(grid: Grid) -> ImageMobject:
    """Return an empty picture over the grid, one of its pixels a pixel of the frame.

    So there is nothing to be interpolated, which takes ten times as long.
    """
    pixels = np.zeros((grid.rows * grid.step, grid.columns * grid.step, 4), np.uint8)
    image = ImageMobject(pixels, resampling_algorithm=RESAMPLING_ALGORITHMS["nearest"])
    height, width = (grid.pixel * length for length in pixels.shape[:2])
    image.stretch_to_fit_height(height)
    image.stretch_to_fit_width(width)
    return image.move_to(np.array([grid.left + width / 2, grid.top - height / 2, 0.0]))

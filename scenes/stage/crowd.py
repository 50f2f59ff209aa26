"""A crowd of workers as one image, with a small mark for each.

A mark for several workers has the mean of their colours.
"""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import numpy.typing as npt
from manim import Animation, Group, ManimColor, Wait
from PIL import Image, ImageDraw

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.raster import Floats, blank, eased, pixel_of, rgb
from scenes.drawing.redraw import Redraw
from scenes.stage.crowd_grid import arrange, shows_photos

Indices = npt.NDArray[np.intp]

CORNER = 0.14  # part of a mark's side
EDGE = 0.075  # part of a tile's side, around its photo
LEAST_EDGE = 2  # pixels
OVERSAMPLING = 4  # of corners
RESTING = 0.62  # opacity of the muted colour of a mark at rest
SWELL = 0.5  # part of the way to the colour of a pulse
SPREAD = 1.0  # time between the first and the last change of a wave, in times of one change

REST, DIM, LIT = range(3)  # states
NOTHING, MODEL, UPDATE, DATA = range(4)  # contents
COLOR, LIGHT = slice(0, 3), 3  # columns of looks


class Crowd(Group):
    """The marks of all workers, with the state and the content of each."""

    def __init__(
        self, photos: Sequence[npt.NDArray[np.uint8] | None], area: Slot, frame: Frame
    ) -> None:
        pixel = pixel_of(frame)
        known = all(photo is not None and len(photo) for photo in photos)
        count = len(photos)
        self.grid = arrange(area, count, frame.px(1), pixel, photos=known)
        self.everyone = np.arange(count)
        self.states = np.full(count, REST)
        self.contents = np.full(count, NOTHING)
        self.outer, self.inner = _masks(self.grid.side)
        self.photos: Floats | None = None
        if known and shows_photos(self.grid, frame.px(1)):
            self.photos = np.stack([_bordered(p, self.inner) for p in photos if p is not None])
        self.looks = self.target_looks()
        rows, columns = (self.grid.step * n for n in (self.grid.rows, self.grid.columns))
        self.image = blank(rows, columns, self.grid.left, self.grid.top, pixel)
        self.paint(self.everyone)
        self.image.orig_alpha_pixel_array = self.image.pixel_array[..., 3].copy()
        self.fingerprint = ""
        super().__init__(self.image.set_z_index(layers.PANELS))

    def slot(self, worker: int) -> Slot:
        """Return the slot of a worker's mark."""
        return self.grid.slot(self.grid.mark_of(worker))

    # --- changes

    def change(
        self,
        workers: Sequence[int] | None = None,
        order: Floats | None = None,
        beats: int = 0,
        run_time: float = theme.MOVE,
    ) -> Animation:
        """Change some workers, or all, to the looks of their states and contents.

        ``order`` says for each worker when its change begins, 0 to 1; with ``beats`` they pulse.
        """
        # Manim tells two animations apart by the attributes of their mobjects.
        self.fingerprint = sha256(self.states.tobytes() + self.contents.tobytes()).hexdigest()
        chosen = self.everyone if workers is None else np.array(workers, int)
        return ChangeLooks(self, chosen, order, beats, run_time)

    def pulse(self, workers: Sequence[int], beats: int, run_time: float) -> Animation:
        """Let some workers pulse."""
        return self.change(workers, None, beats, run_time)

    def train(self, workers: Sequence[int], run_time: float) -> Animation:
        """Let some workers pulse; their copies of the model turn into updates."""
        chosen = np.array(workers, int)
        self.contents[chosen[self.contents[chosen] == MODEL]] = UPDATE
        return self.pulse(workers, max(1, round(run_time)), run_time)

    def drop(self, workers: Sequence[int]) -> Animation:
        """Dim some workers, and remove their contents."""
        if not len(workers):
            return Wait(theme.SWAP)
        self.contents[list(workers)], self.states[list(workers)] = NOTHING, DIM
        return self.change(workers)

    # --- drawing

    def target_looks(self) -> Floats:
        """Return the looks by state and content, 0 to 1, shape (workers, 4)."""
        looks = np.ones((len(self.states), 4), np.float32)
        looks[:, COLOR] = _colors(self._state_colors())[self.states]
        full = self.contents != NOTHING
        colors = [theme.INK, theme.MODEL, theme.UPDATE, theme.DATA]
        looks[full, COLOR] = _colors(colors)[self.contents[full]]
        looks[:, LIGHT] = np.where((self.states == DIM) & ~full, theme.DIM, 1)
        return looks

    def paint(self, workers: Indices) -> None:
        """Draw the marks of some workers with their present looks."""
        grid, size = self.grid, self.grid.step
        marks = np.unique(workers // grid.per_mark)
        looks = self._mean_looks(marks)[:, None, None]
        cells = np.empty((len(marks), grid.side, grid.side, 4), np.float32)
        cells[..., :3] = looks[..., COLOR]
        if self.photos is not None:
            light = looks[..., LIGHT : LIGHT + 1]
            body = self.photos[marks] * light + rgb(theme.PANEL) * (1 - light)
            cells[..., :3] += self.inner[..., None] * (body - cells[..., :3])
        cells[..., 3] = self.outer
        whole = self.image.pixel_array.reshape(grid.rows, size, grid.columns, size, 4)
        rows, columns = np.divmod(marks, grid.columns)
        view = whole.transpose(0, 2, 1, 3, 4)
        view[rows, columns, : grid.side, : grid.side] = np.round(255 * cells)

    def _mean_looks(self, marks: Indices) -> Floats:
        if self.grid.per_mark == 1:
            return self.looks[marks]
        starts = np.arange(0, len(self.looks), self.grid.per_mark)
        sums = np.add.reduceat(self.looks, starts, axis=0)
        counts = np.diff(np.append(starts, len(self.looks)))[:, None]
        mean: Floats = (sums / counts).astype(np.float32)[marks]
        return mean

    def _state_colors(self) -> list[str]:
        """Return the colour of a mark, or of the edge around its photo, for each state."""
        if self.photos is not None:
            return [theme.WIRE, theme.EDGE, theme.INK]
        rest, dim = _mixed(theme.MUTED, RESTING), _mixed(theme.MUTED, theme.DIM)
        return [rest, dim, theme.INK]


class ChangeLooks(Redraw):
    """The animation of some workers from their present looks to their target looks."""

    def __init__(
        self,
        crowd: Crowd,
        workers: Indices,
        order: Floats | None,
        beats: int,
        run_time: float,
    ) -> None:
        self.crowd, self.workers, self.looks = crowd, workers, crowd.target_looks()[workers]
        self.order = np.zeros(len(workers), np.float32) if order is None else order
        self.spread = 0.0 if order is None else SPREAD
        self.beats = beats
        self.glow = rgb(theme.INK)
        self.start: Floats | None = None
        self.fingerprint = sha256(workers.tobytes() + self.looks.tobytes()).hexdigest()
        super().__init__(crowd, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw the workers with looks between both, and pulse."""
        if self.start is None:
            self.start = self.crowd.looks[self.workers].copy()
        alpha = min(max(alpha, 0.0), 1.0)
        local = np.clip(alpha * (1 + self.spread) - self.spread * self.order, 0, 1)
        part = eased(local)[:, None]
        now = self.start + part * (self.looks - self.start)
        if self.beats and alpha < 1:
            up = SWELL * np.sin(np.pi * self.beats * local)[:, None] ** 2
            now[:, COLOR] += up * (self.glow - now[:, COLOR])
        self.crowd.looks[self.workers] = now
        self.crowd.paint(self.workers)


def _colors(names: Sequence[str]) -> Floats:
    return np.stack([rgb(name) for name in names])


def _mixed(color: str, opacity: float) -> str:
    """Return a colour with some opacity on the background."""
    return str(ManimColor(theme.GROUND).interpolate(ManimColor(color), opacity).to_hex())


def _masks(side: int) -> tuple[Floats, Floats]:
    """Return the coverage of each pixel by a mark, and by the mark without its edge."""
    edge = max(LEAST_EDGE, round(EDGE * side))
    corner = CORNER * side
    return _rounded(side, 0, corner), _rounded(side, edge, max(corner - edge, 0))


def _rounded(side: int, inset: int, corner: float) -> Floats:
    """Return the coverage of each pixel by a square with round corners, shape (side, side)."""
    if side <= 2 * inset:
        return np.zeros((side, side), np.float32)
    scale = OVERSAMPLING
    large = Image.new("L", (scale * side, scale * side))
    low, high = scale * inset, scale * (side - inset) - 1
    ImageDraw.Draw(large).rounded_rectangle((low, low, high, high), scale * corner, 255)
    fine = np.asarray(large, np.float32).reshape(side, scale, side, scale)
    coverage: Floats = fine.mean(axis=(1, 3)) / 255
    return coverage


def _bordered(photos: npt.NDArray[np.uint8], inner: Floats) -> Floats:
    """Return the first photo in the middle of its tile, 0 to 1, shape (side, side, 3)."""
    side = len(inner)
    edge = int(np.argmax(inner[side // 2] > 0))
    within = side - 2 * edge
    small = Image.fromarray(photos[0]).resize((within, within), Image.Resampling.BICUBIC)
    tile = np.zeros((side, side, 3), np.float32)
    tile[edge : side - edge, edge : side - edge] = np.asarray(small, np.float32) / 255
    return tile

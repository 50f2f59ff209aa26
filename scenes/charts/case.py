"""A worker's case: its own examples inside a gold edge, which they never leave."""

import numpy as np
import numpy.typing as npt

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import THICK, Rounded
from scenes.drawing.raster import pixel_of, resized, rgb
from scenes.drawing.wall_grid import WallGrid, arrange
from scenes.drawing.zoom import Zoomable
from scenes.story.specs import CaseSpec

Pixels = npt.NDArray[np.uint8]

# Pixels of a frame whose shorter side has 1080 of them.
SMALLEST, LARGEST = 3, 64  # from one mark to the next
PAD, CORNER = 14, 18  # around the marks
BEYOND = 1.06  # the width of the first photo, in frames
VEIL = 0.85  # opacity over all but one photo, while the camera is near
LIGHT = 0.62  # opacity of the gold of an example whose photo is not known
# Pixels of the picture that the camera moves over.
CELL = 36  # from one mark to the next at most
MOST = 3_000  # of its longer side
SPACE = 0.11  # part of a cell between two photos


class Case(Zoomable):
    """A picture of all examples of a worker, for the camera to move over.

    The first photos stand in the middle; where photos are not known, there are gold lights.
    """

    def __init__(self, spec: CaseSpec, area: Slot, frame: Frame) -> None:
        pixel, pad = pixel_of(frame), frame.px(PAD)
        steps = (int(frame.px(each) / pixel + 1e-6) for each in (SMALLEST, LARGEST))
        least, most = (max(2, step) for step in steps)
        examples = np.zeros(spec.count, np.uint8)
        self.grid = arrange(examples, area.inset(pad), pixel, (least, most), 1, 1)
        inner = self.grid.area
        self.order = _from_the_middle(self.grid)
        self.shows_photos = spec.photos is not None and len(spec.photos) > 0
        edge = case_edge(inner.inset(-pad), frame, CORNER)
        super().__init__(_pixels(self.grid, self.order, spec), inner, frame, edge)
        self.image.set_z_index(layers.CONTENT)
        self.bright = self._place_in_picture(int(self.order[0]))

    def _place_in_picture(self, mark: int) -> Slot:
        """Return where a photo is in the picture, whose gaps are a little narrower."""
        row, column = divmod(mark, self.grid.columns)
        cell, side = _cell(self.grid)
        gap = cell - side
        x, y = self.home.width, self.home.height
        across, down = x / (self.grid.columns * cell - gap), y / (self.grid.lines * cell - gap)
        left, top = self.home.left + column * cell * across, self.home.top - row * cell * down
        return box(left, top - side * down, left + side * across, top)

    @property
    def around(self) -> Slot:
        """The rectangle of its edge, where it stands at first."""
        return self.home.inset(-self.frame.px(PAD))

    def fill_with_first(self) -> None:
        """Come so near that the photo in the middle fills the frame, with a veil on the others."""
        self.veil = VEIL
        self.move_to_slot(self.filling())

    def filling(self) -> Slot:
        """Return where the case is while the photo in its middle fills the frame."""
        photo = self.bright
        scale = BEYOND * max(self.frame.width, self.frame.height) / photo.width
        x, y = scale * (self.home.x - photo.x), scale * (self.home.y - photo.y)
        return Slot(x, y, scale * self.home.width, scale * self.home.height)

    def moved(self, x: float, y: float) -> Slot:
        """Return its own slot with its middle elsewhere."""
        return Slot(x, y, self.home.width, self.home.height)


def case_edge(slot: Slot, frame: Frame, corner: float) -> Rounded:
    """Return the panel and the gold edge of a case."""
    edge = Rounded(corner_radius=frame.px(corner), width=slot.width, height=slot.height)
    edge.set_fill(theme.PANEL, opacity=1).set_stroke(theme.DATA, THICK)
    return edge.move_to(slot.center).set_z_index(layers.PANELS)


def _from_the_middle(grid: WallGrid) -> npt.NDArray[np.intp]:
    """Return the marks in the order of their distance from the middle."""
    middle = np.array([grid.size[1], grid.size[0]]) / 2
    found: npt.NDArray[np.intp] = np.argsort(
        np.hypot(*(grid.corners + grid.side / 2 - middle).T), kind="stable"
    )
    return found


def _cell(grid: WallGrid) -> tuple[int, int]:
    """Return the pixels from one photo of the picture to the next, and of a photo's side."""
    cell = min(CELL, MOST // max(grid.columns, grid.lines))
    return cell, max(1, cell - max(1, round(SPACE * cell)))


def _pixels(grid: WallGrid, order: npt.NDArray[np.intp], spec: CaseSpec) -> Pixels:
    """Return the picture, uint8 (rows, columns, 3): photos from the middle, or gold lights."""
    cell, side = _cell(grid)
    panel = rgb(theme.PANEL)
    cells = np.empty((grid.lines * grid.columns, cell, cell, 3), np.uint8)
    # Bright lines between dark photos that pass fast would flash.
    mean = panel if spec.tiles is None else spec.tiles.mean(axis=(0, 1, 2)) / 255
    cells[:] = np.round(255 * min(panel, mean, key=np.sum))
    cells[: len(order), :side, :side] = np.round(255 * (panel + LIGHT * (rgb(theme.DATA) - panel)))
    for photos in (spec.tiles, spec.photos):
        known = order[: 0 if photos is None else len(photos)]
        if photos is not None and len(known):
            of_size = resized(photos[: len(known)], side)
            cells[known, :side, :side] = np.round(255 * np.clip(of_size, 0, 1))
    rows = cells.reshape(grid.lines, grid.columns, cell, cell, 3).swapaxes(1, 2)
    whole = rows.reshape(grid.lines * cell, grid.columns * cell, 3)
    return np.ascontiguousarray(whole[: side - cell, : side - cell])

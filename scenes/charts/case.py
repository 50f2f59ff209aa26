"""A worker's case: its own examples inside a gold edge, which they never leave."""

import numpy as np
import numpy.typing as npt

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.panel import THICK, Rounded
from scenes.drawing.raster import pixel_of, resized, rgb
from scenes.drawing.wall_grid import WallGrid, arrange
from scenes.drawing.zoom import Zoomable
from scenes.story.specs import CaseSpec

# Pixels of a frame whose shorter side has 1080 of them.
SMALLEST, LARGEST = 3, 64  # from one mark to the next
PAD, CORNER = 14, 18  # around the marks
LIGHT = 0.62  # opacity of the gold of an example whose photo is not known
# Pixels of the picture that the camera moves over.
CELL = 36  # from one mark to the next at most
MOST = 3_000  # of its longer side
SPACE = 0.11  # part of a cell between two photos


class Case(Zoomable):
    """A picture of all examples of a worker, for the camera to move over.

    Photos that are known stand in the middle; for others there are plain gold lights.
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
        super().__init__(_pixels(self.grid, self.order, spec.photos), inner, frame, edge)
        self.image.set_z_index(layers.CONTENT)

    @property
    def around(self) -> Slot:
        """The rectangle of its edge, where it stands at first."""
        return self.home.inset(-self.frame.px(PAD))

    def filling(self) -> Slot:
        """Return where the case is while the photo in its middle fills the frame."""
        photo = self.grid.slot(int(self.order[0]))
        scale = max(self.frame.width, self.frame.height) / photo.width
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


def _pixels(
    grid: WallGrid, order: npt.NDArray[np.intp], photos: npt.NDArray[np.uint8] | None
) -> npt.NDArray[np.uint8]:
    """Return the picture: photos in the middle, and gold lights around them."""
    cell = min(CELL, MOST // max(grid.columns, grid.lines))
    side = max(1, cell - max(1, round(SPACE * cell)))
    panel = rgb(theme.PANEL)
    gold = np.round(255 * (panel + LIGHT * (rgb(theme.DATA) - panel))).astype(np.uint8)
    cells = np.empty((grid.lines * grid.columns, cell, cell, 3), np.uint8)
    cells[:] = np.round(255 * panel)
    cells[: len(grid.members), :side, :side] = gold
    known = order[: 0 if photos is None else len(photos)]
    if photos is not None and len(known):
        cells[known, :side, :side] = np.round(
            255 * np.clip(resized(photos[: len(known)], side), 0, 1)
        )
    rows = cells.reshape(grid.lines, grid.columns, cell, cell, 3).swapaxes(1, 2)
    whole = rows.reshape(grid.lines * cell, grid.columns * cell, 3)
    return np.ascontiguousarray(whole[: side - cell, : side - cell])

"""The wall: all test examples as small lights, of which those shine that a model gets right.

All tiles are one image with the frame's own pixels. A tile has its photo in colour where the model
is right, and dark grey, or pale on a light ground, where it is wrong; without photos it is a plain
light.
"""

from hashlib import sha256

import numpy as np
import numpy.typing as npt
from manim import Animation, Group

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.raster import Floats, blank, eased, pixel_of, resized, rgb
from scenes.drawing.redraw import Redraw
from scenes.drawing.wall_grid import Integers, WallGrid, arrange
from scenes.story.specs import WallSpec

Bools = npt.NDArray[np.bool_]

# Pixels of a frame whose shorter side has 1080 of them, from one mark to the next.
SMALLEST, LARGEST = 2, 64
LEAST_RENDERED = 2  # pixels of the rendered frame
CONTRAST, LIFT = 1.1, 0.09  # of a lit photo, and how much it differs more from the ground
DIMMED = 0.24  # part of a photo that is left where the model is wrong
COLORED = 0.1  # part of its colour
FADE = 0.35  # seconds of one tile's change


class Wall(Group):
    """All test examples as tiles, lit or dark, as they come or sorted by kind.

    ``image`` is all that is drawn; ``light`` is the light of each example, 0 to 1.

    Args:
        spec: the examples.
        area: where the wall is; it is as large there as equal tiles allow, in the middle.
        frame: the frame.
        rows: the rows of blocks, one for each kind; 0 for one block with all as they come.
    """

    def __init__(self, spec: WallSpec, area: Slot, frame: Frame, rows: int = 0) -> None:
        self.grid = grid_of(spec, area, frame, rows)
        self.lit, self.dark = _pictures(spec, self.grid.side)
        self.light = np.zeros(len(spec.kinds), np.float32)
        width, height = self.grid.size
        self.image = blank(height, width, self.grid.left, self.grid.top, self.grid.pixel)
        self.paint(np.arange(len(self.grid.members)))
        self.image.orig_alpha_pixel_array = self.image.pixel_array[..., 3].copy()
        self.fingerprint = ""
        super().__init__(self.image.set_z_index(layers.CONTENT))

    @property
    def area(self) -> Slot:
        """The rectangle around all tiles."""
        return self.grid.area

    def block(self, kind: int) -> Slot:
        """Return the rectangle of a kind's tiles, on a wall that is sorted by kind."""
        return self.grid.block(kind)

    def slot(self, example: int) -> Slot:
        """Return the rectangle of an example's tile."""
        return self.grid.slot(self.grid.mark_of[example])

    def show(self, right: Bools) -> "Wall":  # type: ignore[override]
        """Light the examples that are right, and no others, at once; return the wall."""
        self.set_light(np.arange(len(right)), right.astype(np.float32))
        return self

    def change(
        self, right: Bools, run_time: float = theme.MOVE, order: Floats | None = None
    ) -> Animation:
        """Light the examples that are right, and let the others go dark.

        Args:
            right: whether each example is right, shape (examples,).
            run_time: seconds of the whole change; each tile takes ``FADE`` of them.
            order: when each tile begins to change, 0 to 1; without it at random.
        """
        # Manim tells two animations apart by the attributes of their mobjects.
        self.fingerprint = sha256(right.tobytes()).hexdigest()
        if order is None:
            order = np.random.default_rng(0).random(len(right), np.float32)
        return ChangeLights(self, right, order, run_time)

    def set_light(self, examples: Integers, light: Floats) -> None:
        """Set the light of some examples, and draw the tiles that have changed."""
        changed = examples[self.light[examples] != light]
        self.light[examples] = light
        self.paint(np.unique(self.grid.mark_of[changed]))

    def paint(self, marks: Integers) -> None:
        """Draw some marks with their present lights."""
        inner = np.arange(self.grid.side)
        top, left = (self.grid.corners[marks, axis, None, None] for axis in (0, 1))
        where = top + inner[:, None], left + inner
        self.image.pixel_array[(*where, slice(3))] = np.round(255 * self._mean_of(marks))
        self.image.pixel_array[(*where, 3)] = 255

    def _mean_of(self, marks: Integers) -> Floats:
        """Return the mean picture of each mark's examples, 0 to 1, shape (marks, side, side, 3)."""
        members = self.grid.members[marks]
        there = (members >= 0)[..., None, None, None].astype(np.float32)
        side = self.grid.side
        mean = np.zeros((len(marks), side, side, 3), np.float32)
        for i, examples in enumerate(members.T):
            light = self.light[examples, None, None, None]
            dark = self.dark[examples]
            mean += there[:, i] * (dark + light * (self.lit[examples] - dark))
        mean /= there.sum(axis=1)
        return mean


class ChangeLights(Redraw):
    """The animation of a wall from its present lights to those of other right examples."""

    def __init__(self, wall: Wall, right: Bools, order: Floats, run_time: float) -> None:
        self.wall, self.order = wall, order
        self.target = right.astype(np.float32)
        self.fade = min(FADE / run_time, 1.0)
        self.start: Floats | None = None
        self.fingerprint = sha256(right.tobytes() + order.tobytes()).hexdigest()
        super().__init__(wall, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw the tiles that are changing."""
        if self.start is None:
            self.start = self.wall.light.copy()
        chosen = np.flatnonzero(self.start != self.target)
        begun = min(max(alpha, 0.0), 1.0) - self.order[chosen] * (1 - self.fade)
        part = eased(np.clip(begun / self.fade, 0, 1))
        before, after = self.start[chosen], self.target[chosen]
        self.wall.set_light(chosen, before + part * (after - before))


def grid_of(spec: WallSpec, area: Slot, frame: Frame, rows: int = 0) -> WallGrid:
    """Return the places of a wall's tiles; the arguments are those of ``Wall``."""
    pixel = pixel_of(frame)
    least = max(LEAST_RENDERED, int(frame.px(SMALLEST) / pixel + 1e-6))
    steps = least, max(least, int(frame.px(LARGEST) / pixel + 1e-6))
    kinds = spec.kinds if rows else np.zeros_like(spec.kinds)
    shape = (rows, -(-len(spec.names) // rows)) if rows else (1, 1)
    return arrange(kinds, area, pixel, steps, *shape)


def _pictures(spec: WallSpec, side: int) -> tuple[Floats, Floats]:
    """Return the lit and the dark picture of each example, shape (examples, side, side, 3)."""
    ground = rgb(theme.GROUND)
    if spec.tiles is None:
        shape = len(spec.kinds), side, side, 3
        lit, dark = (np.broadcast_to(rgb(color), shape) for color in (theme.INK, theme.EDGE))
        return lit, dark
    photos = resized(spec.tiles, side)
    grey = photos.mean(axis=-1, keepdims=True)
    muted = grey + COLORED * (photos - grey)
    away = np.sign(0.5 - ground.mean())  # from the ground
    lit = np.clip(0.5 + CONTRAST * (photos - 0.5) + LIFT * away, 0, 1)
    return lit, ground + DIMMED * (muted - ground)

"""Parcels: what travels along the wires, drawn as a small plate of weights with a coloured edge.

A parcel is one image, with its light or shadow: it is moved, scaled and wiped at little cost.
"""

import numpy as np
import numpy.typing as npt
from manim import Animation, Group, ImageMobject, ManimColor, VMobject, smooth
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.glow import DOWN, INSIDE, REACH, distances, light
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.pictures import Pixels, columns_for, sheet
from scenes.sound.effects import click
from scenes.sound.heard import heard
from scenes.stage.wires import FADE, along

WIDTH, HEIGHT = 128, 92  # pixels
EDGE, CORNER = 3.5, 11
WITHIN, GAP, TILE_CORNER = 9, 3.5, 4  # around the tiles, between them, and of their corners
PLAIN, MARKS = 0.55, 6  # strength of the colour of a plate without weights; its tiles
DENSITY = 1.5  # pixels of the image for each of 1080
HEAD, AHEAD = 26, 8  # pixels of an arrow head, and from the plate to it
SPREAD = 0.42  # half the angle of the arrow head, radians
LINE = 3  # pixels of the light at the front of a wipe

Floats = npt.NDArray[np.float64]


class Parcel(ImageMobject):
    """A plate of weights on its way: blue for the model, red for an update.

    ``tiles`` are uint8, shape (tiles, height, width, 3), or None where they are not known.
    """

    def __init__(self, tiles: Pixels | None, color: str, frame: Frame, size: float = 1.0) -> None:
        self.frame, self.size, self.edge = frame, size, color
        super().__init__(_pixels(tiles, color))
        self.at_full = frame.px(WIDTH + 2 * REACH), frame.px(HEIGHT + 2 * REACH)
        self.put(np.zeros(3), size)
        self.set_z_index(layers.PACKETS)

    def put(self, point: Point3D, size: float | None = None) -> "Parcel":
        """Place the middle of the plate, at some part of its full size."""
        self.size = self.size if size is None else size
        width, height = (self.size * side / 2 for side in self.at_full)
        corners = np.array([[-width, height], [width, height], [-width, -height], [width, -height]])
        self.points = np.c_[corners, np.zeros(4)] + point
        return self

    @property
    def plate(self) -> Slot:
        """The plate without its light."""
        size, (x, y, _) = self.size, self.get_center()
        return Slot(x, y, size * self.frame.px(WIDTH), size * self.frame.px(HEIGHT))

    def set_pixels(self, pixels: Pixels) -> None:
        """Show other pixels."""
        self.pixel_array = pixels
        self.orig_alpha_pixel_array = pixels[..., 3].copy()  # type: ignore[assignment]

    def wipe(self, tiles: Pixels | None, color: str, run_time: float) -> Animation:
        """Turn the plate into another one from the top down; no colour fades into another."""
        self.edge = color
        return Wipe(self, _pixels(tiles, color), run_time)


class Wipe(Animation):
    """The animation of a plate that is replaced from the top down by another one."""

    def __init__(self, parcel: Parcel, new: Pixels, run_time: float) -> None:
        self.parcel, self.old, self.new = parcel, parcel.pixel_array.copy(), new
        top, rows = DENSITY * REACH, DENSITY * HEIGHT
        row = np.arange(len(new))
        self.place = (row - top) / rows  # 0 at the plate's upper edge, 1 at the lower one
        self.body = distances(*_shape()[::-1], _plate(), CORNER * DENSITY) < 0
        super().__init__(parcel, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the new plate above the front, the old one below it."""
        if alpha >= 1:
            self.parcel.set_pixels(self.new.copy())
            return
        front = _from_to(-REACH / HEIGHT, 1 + REACH / HEIGHT, smooth(max(alpha, 0.0)))
        pixels = np.where((self.place < front)[:, None, None], self.new, self.old)
        line = (np.abs(self.place - front) < LINE / HEIGHT / 2)[:, None] & self.body
        pixels[line, :3] = np.round(255 * ManimColor(theme.INK).to_rgb())
        self.parcel.set_pixels(pixels)


class Carry(Animation):
    """The animation of a parcel that moves along a path, with an arrow head ahead of it.

    Args:
        parcel: the parcel.
        path: the path of its middle.
        size: part of the full size at the end.
        run_time: seconds.
        appears: whether it fades in at the start.
        disappears: whether it fades out at the end.
    """

    def __init__(
        self,
        parcel: Parcel,
        path: VMobject,
        size: float,
        run_time: float,
        *,
        appears: bool = False,
        disappears: bool = False,
    ) -> None:
        self.parcel, self.place = parcel, along(path)
        self.growing = (0.0, 1.0)  # the part of the path on which the size changes
        self.length = float(path.get_arc_length())
        self.sizes = parcel.size, size
        self.appears, self.disappears = appears, disappears
        self.head = VMobject(fill_color=parcel.edge, fill_opacity=1, stroke_width=0)
        self.head.set_z_index(layers.PACKETS)
        self.carried = Group(self.head, parcel)
        super().__init__(self.carried, introducer=appears, remover=disappears, run_time=run_time)
        heard(self, click(parcel.edge))

    def interpolate_mobject(self, alpha: float) -> None:
        """Move the parcel and the arrow head, and fade them at the ends."""
        alpha = min(max(alpha, 0.0), 1.0)
        done = smooth(alpha)
        start, end = alpha / FADE, (1 - alpha) / FADE
        opacity = min(1.0, start if self.appears else 1.0, end if self.disappears else 1.0)
        begins, ends = self.growing
        grown = min(max((done - begins) / (ends - begins), 0.0), 1.0)
        self.parcel.put(self.place(done), _from_to(*self.sizes, grown))
        self.parcel.set_opacity(opacity)
        self._point_ahead(done, min(1.0, start, end))

    def clean_up_from_scene(self, scene: "object") -> None:
        """Leave only the parcel."""
        super().clean_up_from_scene(scene)  # type: ignore[arg-type]
        scene.remove(self.head, self.carried)  # type: ignore[attr-defined]
        if not self.disappears:
            scene.add(self.parcel)  # type: ignore[attr-defined]

    def _point_ahead(self, done: float, opacity: float) -> None:
        """Place the arrow head on the path, ahead of the plate's edge."""
        px, plate = self.parcel.frame.px, self.parcel.plate
        here = self.place(done)
        way = self.place(min(done + px(AHEAD) / max(self.length, px(1)), 1.0)) - here
        far = float(np.hypot(*way[:2]))
        if far < px(1):
            self.head.set_fill(opacity=0)
            return
        across, up = np.abs(way[:2]) / far
        edge = min(plate.width / 2 / max(across, 1e-6), plate.height / 2 / max(up, 1e-6))
        reach = edge + px(AHEAD + HEAD) * self.parcel.size
        left = (1 - done) * self.length - reach
        tip = self.place(min(done + reach / self.length, 1.0))
        back = self.place(min(done + edge / self.length, 1.0)) - tip
        angle = float(np.arctan2(back[1], back[0]))
        length = px(HEAD) * self.parcel.size
        wings = [
            tip + length * np.array([np.cos(angle + side), np.sin(angle + side), 0.0])
            for side in (SPREAD, -SPREAD)
        ]
        self.head.set_points_as_corners([tip, *wings, tip])
        self.head.set_fill(opacity=opacity * min(1.0, max(0.0, left / px(HEAD))))


def _pixels(tiles: Pixels | None, color: str) -> Pixels:
    """Return a plate with its light, uint8, shape (height, width, 4)."""
    rows, columns = _shape()
    away = distances(columns, rows, _plate(), CORNER * DENSITY) / DENSITY
    edge = np.array(ManimColor(color).to_rgb())
    panel = np.array(ManimColor(theme.PANEL).to_rgb())
    cover = np.clip(0.5 - away * DENSITY, 0, 1)
    inner = np.clip(0.5 - (away + EDGE) * DENSITY, 0, 1)[..., None]
    body = edge * (1 - inner) + panel * inner
    _add_tiles(body, tiles, 1 - PLAIN, edge, panel)
    shade = light(away) if theme.dark() else light(np.roll(away, round(DOWN * DENSITY), axis=0))
    around = np.where(away > -INSIDE, shade, 0)
    opacity = cover + (1 - cover) * around
    lit = edge if theme.dark() else np.zeros(3)
    mixed = body * cover[..., None] + lit * ((1 - cover) * around)[..., None]
    pixels = np.zeros((rows, columns, 4))
    pixels[..., :3] = mixed / np.maximum(opacity, 1e-6)[..., None]
    pixels[..., 3] = opacity
    return np.round(255 * pixels).astype(np.uint8)


def _add_tiles(
    body: Floats, tiles: Pixels | None, part: float, edge: Floats, panel: Floats
) -> None:
    """Draw the tiles on a plate: those of the weights, else plain ones."""
    if tiles is None:
        plain = np.round(255 * (edge * (1 - part) + panel * part))
        tiles = np.tile(plain.astype(np.uint8), (MARKS, 1, 1, 1))
    width, height = WIDTH - 2 * WITHIN, HEIGHT - 2 * WITHIN
    columns = columns_for(tiles, width / height)
    rows, shape = len(tiles) // columns, tiles.shape[1] / tiles.shape[2]
    gap = GAP if len(tiles) <= 2 * MARKS else 1
    side = min((width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows / shape)
    sides = max(1, round(side * DENSITY)), max(1, round(gap * DENSITY))
    picture = sheet(tiles, columns, *sides, TILE_CORNER * DENSITY * min(1, side / 35)) / 255
    top, left = ((a - b) // 2 for a, b in zip(body.shape, picture.shape[:2], strict=False))
    place = body[top : top + picture.shape[0], left : left + picture.shape[1]]
    cover = picture[: place.shape[0], : place.shape[1], 3:]
    place[:] = picture[: place.shape[0], : place.shape[1], :3] * cover + place * (1 - cover)


def _shape() -> tuple[int, int]:
    """Return rows and columns of a plate's image."""
    return round(DENSITY * (HEIGHT + 2 * REACH)), round(DENSITY * (WIDTH + 2 * REACH))


def _plate() -> Slot:
    """Return the plate in its image, in pixels from the top left."""
    rows, columns = _shape()
    return Slot(columns / 2, rows / 2, DENSITY * WIDTH, DENSITY * HEIGHT)


def _from_to(start: float, end: float, part: float) -> float:
    return start + part * (end - start)

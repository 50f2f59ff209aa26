"""The coordinator: a plate with the global model's first filters, and a tray for what comes in."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    DashedVMobject,
    FadeIn,
    FadeOut,
    Group,
    ImageMobject,
    Mobject,
    VMobject,
    Wait,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.glow import glow
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel, Pulse, Recess, Rounded
from scenes.drawing.pictures import Pixels, Rewrite, columns_for, picture, sheet, tiles_of
from scenes.drawing.text import Words
from scenes.text.lines import Text

# Pixels.
PAD, UNDER, OVER = 29, 16, 20  # beside the plate, below the tray, above the name
GAP, LEAST_GAP = 18, 8  # around the plate
CORNER, TRAY = 20, 62
TILE, TILE_GAP, TILE_CORNER = 72, 14, 7
FINE_GAP = 2  # between tiles that are smaller than half of that
DENSITY = 2  # pixels of the plate's picture for each of 1080
PLACE_PAD, DASH = 8, 7  # around the places in the tray; of the dashes around these
DASHES = 34  # around a place at most
WRITING_SECONDS = 2.0


class Coordinator(Group):
    """The coordinator's panel with plate and tray.

    ``plate`` is an ``image`` of the filters, plain tiles if they are unknown, or None at first;
    ``tiles`` are what the image shows.
    """

    def __init__(self, slot: Slot, frame: Frame, name: Text) -> None:
        px = frame.px
        self.frame, self.slot = frame, slot
        self.light = glow(slot, frame, theme.INK, CORNER).set_z_index(layers.PANELS - 0.1)
        self.light.set_opacity(0 if theme.dark() else 1)
        self.panel = Panel(slot, frame, CORNER)
        self.words = Words(name, frame, weight="SEMIBOLD")
        spare = slot.height - px(OVER + theme.LABEL + TILE + TRAY + UNDER)
        gap = max(px(LEAST_GAP), min(px(GAP), spare / 2))
        self.words.put(np.array([slot.x, slot.top - px(OVER + theme.LABEL / 2), 0.0]))
        left, right, bottom = slot.left + px(PAD), slot.right - px(PAD), slot.bottom + px(UNDER)
        tray = box(left, bottom, right, bottom + px(TRAY))
        self.tray = tray.inset(px(PLACE_PAD))
        top = slot.top - px(OVER + theme.LABEL) - gap
        self.plate_slot = box(left, tray.top + gap, right, top)
        self.plate: Mobject | None = None
        self.image: ImageMobject | None = None
        self.tiles: Pixels | None = None
        self.places: VMobject = VMobject()
        self.words.set_z_index(layers.CONTENT)
        super().__init__(self.light, self.panel, Recess(tray, frame), self.words)

    def pulse(self) -> Animation:
        """Let the panel's edge and its light swell and fade."""
        return Pulse(self.panel, light=self.light, actor=self)

    def expect(self, slots: Sequence[Slot]) -> Animation:
        """Show dashed places in the tray, in place of the present ones."""
        old, self.places = self.places, _dashed(slots, self.frame)
        changes: list[Animation] = [FadeOut(old)] if len(old.points) else []
        changes += [FadeIn(self.places)] if slots else []
        return AnimationGroup(*changes, run_time=theme.SWAP) if changes else Wait(theme.SWAP)

    def show_plate(
        self, filters: npt.NDArray[np.float32] | None, limit: float, *, glow: bool = True
    ) -> Animation:
        """Show weights on the plate; changes glow."""
        old, old_image = self.plate, self.image
        self.tiles = None if filters is None else tiles_of(filters, limit)
        self.plate = self._image(self.tiles)
        self.image = None if self.tiles is None else self.plate
        if old is None:
            return FadeIn(self.plate, scale=0.92)
        if old_image is None or self.image is None:
            return AnimationGroup(FadeOut(old), FadeIn(self.plate))
        return Rewrite(old_image, self.image, WRITING_SECONDS * theme.MOVE, glow=glow)

    def _image(self, tiles: Pixels | None) -> ImageMobject:
        """Return the tiles as large as there is room, plain ones where they are unknown."""
        area, px = self.plate_slot, self.frame.px
        if tiles is None:
            tiles = np.tile(_code(theme.MODEL), (6, 1, 1, 1))
        columns = columns_for(tiles, area.width / area.height)
        rows, shape = len(tiles) // columns, tiles.shape[1] / tiles.shape[2]
        width, height = area.width / px(1), area.height / px(1)
        side = min(TILE, width / columns, height / rows / shape)
        gap = TILE_GAP if side > TILE / 2 else FINE_GAP
        side = min(
            TILE,
            (width - gap * (columns - 1)) / columns,
            (height - gap * (rows - 1)) / rows / shape,
        )
        sides = round(DENSITY * side), round(DENSITY * gap)
        pixels = sheet(tiles, columns, *sides, DENSITY * TILE_CORNER * min(1, side / TILE))
        high, wide = (px(length) / DENSITY for length in pixels.shape[:2])
        slot = Slot(area.x, area.y, wide, high)
        return picture(pixels, slot).set_z_index(layers.CONTENT)


def _code(color: str) -> Pixels:
    return np.frombuffer(bytes.fromhex(color.removeprefix("#")), np.uint8)


def _dashed(slots: Sequence[Slot], frame: Frame) -> VMobject:
    """Return dashed outlines of places, as one shape."""
    dashed = VMobject(stroke_color=theme.WIRE, stroke_width=frame.stroke(1.8))
    for slot in slots:
        outline = Rounded(
            corner_radius=min(frame.px(8), slot.width / 4), width=slot.width, height=slot.height
        )
        count = max(8, min(DASHES, round((slot.width + slot.height) / frame.px(DASH))))
        for dash in DashedVMobject(outline.move_to(slot.center), num_dashes=count):
            dashed.append_points(dash.points)
    return dashed.set_z_index(layers.CONTENT)

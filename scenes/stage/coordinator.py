"""The coordinator: a plate that shows the global model's weights, and a tray for updates."""

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Group,
    ImageMobject,
    Mobject,
    Square,
    Succession,
    VGroup,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel, Recess
from scenes.drawing.pictures import Rewrite, picture, plate
from scenes.drawing.text import Words
from scenes.stage.card import plain_tile
from scenes.stage.wires import PACKET_HEIGHT
from scenes.text.lines import Text

PAD = 20  # pixels
LOW = 240  # pixels of height below which gaps are smaller
OVER, GAP, UNDER = 20, 18, 14  # pixels above the name, around the plate, and below the tray
LOW_OVER, LOW_GAP, LOW_UNDER = 13, 11, 18
WRITING_SECONDS = 2.0
SWATCH = 26  # pixels of the square in the note
BESIDE = 14  # pixels between that square and the note


class Coordinator(Group):
    """The coordinator's panel with plate and tray.

    ``plate`` is an ``image`` of the weights, a plain tile if they are unknown, or None at first.
    """

    def __init__(self, slot: Slot, frame: Frame, name: Text) -> None:
        px = frame.px
        self.frame, self.slot = frame, slot
        self.panel = Panel(slot, frame)
        self.words = Words(name, frame, weight="SEMIBOLD")
        low = slot.height < px(LOW)
        over, gap, under = (LOW_OVER, LOW_GAP, LOW_UNDER) if low else (OVER, GAP, UNDER)
        self.words.put(np.array([slot.x, slot.top - px(over + theme.LABEL / 2), 0.0]))
        left, right, bottom = slot.left + px(PAD), slot.right - px(PAD), slot.bottom + px(under)
        self.tray = box(left, bottom, right, slot.bottom + px(under + PACKET_HEIGHT))
        top = slot.top - px(over + theme.LABEL + gap)
        self.plate_slot = box(left, self.tray.top + px(gap), right, top)
        self.plate: Mobject | None = None
        self.image: ImageMobject | None = None
        self.changes = Group()
        self.words.set_z_index(layers.CONTENT)
        super().__init__(self.panel, Recess(self.tray, frame), self.words)

    def show_plate(
        self,
        filters: npt.NDArray[np.float32] | None,
        limit: float,
        note: Text | None = None,
        *,
        glow: bool = True,
    ) -> Animation:
        """Show weights on the plate; changes glow.

        With a ``note`` on it in the tray, the glow stays until ``remove_changes``.
        """
        old, old_image = self.plate, self.image
        if filters is None:
            self.image, self.plate = None, plain_tile(self.plate_slot, theme.MODEL, self.frame)
        else:
            self.image = self.plate = self._image(filters, limit)
        if old is None:
            return FadeIn(self.plate, scale=0.92)
        if old_image is None or self.image is None:
            return AnimationGroup(FadeOut(old), FadeIn(self.plate))
        seconds = WRITING_SECONDS * theme.MOVE
        rewrite = Rewrite(old_image, self.image, seconds, glow=glow, stays=note is not None)
        return rewrite if note is None else self._with_note(rewrite, note)

    def remove_changes(self) -> list[Animation]:
        """Remove the glow with its note, if they are there."""
        old, self.changes = self.changes, Group()
        return [FadeOut(old)] if len(old) else []

    def _image(self, filters: npt.NDArray[np.float32], limit: float) -> ImageMobject:
        area = self.plate_slot
        image = picture(plate(filters, limit, area.width / area.height), area)
        return image.set_z_index(layers.CONTENT)

    def _with_note(self, rewrite: Rewrite, text: Text) -> Animation:
        """Rewrite the plate; then show a note in the tray, with a square that looks as the glow."""
        square = Square(self.frame.px(SWATCH), fill_color=theme.INK, fill_opacity=1, stroke_width=0)
        words = Words(text, self.frame)
        gap = self.frame.px(BESIDE)
        left = self.tray.center - np.array([(square.width + gap + words.width) / 2, 0, 0])
        square.move_to(left + np.array([square.width / 2, 0, 0]))
        words.put(left + np.array([square.width + gap, 0, 0]), -1)
        note = VGroup(square, words).set_z_index(layers.CONTENT)
        self.changes = Group(rewrite.glow, note)
        return Succession(rewrite, FadeIn(note, run_time=theme.SWAP))

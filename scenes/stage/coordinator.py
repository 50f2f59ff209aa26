"""The coordinator: holds the global model, drawn as a plate of its real weights."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Group,
    ImageMobject,
    Rectangle,
    RoundedRectangle,
    Square,
    Succession,
    VGroup,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import CORNER, Panel, Recess
from scenes.drawing.pictures import Rewrite, picture, plate
from scenes.drawing.text import Words
from scenes.stage.wires import PACKET_HEIGHT
from scenes.text.lines import Text, text

PAD = 20  # pixels
LOW = 240  # of height, below which the plate needs more of it
OVER, GAP, UNDER = 20, 18, 14  # pixels over the name, around the plate, and under the tray
LOW_OVER, LOW_GAP, LOW_UNDER = 13, 11, 18
WRITING_SECONDS = 2.0
SWATCH = 26  # pixels of the square that shows what a glow looks like
BETWEEN = 4  # pixels between two shares at most
MOST_BETWEEN = 0.2  # of a share's width
FILLING = 0.92  # part of a share that its label may fill


class Coordinator(Group):
    """The coordinator's panel, its plate of weights and its tray for what comes in."""

    def __init__(self, slot: Slot, frame: Frame) -> None:
        px = frame.px
        self.frame = frame
        self.slot = slot
        self.panel = Panel(slot, frame)
        self.words = Words(text("Coordinator"), frame, weight="SEMIBOLD")
        low = slot.height < px(LOW)
        over, gap, under = (LOW_OVER, LOW_GAP, LOW_UNDER) if low else (OVER, GAP, UNDER)
        self.words.put(np.array([slot.x, slot.top - px(over + theme.LABEL / 2), 0.0]))
        self.tray = box(
            slot.left + px(PAD),
            slot.bottom + px(under),
            slot.right - px(PAD),
            slot.bottom + px(under + PACKET_HEIGHT),
        )
        self.plate_slot = box(
            slot.left + px(PAD),
            self.tray.top + px(gap),
            slot.right - px(PAD),
            slot.top - px(over + theme.LABEL + gap),
        )
        self.plate: ImageMobject | RoundedRectangle | None = None
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
        """Return the animation in which these weights take the place of those shown.

        What changes glows. With a ``note`` that says so, in the tray, the glow stays.
        """
        old, self.plate = self.plate, self._drawn(filters, limit)
        if old is None:
            return FadeIn(self.plate, scale=0.92)
        if not isinstance(old, ImageMobject) or not isinstance(self.plate, ImageMobject):
            return AnimationGroup(FadeOut(old), FadeIn(self.plate))
        seconds = WRITING_SECONDS * theme.MOVE
        rewrite = Rewrite(old, self.plate, seconds, glow=glow, stays=note is not None)
        if note is None:
            return rewrite
        key = self._key(note)
        self.changes = Group(rewrite.glow, key)
        return Succession(rewrite, FadeIn(key, run_time=theme.SWAP))

    def forget_changes(self) -> list[Animation]:
        """Let a glow that stayed go, with its note; nothing where there is none."""
        gone, self.changes = self.changes, Group()
        return [FadeOut(gone)] if len(gone) else []

    def _drawn(
        self, filters: npt.NDArray[np.float32] | None, limit: float
    ) -> ImageMobject | RoundedRectangle:
        """Return the weights as tiles, or a plain tile where they are not known."""
        area = self.plate_slot
        if filters is None:
            tile = RoundedRectangle(
                corner_radius=self.frame.px(CORNER - 5),
                width=area.width,
                height=area.height,
                fill_color=theme.MODEL,
                fill_opacity=1,
                stroke_width=0,
            )
            return tile.move_to(area.center).set_z_index(layers.CONTENT)
        image = picture(plate(filters, limit, area.width / area.height), area)
        return image.set_z_index(layers.CONTENT)

    def _key(self, note: Text) -> VGroup:
        """Return a note in the tray after a square that glows."""
        square = Square(self.frame.px(SWATCH), fill_color=theme.INK, fill_opacity=1, stroke_width=0)
        words = Words(note, self.frame)
        gap = self.frame.px(14)
        left = self.tray.center - np.array([(square.width + gap + words.width) / 2, 0, 0])
        square.move_to(left + np.array([square.width / 2, 0, 0]))
        words.put(left + np.array([square.width + gap, 0, 0]), -1)
        return VGroup(square, words).set_z_index(layers.CONTENT)


class Share(VGroup):
    """An update's part of the average: a bar as wide as its n_k/n, with the share in it.

    ``room`` is that width, of which a little stays free beside the next one.
    """

    def __init__(self, text: Text, area: Slot, frame: Frame) -> None:
        gap = min(frame.px(BETWEEN), MOST_BETWEEN * area.width)
        self.body = Rectangle(width=area.width - gap, height=area.height, stroke_width=0)
        self.body.set_fill(theme.UPDATE, opacity=1).move_to(area.center)
        self.room = area.width
        super().__init__(self.body)
        words = Words(text, frame, color=theme.ON_BRIGHT, weight="SEMIBOLD").put(area.center)
        if words.width < FILLING * area.width:
            self.add(words)
        self.body.set_z_index(layers.PACKETS)
        words.set_z_index(layers.PACKET_TEXT)


def share_slots(tray: Slot, shares: Sequence[float]) -> tuple[Slot, ...]:
    """Split the tray side by side in proportion to shares."""
    slots, left = [], tray.left
    for share in shares:
        right = left + share / sum(shares) * tray.width
        slots.append(box(left, tray.bottom, right, tray.top))
        left = right
    return tuple(slots)

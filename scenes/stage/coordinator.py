"""The coordinator: holds the global model, drawn as a plate of its real weights."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    FadeIn,
    Group,
    ImageMobject,
    Rectangle,
    VGroup,
)

from scenes import theme
from scenes.figures import Told, text
from scenes.stage import layers
from scenes.stage.layout import Frame, Slot, box
from scenes.stage.panel import Panel, Recess
from scenes.stage.pictures import Rewrite, picture, plate
from scenes.stage.text import Words
from scenes.stage.wires import PACKET_HEIGHT

PAD = 20  # pixels


class Coordinator(Group):
    """The coordinator's panel, its plate of weights and its tray for what comes in."""

    def __init__(self, slot: Slot, frame: Frame) -> None:
        px = frame.px
        self.frame = frame
        self.slot = slot
        self.panel = Panel(slot, frame)
        self.words = Words(text("Coordinator"), frame, weight="SEMIBOLD")
        self.words.put(np.array([slot.x, slot.top - px(PAD + theme.LABEL / 2), 0.0]))
        self.tray = box(
            slot.left + px(PAD),
            slot.bottom + px(PAD - 6),
            slot.right - px(PAD),
            slot.bottom + px(PAD - 6 + PACKET_HEIGHT),
        )
        self.plate_slot = box(
            slot.left + px(PAD),
            self.tray.top + px(18),
            slot.right - px(PAD),
            slot.top - px(PAD + theme.LABEL + 18),
        )
        self.plate: ImageMobject | None = None
        self.words.set_z_index(layers.CONTENT)
        super().__init__(self.panel, Recess(self.tray, frame), self.words)

    def show_plate(self, filters: npt.NDArray[np.float32], limit: float) -> Animation:
        """Return the animation in which these weights take the place of those shown."""
        new = picture(plate(filters, limit), self.plate_slot)
        new.set_z_index(layers.CONTENT)
        old, self.plate = self.plate, new
        if old is None:
            return FadeIn(new, scale=0.92)
        return Rewrite(old, new, 2.4 * theme.MOVE)


class Share(VGroup):
    """An update's part of the average: a bar as wide as its n_k/n, with the share in it."""

    def __init__(self, told: Told, area: Slot, frame: Frame) -> None:
        self.body = Rectangle(
            width=area.width,
            height=area.height,
            fill_color=theme.UPDATE,
            fill_opacity=1,
            stroke_color=theme.PANEL,
            stroke_width=2,
        ).move_to(area.center)
        super().__init__(self.body)
        words = Words(told, frame, color=theme.ON_BRIGHT, weight="SEMIBOLD").put(area.center)
        if words.width < 0.92 * area.width:
            self.add(words)
        self.body.set_z_index(layers.PACKETS)
        words.set_z_index(layers.PACKET_TEXT)


def share_slots(tray: Slot, shares: Sequence[float]) -> tuple[Slot, ...]:
    """Split the tray side by side in proportion to shares that sum to one."""
    slots, left = [], tray.left
    for share in shares:
        right = left + share * tray.width
        slots.append(box(left, tray.bottom, right, tray.top))
        left = right
    return tuple(slots)

"""The texts at the frame's edges: title, status, overlay of metrics, and caption."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, VGroup, Wait
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.camera import pin
from scenes.drawing.layout import Frame, Layout, Slot
from scenes.drawing.text import LEADING, Block, Words, cut, with_shorter_name, wrapped
from scenes.story.specs import Metric
from scenes.text.errors import FitError
from scenes.text.lines import Text, split

GAP = 56  # pixels between two metrics
DESCENT = 5  # pixels by which descenders lower the look of a block of text
NAME_LEADING = 40  # pixels between both lines of a metric's long name
BENEATH = 20  # least pixels between stacked metrics
CARD_APART = 110  # pixels between the lines of a title card
STACKED = 150  # slot height in pixels from which metrics are stacked


class Chrome:
    """The texts at the frame's edges. Its methods return the animation of a change."""

    def __init__(self, layout: Layout, camera: Any) -> None:
        self.frame: Frame = layout.frame
        self.camera = camera
        self.layout = layout
        self.on_screen: dict[str, VGroup] = {}

    def title(self, text: Text) -> Animation:
        """Show the chapter's title, top left."""
        words = Words(text, self.frame, pixels=theme.TITLE, weight="SEMIBOLD")
        return self._swap("title", VGroup(words.put(self._top_left(theme.TITLE / 2), -1)))

    def status(self, text: Text) -> Animation:
        """Show the status line under the title; a long run name is cut."""
        words = cut(text, self.frame, self.layout.frame.safe.width, color=theme.MUTED)
        return self._swap("status", VGroup(words.put(self._top_left(theme.TITLE + 45), -1)))

    def overlay(self, metrics: Sequence[Metric], *, alone: bool = False) -> Animation:
        """Show metrics side by side: under the title, or top right if there is no stage."""
        slot, side = (self.layout.headline, 1) if alone else (self.layout.overlay, -1)
        edge = slot.at(1, 1) if alone else slot.at(0, 1)
        group = VGroup()
        stacked = slot.height > self.frame.px(STACKED)
        room = self._room(metrics, slot, stacked=stacked)
        for metric in reversed(metrics) if alone else metrics:
            entry = self._entry(metric, edge, side, room)
            group.add(*entry)
            if stacked:
                down = max(slot.height / 2, entry.height + self.frame.px(BENEATH))
                edge = edge - np.array([0, down, 0])
            else:
                edge = edge - side * np.array([entry.width + self.frame.px(GAP), 0, 0])
        return self._swap("overlay", group)

    def tally(self, metrics: Sequence[Metric]) -> Animation:
        """Show metrics like ``overlay``, or wait if there are none."""
        return self.overlay(metrics) if metrics else Wait(theme.SWAP)

    def _room(self, metrics: Sequence[Metric], slot: Slot, *, stacked: bool) -> float:
        """Return the largest width of a metric: no limit if all fit, else an equal share."""
        gaps = 0.0 if stacked else self.frame.px(GAP) * (len(metrics) - 1)
        widths = [self._entry(metric, slot.center, 1, slot.width).width for metric in metrics]
        fits = max(widths) <= slot.width if stacked else sum(widths) + gaps <= slot.width
        shares = 1 if stacked else len(metrics)
        return slot.width if fits else (slot.width - gaps) / shares

    def _entry(self, metric: Metric, corner: Point3D, side: float, room: float) -> VGroup:
        """Return a metric's value over its name, aligned at ``corner``.

        A name wider than ``room`` takes two lines.
        """
        down = np.array([0, self.frame.px(1), 0])
        number = Words(
            metric.value,
            self.frame,
            pixels=theme.TITLE,
            color=theme.color(metric.role),
            weight="SEMIBOLD",
        )
        number.put(corner - down * theme.TITLE / 2, side)
        entry = VGroup(number)
        for i, name in enumerate(self._in_lines(metric.name, room)):
            entry.add(name.put(corner - down * (theme.TITLE + 33 + i * NAME_LEADING), side))
        return entry

    def _in_lines(self, name: Text, room: float) -> Sequence[Words]:
        """Return a name as one line, or as two lines of similar width if it does not fit."""
        whole = Words(name, self.frame, color=theme.MUTED)
        if whole.width <= room or " " not in str(name):
            return [whole]
        words = str(name).split(" ")
        pairs = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
        lines = split(name, min(pairs, key=lambda pair: max(map(len, pair))))
        return [Words(line, self.frame, color=theme.MUTED) for line in lines]

    def tick(self, metrics: Sequence[Metric], *, alone: bool = False) -> None:
        """Replace the overlay's numbers without an animation, as a running counter."""
        overlay = self.on_screen["overlay"]
        self.overlay(metrics, alone=alone)
        overlay.submobjects = self.on_screen["overlay"].submobjects
        self.on_screen["overlay"] = overlay

    def caption(self, block: Block) -> Animation:
        """Replace the caption."""
        slot: Slot = self.layout.caption
        leading = self.frame.px(theme.TITLE * LEADING)
        rise = leading * (len(block) - 1) / 2 + self.frame.px(DESCENT)
        first = slot.at(0.5, 0.5) + np.array([0, rise, 0])
        return self._swap("caption", block.shift(first - block[0].anchor))

    def hide(self, name: str) -> list[Animation]:
        """Return the animation that removes a text, if it is on screen."""
        return [FadeOut(self.on_screen.pop(name))] if name in self.on_screen else []

    def _top_left(self, down: float) -> Point3D:
        corner = self.layout.title.at(0, 1)
        return np.array([corner[0], corner[1] - self.frame.px(down), 0.0])

    def _swap(self, name: str, new: VGroup) -> Animation:
        old = self.on_screen.get(name)
        self.on_screen[name] = new
        pin(new, self.camera, self.frame)
        if old is None:
            return FadeIn(new, run_time=theme.SWAP)
        return AnimationGroup(
            FadeOut(old, run_time=theme.SWAP / 2),
            FadeIn(new, run_time=theme.SWAP / 2),
            lag_ratio=1,
        )


def title_card(title: Text, origin: Text, frame: Frame) -> VGroup:
    """Return the card with which a chapter alone begins: its title, and where it is from."""
    above = _lines_of(title, frame, theme.DISPLAY, "SEMIBOLD", theme.INK)
    below = _lines_of(origin, frame, theme.LABEL, "NORMAL", theme.MUTED)
    middle, card = frame.safe.center, VGroup()
    for lines, pixels, first in (
        (above, theme.DISPLAY, len(above) - 1),
        (below, theme.LABEL, 0),
    ):
        side = 1 if lines is above else -1
        for i, words in enumerate(lines):
            up = side * CARD_APART / 2 + (first - i) * pixels * LEADING
            card.add(words.put(middle + np.array([0.0, frame.px(up), 0.0])))
    return card


def _lines_of(text: Text, frame: Frame, pixels: float, weight: str, color: str) -> list[Words]:
    """Return a text on as many lines as the frame's width makes necessary."""
    whole = Words(text, frame, pixels=pixels, weight=weight, color=color)
    if whole.width <= frame.safe.width:
        return [whole]
    columns = int(len(str(text)) * frame.safe.width / whole.width)
    parts = split(text, wrapped(str(text), columns - 1))
    return [Words(part, frame, pixels=pixels, weight=weight, color=color) for part in parts]


def caption_block(text: Text, layout: Layout) -> Block:
    """Return a caption as a block of lines; its names are cut where it is too long.

    Raises:
        FitError: the caption needs too many lines.
    """
    columns, most = layout.caption_shape
    lines = wrapped(str(text), columns)
    while len(lines) > most and (shorter := with_shorter_name(text)) is not None:
        text, lines = shorter, wrapped(str(shorter), columns)
    if len(lines) > most:
        raise FitError(
            f"the caption {str(text)!r} needs {len(lines)} lines of {columns} characters, but "
            f"{most} are allowed. Shorten it"
        )
    parts = split(text, lines)
    words = [Words(part, layout.frame, pixels=theme.TITLE) for part in parts]
    return Block(words, layout.frame.px(theme.TITLE * LEADING))

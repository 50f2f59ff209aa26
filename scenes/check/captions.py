"""Captions can be read: slowly enough, and in few short lines."""

from textwrap import wrap

from scenes.check.finding import Fault, Glance
from scenes.check.moment import Moment
from scenes.drawing.layout import layout

FASTEST = 17.0  # characters a second
SHORTEST = 1.2  # seconds on screen


class Captions(Glance):
    """Every caption's reading speed, time on screen and shape.

    Captions are the subtitles that a scene adds; a scene without any has none.
    """

    def __init__(self) -> None:
        self.checked = 0

    def see(self, moment: Moment) -> list[Fault]:
        """Wait: nothing is known of a caption before its beat ends."""
        return []

    def end_beat(self, last: Moment) -> list[Fault]:
        """Look at the captions added since the last beat."""
        every = last.scene.renderer.file_writer.subcaptions
        new, self.checked = every[self.checked :], len(every)
        columns, most = layout(last.frame).caption_shape
        faults = []
        for caption in new:
            words, start = caption.content, caption.start.total_seconds()
            seconds = caption.end.total_seconds() - start
            lines = lines_of(words, columns)
            longest = max(map(len, lines))
            faults += _above("reading speed", words, len(words) / seconds, FASTEST, "characters/s")
            faults += _above("caption shape", words, len(lines), most, "lines")
            faults += _above("caption shape", words, longest, columns, "characters in a line")
            if seconds < SHORTEST:
                faults.append(
                    Fault("caption time", words, seconds, SHORTEST, "s", (), at_least=True)
                )
        return faults


def lines_of(caption: str, columns: int) -> list[str]:
    """Return a caption's lines: its own, or those that it needs."""
    return caption.splitlines() if "\n" in caption else wrap(caption, columns) or [""]


def _above(rule: str, about: str, measured: float, limit: float, unit: str) -> list[Fault]:
    return [Fault(rule, about, measured, limit, unit)] if measured > limit + 1e-6 else []

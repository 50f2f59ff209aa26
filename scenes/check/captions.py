"""The caption rule: reading speed, time on screen, and number and length of lines."""

from textwrap import wrap

from scenes.check.finding import Fault, Rule
from scenes.check.moment import Moment

FASTEST = 17.0  # characters a second
SHORTEST = 1.2  # seconds on screen


class Captions(Rule):
    """Captions stay long enough to be read and fit into a few short lines.

    Captions are the subtitles that a scene adds.
    """

    def __init__(self) -> None:
        self.checked = 0

    def check_beat(self, last: Moment) -> list[Fault]:
        """Return the faults of the captions added since the last beat."""
        every = last.scene.renderer.file_writer.subcaptions
        new, self.checked = every[self.checked :], len(every)
        columns, most = last.shape.caption
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
    """Return a caption's lines: as written, or wrapped to a number of columns."""
    return caption.splitlines() if "\n" in caption else wrap(caption, columns) or [""]


def _above(rule: str, about: str, measured: float, limit: float, unit: str) -> list[Fault]:
    return [Fault(rule, about, measured, limit, unit)] if measured > limit + 1e-6 else []

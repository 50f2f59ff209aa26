"""A beat ends with a picture that stands still."""

from typing import Any

import numpy as np
import numpy.typing as npt

from scenes.check.finding import Fault, Glance
from scenes.check.moment import Moment
from scenes.check.parts import Part

LEAST = 0.3  # seconds that nothing has changed at a beat's end
LOOSE = 1e-4


class Settled(Glance):
    """Nothing changes in a beat's last moments: no place, no colour, no opacity, no pixel."""

    def __init__(self) -> None:
        self._last: npt.NDArray[np.float64] | None = None
        self._since = 0.0  # when the last change was seen
        self._began = 0.0

    def see(self, moment: Moment) -> list[Fault]:
        """Note when something has changed."""
        now = fingerprint(moment)
        last, self._last = self._last, now
        if last is None or last.shape != now.shape or np.abs(last - now).max(initial=0) > LOOSE:
            self._since = moment.time - moment.stood
        return []

    def end_beat(self, last: Moment) -> list[Fault]:
        """Compare the time since the last change."""
        still = last.time - self._since
        if still >= LEAST - 1e-6:
            return []
        return [Fault("settled", "the beat's end", still, LEAST, "s", (), at_least=True)]


def fingerprint(moment: Moment) -> npt.NDArray[np.float64]:
    """Return numbers that are the same for the same picture, (parts, 9)."""
    rows = [_row(part) for part in moment.parts if part.opacity > 0]
    return np.array(rows, dtype=np.float64).reshape(-1, 9)


def _row(part: Part) -> tuple[float, ...]:
    colours = (float(part.fill_colors.sum()), float(part.stroke_colors.sum()))
    pixels = 0.0
    if part.is_image:
        image: Any = part.mobject
        pixels = float(image.get_pixel_array()[::3, ::3].mean())
    return (*part.box, part.fill, part.stroke, *colours, pixels)

"""The settled rule: a beat ends with a still picture."""

from typing import Any

import numpy as np
import numpy.typing as npt

from scenes.check.finding import Fault, Rule
from scenes.check.moment import Moment
from scenes.check.parts import Part

LEAST = 0.3  # seconds without a change at a beat's end
TOLERANCE = 1e-4


class Settled(Rule):
    """Nothing changes at the end of a beat: no place, colour, opacity or pixel."""

    def __init__(self) -> None:
        self._last: npt.NDArray[np.float64] | None = None
        self._since = 0.0  # time of the last change
        self._began = 0.0

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return nothing; record the time of a change."""
        now = fingerprint(moment)
        last, self._last = self._last, now
        if last is None or last.shape != now.shape or np.abs(last - now).max(initial=0) > TOLERANCE:
            self._since = moment.time - moment.seconds_still
        return []

    def check_beat(self, last: Moment) -> list[Fault]:
        """Return a fault if the last change is too recent."""
        still = last.time - self._since
        if still >= LEAST - 1e-6:
            return []
        return [Fault("settled", "the beat's end", still, LEAST, "s", (), at_least=True)]


def fingerprint(moment: Moment) -> npt.NDArray[np.float64]:
    """Return numbers that are equal for equal pictures, shape (parts, 9)."""
    rows = [_row(part) for part in moment.parts if part.opacity > 0]
    return np.array(rows, dtype=np.float64).reshape(-1, 9)


def _row(part: Part) -> tuple[float, ...]:
    colours = (float(part.fill_colors.sum()), float(part.stroke_colors.sum()))
    pixels = 0.0
    if part.is_image:
        image: Any = part.mobject
        pixels = float(image.get_pixel_array()[::3, ::3].mean())
    return (*part.box, part.fill, part.stroke, *colours, pixels)

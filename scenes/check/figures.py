"""The rule of figures: no caption gives a result before the picture has shown it."""

from collections.abc import Iterator
from math import isnan

from scenes.check.film import Words
from scenes.check.finding import Fault, Rule
from scenes.check.moment import Moment
from scenes.check.parts import TextOnScreen
from scenes.text.numbers import Number

RULE = "figure first"
# Fields of a record that a run measured. Other numbers, such as how many workers there are, are
# drawn as objects.
MEASURED = frozenset((
    "accuracy", "loss", "loss_curve", "confusion", "predictions", "probes", "samples", "members",
    "psnr", "similarity",
))  # fmt: skip
COUNTABLE = 12  # a viewer counts so many objects


class FiguresFirst(Rule):
    """A measured number in a caption is also in the picture, at the same time or before.

    It is the same number if it reads the same. Few objects need no number.
    """

    def __init__(self) -> None:
        self._shown: set[str] = set()  # numbers in the picture, so far
        self._captions: set[tuple[str, str]] = set()  # captions and their numbers, so far

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the measured numbers of a new caption that no picture has shown."""
        for text in moment.texts:
            if text.role != "caption":
                self._shown.update(number.text for number in numbers_of(text))
        new = {
            (number.text, text.words): text
            for text in moment.texts
            if text.role == "caption"
            for number in numbers_of(text)
            if is_result(number)
        }
        faults = [
            Fault(RULE, f"{figure} in {words}", 1, 0, "figure", (text.box,))
            for (figure, words), text in new.items()
            if (figure, words) not in self._captions and figure not in self._shown
        ]
        self._captions.update(new)
        return faults


def numbers_of(text: TextOnScreen) -> Iterator[Number]:
    """Yield the numbers of a text with their sources."""
    if isinstance(text.owner, Words):
        yield from text.owner.numbers


def is_result(number: Number) -> bool:
    """Whether a number was measured, and is not one that a viewer counts."""
    if isnan(number.value) or (number.value.is_integer() and abs(number.value) <= COUNTABLE):
        return False
    return any(step in MEASURED for place in number.source.places for step in place.steps)

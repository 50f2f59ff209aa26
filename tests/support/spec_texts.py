"""Goes through what a story shows."""

from collections.abc import Iterator
from typing import Any

from scenes.outputs.captions import lines_in
from scenes.text.lines import numbers_of
from scenes.text.numbers import Number

__all__ = ["lines_in", "numbers_in"]


def numbers_in(spec: Any) -> Iterator[Number]:
    """Yield every number in a spec."""
    for found in lines_in(spec):
        yield from numbers_of(found)

"""Goes through what a story tells."""

from collections.abc import Iterator
from typing import Any

from scenes.outputs.captions import lines_in
from scenes.text.lines import Number

__all__ = ["figures_in", "lines_in"]


def figures_in(spec: Any) -> Iterator[Number]:
    """Yield every figure in what is told."""
    for found in lines_in(spec):
        if isinstance(found, Number):
            yield found
        else:
            yield from found.figures

"""Goes through what a story tells."""

from collections.abc import Iterator
from typing import Any

from scenes.figures import Figure
from scenes.release.captions import lines_in

__all__ = ["figures_in", "lines_in"]


def figures_in(told: Any) -> Iterator[Figure]:
    """Yield every figure in what is told."""
    for found in lines_in(told):
        if isinstance(found, Figure):
            yield found
        else:
            yield from found.figures

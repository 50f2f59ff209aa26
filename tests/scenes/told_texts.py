"""Goes through what a story tells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from scenes.figures import Figure, Line


def lines_in(told: Any) -> Iterator[Figure | Line]:
    """Yield every figure and every line in what is told, however deep."""
    if isinstance(told, Figure | Line):
        yield told
    elif is_dataclass(told):
        yield from lines_in([getattr(told, field.name) for field in fields(told)])
    elif isinstance(told, Mapping):
        yield from lines_in(list(told.values()))
    elif isinstance(told, Sequence) and not isinstance(told, str):
        for part in told:
            yield from lines_in(part)


def figures_in(told: Any) -> Iterator[Figure]:
    """Yield every figure in what is told."""
    for found in lines_in(told):
        if isinstance(found, Figure):
            yield found
        else:
            yield from found.figures

"""A row of charts above the cards that they belong to: as wide as they can all be."""

from collections.abc import Sequence

STEPS = 40  # widths that are tried, from the widest down
ASIDE = 0.2  # part of its width by which a chart may stand beside its card's middle, ...
NARROW = 0.6  # ... unless it would have to be narrower than this part of the greatest width


def row(
    middles: Sequence[float], ends: tuple[float, float], gap: float, widest: float
) -> tuple[float, list[float]]:
    """Return the charts' common width and the left edge of each.

    They are as wide as leaves them over their cards, or, where that takes too much, near these.
    Every chart reaches over its own card's middle, and none touches another.

    Args:
        middles: x of each card's middle, ascending.
        ends: where the row may begin and must end.
        gap: between two charts; half of it lies between a chart's edge and its card's middle.
        widest: the greatest width wanted.
    """
    for step in range(STEPS, 0, -1):
        width = widest * step / STEPS
        bounds = _bounds(middles, width, ends, gap)
        edges = _centred(middles, width, bounds, gap)
        aside = max(abs(edge + width / 2 - x) for edge, x in zip(edges, middles, strict=True))
        well = aside <= ASIDE * width or step <= NARROW * STEPS
        if well and all(low <= high for low, high in bounds):
            break
    return width, edges


def _bounds(
    middles: Sequence[float], width: float, ends: tuple[float, float], gap: float
) -> list[tuple[float, float]]:
    """Return between which x each chart's left edge may stand; there may be no room."""
    mirrored = [-x for x in reversed(middles)]
    first = _pushed(middles, width, ends[0], gap)
    last = [-edge - width for edge in reversed(_pushed(mirrored, width, -ends[1], gap))]
    return list(zip(first, last, strict=True))


def _pushed(middles: Sequence[float], width: float, start: float, gap: float) -> list[float]:
    """Return the edges of charts that stand as far to the left as they can."""
    edges: list[float] = []
    for x in middles:
        free = edges[-1] + width + gap if edges else start
        edges.append(max(free, x + gap / 2 - width))
    return edges


def _centred(
    middles: Sequence[float], width: float, bounds: Sequence[tuple[float, float]], gap: float
) -> list[float]:
    """Return the edges of charts that stand as near over their cards as they can."""
    edges: list[float] = []
    for x, (low, high) in zip(middles, bounds, strict=True):
        free = edges[-1] + width + gap if edges else low
        edges.append(min(max(x - width / 2, low, free), high))
    return edges

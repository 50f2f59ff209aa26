"""A row of loss curves above the cards of their workers, as wide as possible."""

from collections.abc import Sequence

from scenes.drawing.layout import Frame, Slot, box

WIDEST, LEAST_HEIGHT = 440, 100  # pixels of a curve
BETWEEN, AROUND = 56, 22  # pixels between curves, and above and below them
STEPS = 40  # widths to try, from the widest down
ASIDE = 0.2  # part of a curve's width by which its middle may differ from its card's,
NARROW = 0.6  # unless it would be narrower than this part of the widest


def curve_slots(cards: Sequence[Slot], space: Slot | None, frame: Frame) -> list[Slot]:
    """Return a slot for a curve above each card, or none without enough space."""
    px = frame.px
    if space is None or (space.height - 2 * px(AROUND)) < px(LEAST_HEIGHT):
        return []
    ends = (space.left, space.right)
    width, edges = row([card.x for card in cards], ends, px(BETWEEN), px(WIDEST))
    low, high = space.bottom + px(AROUND), space.top - px(AROUND)
    return [box(edge, low, edge + width, high) for edge in edges]


def row(
    middles: Sequence[float], ends: tuple[float, float], gap: float, widest: float
) -> tuple[float, list[float]]:
    """Return the common width of some curves and the left edge of each.

    Each curve is above the middle of its card, and none touches another.

    Args:
        middles: the x of each card's middle, ascending.
        ends: the left and the right end of the row.
        gap: the gap between two curves; half of it is between a curve's edge and its card's middle.
        widest: the greatest width.
    """
    for step in range(STEPS, 0, -1):
        width = widest * step / STEPS
        bounds = _bounds(middles, width, ends, gap)
        edges = _centred(middles, width, bounds, gap)
        aside = max(abs(edge + width / 2 - x) for edge, x in zip(edges, middles, strict=True))
        centred = aside <= ASIDE * width or step <= NARROW * STEPS
        if centred and all(low <= high for low, high in bounds):
            break
    return width, edges


def _bounds(
    middles: Sequence[float], width: float, ends: tuple[float, float], gap: float
) -> list[tuple[float, float]]:
    """Return the lowest and the highest x of each curve's left edge."""
    mirrored = [-x for x in reversed(middles)]
    first = _pushed(middles, width, ends[0], gap)
    last = [-edge - width for edge in reversed(_pushed(mirrored, width, -ends[1], gap))]
    return list(zip(first, last, strict=True))


def _pushed(middles: Sequence[float], width: float, start: float, gap: float) -> list[float]:
    """Return the left edges of curves as far to the left as possible."""
    edges: list[float] = []
    for x in middles:
        free = edges[-1] + width + gap if edges else start
        edges.append(max(free, x + gap / 2 - width))
    return edges


def _centred(
    middles: Sequence[float], width: float, bounds: Sequence[tuple[float, float]], gap: float
) -> list[float]:
    """Return the left edges of curves as close to the middles of their cards as possible."""
    edges: list[float] = []
    for x, (low, high) in zip(middles, bounds, strict=True):
        free = edges[-1] + width + gap if edges else low
        edges.append(min(max(x - width / 2, low, free), high))
    return edges

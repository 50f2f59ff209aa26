"""What stories and the stage have to agree on about crowds: how many come at once, and sums."""

from collections.abc import Callable, Sequence

from scenes.text.languages import integer, size
from scenes.text.lines import Line, Number, Text, line

MOST_CARDS = 12  # workers that the stage draws as cards; more are a crowd
MOST_MARKS = 3_000  # workers up to which each has a mark of its own, in every shape


def crowded(num_workers: float) -> bool:
    """Whether the workers are too many for cards."""
    return num_workers > MOST_CARDS


def each_has_a_mark(num_workers: float) -> bool:
    """Whether the workers are a crowd in which each stands as one small square."""
    return crowded(num_workers) and num_workers <= MOST_MARKS


def arrivals(num_updates: int, num_workers: int) -> list[int]:
    """Return how many updates have come in after each trip: cards send them one by one.

    A crowd's updates come in one stream.
    """
    if crowded(num_workers):
        return [num_updates] if num_updates else []
    return list(range(1, num_updates + 1))


def count_of(figures: Sequence[Number]) -> Number:
    """Return how many figures there are; they stand side by side in a list of the record."""
    source = figures[0].source.rpartition("[")[0] or "the figures shown"
    return Number(integer(len(figures)), f"count of {source}", float(len(figures)))


def sum_of(figures: Sequence[Number], form: Callable[[float], str]) -> Number:
    """Return the sum of some figures."""
    value = sum(figure.value for figure in figures)
    if len(figures) == 1:
        return figures[0]
    source = f"sum of {len(figures)} from {figures[0].source} to {figures[-1].source}"
    return Number(form(value), source, value)


def stream(sizes: Sequence[Text]) -> Text:
    """Return what a stream of updates is called: how many there are, and how large."""
    figures = [spec for spec in sizes if isinstance(spec, Number)]
    if len(sizes) == 1 or len(figures) < len(sizes):
        return sizes[0]
    if len({figure.text for figure in figures}) == 1:
        return line("{n} \u00d7 {size}", n=count_of(figures), size=figures[0])
    return line("{n} updates, {size}", n=count_of(figures), size=sum_of(figures, size))


def each_stands_for(num_workers: int, per_mark: int) -> Line:
    """Return the note under a crowd whose marks stand for several workers each."""
    source = "workers that share a mark, so that count of partitions fits into the picture"
    n = Number(integer(per_mark), source, float(per_mark))
    if num_workers % per_mark:
        return line("each mark: up to {n} workers", n=n)
    return line("each mark: {n} workers", n=n)

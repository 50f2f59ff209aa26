"""The numbers of workers that the stage draws as cards, as marks, or as a crowd."""

MOST_CARDS = 12  # workers drawn as cards; more are a crowd
MOST_MARKS = 3_000  # workers with one mark each, in every shape
MOST_WORKERS = 100_000  # workers of a run that can be shown


def crowded(num_workers: float) -> bool:
    """Whether the workers are too many for cards."""
    return num_workers > MOST_CARDS


def each_has_a_mark(num_workers: float) -> bool:
    """Whether the workers are a crowd with one small square each."""
    return crowded(num_workers) and num_workers <= MOST_MARKS


def arrivals(num_updates: int, num_workers: int) -> list[int]:
    """Return the number of updates that have arrived after each trip.

    Cards send updates one by one, a crowd in one stream.
    """
    if crowded(num_workers):
        return [num_updates] if num_updates else []
    return list(range(1, num_updates + 1))

"""The numbers of workers from which on the stage draws a crowd, which stories have to know."""

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

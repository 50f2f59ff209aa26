"""The memory that a run needs on the whole of CIFAR-10, at its peak."""

from collections.abc import Iterator

from measuring import Options, Row, fl_sim, record_folder, rounds, watched

NAME = "memory"
ROUNDS = 3
MOST_GIGABYTES = 1.5


def rows(options: Options) -> Iterator[Row]:
    """Measure one run, in process."""
    with record_folder() as folder:
        peak = watched(fl_sim(options, folder, *rounds(ROUNDS))).peak
    goal = f"below {MOST_GIGABYTES} GB"
    yield Row(f"{ROUNDS} rounds in process: peak memory", f"{peak / 1e9:.2f} GB", goal=goal)

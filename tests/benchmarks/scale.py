"""A thousand clients: how long, how much memory, and how large a record."""

import time
from collections.abc import Iterator
from pathlib import Path

from measuring import Options, Row, fl_sim, record_folder, rounds, watched

from fl_sim import record

NAME = "scale"
CLIENTS, ROUNDS, SHARE = 1000, 10, 0.01
MOST_MEGABYTES, MOST_SECONDS = 5, 0.2


def rows(options: Options) -> Iterator[Row]:
    """Measure one run, in process."""
    with record_folder() as folder:
        run = watched(a_thousand(options, folder))
        size = sum(path.stat().st_size for path in folder.iterdir())
        loading = min(_load(folder) for _ in range(5))
    what = f"{CLIENTS:,} clients, {ROUNDS} rounds"
    yield Row(what, f"{run.seconds:.1f} s")
    yield Row(f"{what}: peak memory", f"{run.peak / 1e9:.2f} GB")
    yield Row(f"{what}: record", f"{size / 1e6:.2f} MB", goal=f"at most {MOST_MEGABYTES} MB")
    yield Row(f"{what}: loading it", f"{loading:.2f} s", goal=f"below {MOST_SECONDS} s")


def a_thousand(options: Options, folder: Path) -> list[str]:
    """Return the command that makes the run, its record in ``folder``."""
    settings = [
        f"num-partitions={CLIENTS}",
        f"fraction-train={SHARE}",
        f"fraction-evaluate={SHARE}",
    ]
    assignments = [word for setting in settings for word in ("--set", setting)]
    return fl_sim(options, folder, *rounds(ROUNDS), *assignments)


def _load(folder: Path) -> float:
    start = time.perf_counter()
    record.load(folder)
    return time.perf_counter() - start

"""What recording costs an app of somebody else's, by the number of its weights."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median

from measuring import Options, Row, alternated, compared, record_folder

NAME = "recording"
APP = Path(__file__).parent / "large_app.py"
MILLIONS = (1, 5, 20)
STEPS = (10, 100)  # of each client in a round, with 32 examples each
GOAL = 1.1  # where clients train as long as 3,200 examples take
# A thread that waits for another one takes processor time, too.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def rows(options: Options) -> Iterator[Row]:
    """Compare the app's processor time with that of the same without a record."""
    for millions, steps in product(MILLIONS, STEPS):
        with record_folder() as folder:
            command = [sys.executable, str(APP), str(millions * 1_000_000), str(steps)]
            recorded = [*command, str(folder)]
            sides = (partial(_cpu_seconds, recorded), partial(_cpu_seconds, command))
            ours, theirs = map(median, alternated(options.pairs, *sides))
        what = f"{millions} million weights, {steps} steps; not recorded"
        yield compared(what, ours, theirs, GOAL if steps == max(STEPS) else None)


def _cpu_seconds(command: list[str]) -> float:
    """Return what the app prints last: its processor time in training."""
    there = {**os.environ, **ONE_THREAD}
    done = subprocess.run(command, env=there, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])

"""What recording costs an app of somebody else's, by the number of its weights."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

from measuring import Options, Row, alternated, compared, record_folder

NAME = "recording"
APP = Path(__file__).parent / "large_app.py"
MILLIONS = (1, 5, 20)
MOST_COMPARED = 5  # million weights up to which clients' updates are compared with each other
GOAL = 1.1
# A thread that waits for another one takes processor time, too.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def rows(options: Options) -> Iterator[Row]:
    """Compare the app's processor time with that of the same without a record."""
    for millions in MILLIONS:
        with record_folder() as folder:
            command = [sys.executable, str(APP), str(millions * 1_000_000)]
            recorded = [*command, str(folder)]
            sides = (partial(_cpu_seconds, recorded), partial(_cpu_seconds, command))
            ours, theirs = map(median, alternated(options.pairs, *sides))
        what = f"{millions} million weights, ten clients, 3 rounds; not recorded"
        yield compared(what, ours, theirs, GOAL if millions <= MOST_COMPARED else None)


def _cpu_seconds(command: list[str]) -> float:
    """Return what the app prints last: its processor time in training."""
    there = {**os.environ, **ONE_THREAD}
    done = subprocess.run(command, env=there, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])

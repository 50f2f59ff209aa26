"""15 rounds beside a bare PyTorch loop of the same training: what the federation costs."""

import sys
from collections.abc import Iterator
from pathlib import Path

from measuring import Options, Row, compared, fl_sim, in_turn, record_folder, rounds

NAME = "bare"
ROUNDS = 15
GOAL = 1.0


def rows(options: Options) -> Iterator[Row]:
    """Compare with the loop on one thread, and on as many as Torch chooses."""
    program = Path(__file__).parent / "bare_loop.py"
    loop = [sys.executable, str(program), "--data", options.data, "--rounds", str(ROUNDS)]
    with record_folder() as folder:
        ours = fl_sim(options, folder, *rounds(ROUNDS))
        run, one_thread, threads = in_turn(options.pairs, ours, [*loop, "--threads", "1"], loop)
    yield compared(f"{ROUNDS} rounds; bare loop on one thread", run, one_thread, GOAL)
    yield compared(f"{ROUNDS} rounds; bare loop on Torch's threads", run, threads, GOAL)

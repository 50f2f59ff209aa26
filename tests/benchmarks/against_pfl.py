"""15 rounds beside the same training by pfl, Apple's simulator."""

from collections.abc import Iterator
from pathlib import Path

from measuring import Options, Row, compared, fl_sim, in_turn, record_folder, rounds

NAME = "pfl"
ROUNDS = 15
GOAL = 1.0


def rows(options: Options) -> Iterator[Row]:
    """Compare with pfl on one thread, and on as many as Torch chooses."""
    if options.pfl_python is None:
        yield Row(f"{ROUNDS} rounds; pfl", "skipped: --pfl-python names no Python that has pfl")
        return
    program = Path(__file__).parent / "pfl_loop.py"
    loop = [options.pfl_python, str(program), "--data", options.data, "--rounds", str(ROUNDS)]
    with record_folder() as folder:
        ours = fl_sim(options, folder, *rounds(ROUNDS))
        run, one_thread, threads = in_turn(options.pairs, ours, [*loop, "--threads", "1"], loop)
    yield compared(f"{ROUNDS} rounds; pfl on one thread", run, one_thread, GOAL)
    yield compared(f"{ROUNDS} rounds; pfl on Torch's threads", run, threads, GOAL)

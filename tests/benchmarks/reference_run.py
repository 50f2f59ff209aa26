"""How much a recorded federated run costs beside a bare PyTorch loop of the same training.

Both are whole processes, start-up included, in alternation; medians are compared.

    python tests/benchmarks/reference_run.py --data ~/cifar10
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

GOAL = 1.15
BARE_LOOP = Path(__file__).parent / "bare_loop.py"


def seconds(command: list[str]) -> float:
    """Return how long a command runs. It must succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def fl_sim(data: str) -> float:
    """Time ``fl-sim run`` with its default settings, which are the reference run's."""
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "fl_sim.cli", "run", "benchmark"]
        return seconds([*run, "--data", data, "--out", f"{folder}/benchmark"])


def bare_loop(data: str, threads: int) -> float:
    """Time the bare loop."""
    command = [sys.executable, str(BARE_LOOP), "--data", data, "--threads", str(threads)]
    return seconds(command)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder in the layout of uoft-cs/cifar10")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="of the bare loop; fl-sim has one")
    arguments = parser.parse_args()
    pairs = []
    for number in range(1, arguments.pairs + 1):
        pair = fl_sim(arguments.data), bare_loop(arguments.data, arguments.threads)
        pairs.append(pair)
        print(f"pair {number}: fl-sim {pair[0]:6.1f} s   bare loop {pair[1]:6.1f} s", flush=True)
    ours, bare = (median(column) for column in zip(*pairs, strict=True))
    print(f"median: fl-sim {ours:6.1f} s   bare loop {bare:6.1f} s")
    print(f"ratio:  {ours / bare:.2f} (goal: at most {GOAL})")


if __name__ == "__main__":
    main()

"""Makes runs of the app whole, and once more with a kill -9 every few rounds.

A program of its own: it loads everything once, and every attempt is a fork of it, so that an
attempt takes as long as its training.

    python kill_often.py FOLDER SEED CASE ...

A case is how often to kill, and settings: "20 strategy=fedadam num-server-rounds=40". Of the first
it leaves the folders 0-whole and 0-killed, and prints how many attempts were killed.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from flwr.app import Context, RecordDict

from fl_sim.app import client_app, server_app, task
from fl_sim.app.settings import Settings, Value, defaults, override
from fl_sim.running.in_process import InProcessGrid

SMALL = Path(__file__).parents[1] / "data" / "cifar10-small"
SETTINGS = ("num-partitions=4", "fraction-train=0.5", f"dataset={SMALL}")
POLL = 0.001  # seconds


def attempt(config: dict[str, Value]) -> int:
    """Run the app from where it was left, to its end, in a process of its own; return its id."""
    child = os.fork()
    if child == 0:
        log = os.open(f"{config['out']}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 2)
        grid = InProcessGrid(client_app.app, config, int(config["num-partitions"]))
        server_app.app(grid, Context(1, 1, {}, RecordDict(), config))
        sys.stderr.flush()
        os._exit(0)
    return child


def finish(config: dict[str, Value]) -> float:
    """Let an attempt end; return how long it took."""
    started = time.monotonic()
    code = os.waitstatus_to_exitcode(os.waitpid(attempt(config), 0)[1])
    if code != 0:
        raise SystemExit(Path(f"{config['out']}.log").read_text())
    return time.monotonic() - started


def rounds_done(config: dict[str, Value]) -> int:
    """Return the last round that is in the journal, -1 before round 0."""
    path = Path(str(config["out"])) / server_app.JOURNAL / "journal.jsonl"
    return path.read_bytes().count(b"\n") - 2 if path.exists() else -1


def kill_after(target: int, delay: float, config: dict[str, Value]) -> bool:
    """Kill an attempt some seconds after a round; tell whether it had not ended before."""
    child = attempt(config)
    deadline = None
    while deadline is None or time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        if deadline is None and rounds_done(config) >= target:
            deadline = time.monotonic() + delay
        time.sleep(POLL)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def try_case(folder: Path, case: str, chance: random.Random) -> int:
    """Make a run whole, and killed; return how many attempts were killed."""
    kills, *settings = case.split()
    known = {**override(defaults(), [*SETTINGS, *settings]), "name": "run"}
    seconds = finish({**known, "out": f"{folder}-whole"})
    rounds = int(known["num-server-rounds"])
    config = {**known, "out": f"{folder}-killed"}
    killed = sum(
        # Anywhere in a round and its files, and for the first, in what comes before all rounds.
        kill_after(i * rounds // int(kills) - 1, chance.uniform(0, 2 * seconds / rounds), config)
        for i in range(int(kills))
    )
    finish(config)
    return killed


def main() -> None:
    """Try every case."""
    folder, seed, *cases = sys.argv[1:]
    config = {**override(defaults(), SETTINGS), "name": "run"}
    task.load_data(Settings.of(config).dataset)
    chance = random.Random(int(seed))
    print(*[try_case(Path(folder) / str(i), case, chance) for i, case in enumerate(cases)])


if __name__ == "__main__":
    main()

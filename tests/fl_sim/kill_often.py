"""Runs the app again and again, and kills it at random moments until it has had time to end.

A program of its own: it loads everything once, and every attempt is a fork of it, so that an
attempt takes as long as its training.

    python kill_often.py FOLDER KILLS SEED [SETTING ...]
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from flwr.app import Context, RecordDict

from fl_sim.app import client_app, server_app, task
from fl_sim.app.settings import Settings, defaults, override
from fl_sim.running.in_process import InProcessGrid

SMALL = Path(__file__).parents[1] / "data" / "cifar10-small"


def attempt(config: dict[str, object]) -> None:
    """Run the app from where it was left, to its end."""
    grid = InProcessGrid(client_app.app, config, int(config["num-partitions"]))
    server_app.app(grid, Context(1, 1, {}, RecordDict(), config))


def kill_after(seconds: float, config: dict[str, object]) -> int:
    """Have a child make an attempt; return how it ended: 0, or minus the signal."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        attempt(config)
        sys.stderr.flush()
        os._exit(0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Kill, then let the run end; print how many attempts were killed."""
    folder, kills, seed, *settings = sys.argv[1:]
    small = ["num-partitions=4", "fraction-train=0.5", f"dataset={SMALL}", "name=run"]
    config = {**override(defaults(), [*small[:3], *settings]), "name": "run", "out": folder}
    task.load_data(Settings.of(config).dataset)
    chance = random.Random(int(seed))
    killed = 0
    for _ in range(int(kills)):
        killed += kill_after(chance.uniform(0.0, 0.6), config) == -signal.SIGKILL
    while (code := kill_after(60, config)) != 0:
        raise SystemExit(f"an attempt ended with {code}")
    print(killed)


if __name__ == "__main__":
    main()

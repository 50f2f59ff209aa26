"""A program that makes runs of the app whole, and once more with a kill -9 every few rounds.

It loads everything once, and every attempt is a fork of it, so that an attempt takes as long as
its training. An attempt kills itself, some calls of functions after a round has ended: where it
stops does not depend on how fast the machine is.

    python kill_often.py FOLDER SEED CASE ...

A case is how often to kill, and settings: "20 strategy=fedadam num-server-rounds=40". Of the first
it leaves the folders 0-whole and 0-killed, and prints how many attempts were killed.
"""

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import dp_accounting.rdp  # noqa: F401  # else each attempt would load it, in its first round
import torch
from flwr.app import Context, RecordDict

from fl_sim.app import cifar10, client_app, server_app
from fl_sim.app.settings import Settings, Value, defaults, override
from fl_sim.running.in_process import InProcessGrid

SMALL = Path(__file__).parents[1] / "data" / "cifar10-small"
SETTINGS = ("num-partitions=4", "fraction-train=0.5", f"dataset={SMALL}")

Config = dict[str, Value]


def attempt(config: Config, prepare: Callable[[], None]) -> int:
    """Run the app from where it was left, in a process of its own; return how that ended."""
    child = os.fork()
    if child == 0:
        log = os.open(f"{config['out']}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 2)
        prepare()
        grid = InProcessGrid(client_app.app, config, int(config["num-partitions"]))
        server_app.app(grid, Context(1, 1, {}, RecordDict(), config))
        sys.setprofile(None)
        sys.stderr.flush()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def finish(config: Config, prepare: Callable[[], None] = lambda: None) -> None:
    """Let an attempt run to its end."""
    if attempt(config, prepare) != 0:
        raise SystemExit(Path(f"{config['out']}.log").read_text())


def count_calls(file: Path) -> None:
    """Write into a file, after each round, how many functions this process has called by then."""
    calls = 0
    by_round: list[int] = []

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    def note() -> None:
        by_round.append(calls)
        file.write_text("\n".join(map(str, by_round)))

    after_each_round(note)
    sys.setprofile(count)


def die(config: Config, rounds: int, calls: int) -> None:
    """Kill this process when it has called so many functions after so many rounds."""
    left = calls

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def begin() -> None:
        if rounds_done(config) >= rounds:
            sys.setprofile(count)

    after_each_round(begin)
    begin()


def after_each_round(call: Callable[[], object]) -> None:
    """Have the journal of this process call a function when a round has ended."""
    append = server_app.Journal.append

    def append_and_call(*arguments: object) -> None:
        append(*arguments)
        call()

    server_app.Journal.append = append_and_call


def rounds_done(config: Config) -> int:
    """Return the last round that is in the journal, -1 before round 0."""
    path = Path(str(config["out"])) / server_app.JOURNAL / "journal.jsonl"
    return path.read_bytes().count(b"\n") - 2 if path.exists() else -1


def try_case(folder: Path, case: str, chance: random.Random) -> int:
    """Make a run whole, and killed; return how many attempts were killed."""
    kills, *settings = case.split()
    known = {**override(defaults(), [*SETTINGS, *settings]), "name": "run"}
    counted = Path(f"{folder}.calls")
    finish({**known, "out": f"{folder}-whole"}, lambda: count_calls(counted))
    rounds = int(known["num-server-rounds"])
    *_, before, last = map(int, counted.read_text().split())
    a_round = last - before  # the first rounds load what later ones do not
    config = {**known, "out": f"{folder}-killed"}
    killed = 0
    for i in range(int(kills)):
        # Anywhere in a round and its files, and for the first, in what comes before all rounds.
        after, calls = i * rounds // int(kills) - 1, chance.randrange(1, 2 * a_round)
        ended = attempt(config, lambda after=after, calls=calls: die(config, after, calls))
        killed += ended == -signal.SIGKILL
    finish(config)
    return killed


def main() -> None:
    """Try every case."""
    folder, seed, *cases = sys.argv[1:]
    config = {**override(defaults(), SETTINGS), "name": "run"}
    torch.set_num_threads(1)  # copies of this process have none of its other threads
    cifar10.load(Settings.of(config).dataset)
    chance = random.Random(int(seed))
    print(*[try_case(Path(folder) / str(i), case, chance) for i, case in enumerate(cases)])


if __name__ == "__main__":
    main()

"""A program that kills commands at random moments, lets them go on, and prints what is left.

    python kill_commands.py FOLDER [run | ray | deployment | film | release]... [-n TRIALS]

Each trial has a new folder. In it a command is killed by kill -9 within the time that it takes, and
its programs must end and its keys go; then the same command is run to its end, or resumed, and what
it leaves must be that of one that was not killed. The folder's path is short, or Flower's sockets
have no room. It needs Linux.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from environment_faults import EXPECTED, MARK, ROOT, processes
from tiny_record import full_run

from fl_sim import record

PYTHON = f"{sys.executable} -P -m"
SMALL = ROOT / "tests" / "data" / "cifar10-small"
TRAIN = f"{PYTHON} fl_sim.cli run mine --out out/mine --data {SMALL}"
SETTINGS = "--set num-partitions=2 --set fraction-train=1.0 --set num-server-rounds=6"
PATIENCE = 300.0  # seconds for a command
DEPLOYED = 30.0  # seconds within which a deployment, which does not end, is killed
SETTLING = 30.0  # seconds in which what a killed command started has to end
LOOK = 0.2  # seconds between two looks
HALF_MADE = re.compile(r"\.\d+\.|work-|\.fedreel|\.site-")
KEY = b"PRIVATE KEY"


@dataclass(frozen=True)
class Kind:
    """A command, the one that goes on with what it began, and what both leave."""

    command: str
    again: str
    result: Callable[[Path], object]


def record_of(place: Path) -> object:
    """Return the fingerprint of a run, and the hash of its model."""
    folder = place / "out" / "mine"
    model = (folder / "model.safetensors").read_bytes()
    return record.fingerprint(record.load(folder)), sha256(model).hexdigest()


def files_of(place: Path) -> object:
    """Return the hash of each file of an output."""
    files = sorted(path for path in (place / "out").rglob("*") if path.is_file())
    return {str(path.relative_to(place)): sha256(path.read_bytes()).hexdigest() for path in files}


FILM = f"{PYTHON} scenes.cli film credits when_workers_fail -q low --run ../record -o out/x.mp4"
RELEASE = f"{PYTHON} scenes.cli release -q low --shape 16:9 --run ../record out/site"
KINDS = {
    "run": Kind(f"{TRAIN} {SETTINGS}", f"{TRAIN} --resume", record_of),
    "ray": Kind(f"{TRAIN} {SETTINGS} --on ray", f"{TRAIN} --on ray --resume", record_of),
    "deployment": Kind(f"{PYTHON} fl_sim.cli deploy --local 2", "", files_of),
    "film": Kind(FILM, FILM, files_of),
    "release": Kind(RELEASE, RELEASE, files_of),
}


def main() -> None:
    """Try each kind, and exit with the number of trials that went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("kinds", nargs="*", help="default: all")
    parser.add_argument("-n", "--trials", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    folder = given.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    record.save(full_run(), folder / "record")
    chance = random.Random(given.seed)
    sys.exit(
        sum(tried(KINDS[name], folder, name, given.trials, chance) for name in given.kinds or KINDS)
    )


def tried(kind: Kind, folder: Path, name: str, trials: int, chance: random.Random) -> int:
    """Try a kind so often; print what went wrong, and return how often it did."""
    seconds, wanted = uninterrupted(kind, folder / f"{name}-whole")
    print(f"{name}: {seconds:.1f} s whole", flush=True)
    wrong = 0
    for number in range(trials):
        after = chance.uniform(0, seconds)
        complaints = list(killed(kind, made(folder / f"{name}-{number}"), after, wanted))
        wrong += bool(complaints)
        print(f"{name} {number}: after {after:.1f} s: {complaints or 'ok'}", flush=True)
    print(f"{name}: {trials - wrong} of {trials}", flush=True)
    return wrong


def uninterrupted(kind: Kind, place: Path) -> tuple[float, object]:
    """Return the seconds that a command takes, and what it leaves."""
    if not kind.again:
        return DEPLOYED, None
    begun = time.monotonic()
    if said := end(kind.command, made(place)):
        sys.exit(said)
    return time.monotonic() - begun, kind.result(place)


def killed(kind: Kind, place: Path, after: float, wanted: object) -> Iterator[str]:
    """Kill a command after some seconds, and let it go on; yield what is wrong then."""
    with started(kind.command, place) as program:
        try:
            program.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            program.send_signal(signal.SIGKILL)
    if left := list(lasting(place)):
        yield f"still running: {left}"
    if keys := [str(path) for path in place.rglob("*") if path.is_file() and holds_key(path)]:
        yield f"keys: {keys}"
    if not kind.again:
        return
    # What was killed before its first round, or had ended, is begun anew.
    said = end(kind.again, place)
    if "no interrupted run" in said:
        said = end(kind.command, place)
    if "is finished already" not in said and said:
        yield said
    if kind.result(place) != wanted:
        yield "another result"
    if half := [path.name for path in place.rglob("*") if HALF_MADE.match(path.name)]:
        yield f"half made: {half}"
    if left := list(lasting(place)):
        yield f"still running in the end: {left}"


def made(place: Path) -> Path:
    """Make the new folder of a trial."""
    (place / "tmp").mkdir(parents=True)
    (place / "out").mkdir()
    return place


def started(command: str, place: Path) -> "subprocess.Popen[str]":
    """Start a command in a folder, with temporary files there."""
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(place / "tmp"), MARK: str(place),
    }  # fmt: skip
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        command.split(), cwd=place, env=environment, text=True, start_new_session=True, **streams
    )


def end(command: str, place: Path) -> str:
    """Run a command to its end; return what it says where it fails."""
    with started(command, place) as program:
        _, said = program.communicate(timeout=PATIENCE)
    lines = [line for line in said.splitlines() if not EXPECTED.match(line)]
    return " / ".join(lines)[-400:] if program.returncode not in (0, 130) else ""


def lasting(place: Path) -> Iterator[str]:
    """Yield the processes of a trial that do not end."""
    deadline = time.monotonic() + SETTLING
    while list(processes(place)) and time.monotonic() < deadline:
        time.sleep(LOOK)
    yield from processes(place)


def holds_key(path: Path) -> bool:
    """Whether a file has a private key in it."""
    try:
        return KEY in path.read_bytes()
    except OSError:
        return False


if __name__ == "__main__":
    main()

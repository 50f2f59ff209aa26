"""The same run in Flower's simulation, on Ray, and what its start waits for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from measuring import Options, Row, compared, fl_sim, in_turn, record_folder, rounds, watched

from fl_sim import record

NAME = "ray"
ROUNDS = 3

# The programs of Flower's simulation in the order in which they appear, and what comes before.
WORKER = "ray::ClientAppActor"
STEPS = {
    "flower-superlink": "fl-sim itself",
    "flwr run": "the SuperLink",
    "flwr-simulation": "handing over the app",
    "raylet/raylet": "the simulation's process and the server app",
    WORKER: "Ray and its first worker",
}


@dataclass(frozen=True)
class Course:
    """When a run's programs appeared, and when its server app started; seconds from the start."""

    appeared: dict[str, float]
    server: float


def rows(options: Options) -> Iterator[Row]:
    """Compare the whole and the start-up, and say what that of Ray consists of."""
    with record_folder() as folder:
        ours = fl_sim(options, folder, *rounds(ROUNDS))
        on_ray = [*ours, "--on", "ray"]
        yield compared(f"{ROUNDS} rounds; on Ray", *in_turn(options.pairs, ours, on_ray))
        here, simulated = _course(ours, folder), _course(on_ray, folder)
    started = simulated.appeared[WORKER]
    yield compared("until clients can be asked; on Ray", here.server, started)
    marks = [(0.0, ""), *((simulated.appeared[name], what) for name, what in STEPS.items())]
    for (before, _), (after, what) in pairwise(marks):
        yield Row(f"of that on Ray: {what}", "", f"{after - before:.1f} s")


def _course(command: list[str], folder: Path) -> Course:
    began = datetime.now(UTC)
    appeared = watched(command, *STEPS).appeared
    started = record.load(folder).provenance.started
    return Course(appeared, (started - began).total_seconds())

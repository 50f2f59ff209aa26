"""The same run in Flower's simulation, on Ray, and what its start waits for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from measuring import (
    Options,
    Row,
    compared,
    fl_sim,
    in_turn,
    record_folder,
    rounds,
    watched,
)

from fl_sim import record

NAME = "ray"
ROUNDS = 3

# The programs of Flower's simulation in the order in which they appear, and what happens before.
STEPS = {
    "flower-superlink": "fl-sim starts",
    "flwr run": "the SuperLink starts",
    "flwr-simulation": "the app is handed over",
    "raylet/raylet": "Flower's simulation starts",
    "ClientAppActor": "Ray and its workers start",
}


def rows(options: Options) -> Iterator[Row]:
    """Compare the whole, and say how long each step takes until the server app runs, and after."""
    with record_folder() as folder:
        ours = fl_sim(options, folder, *rounds(ROUNDS))
        on_ray = [*ours, "--on", "ray"]
        here, simulated = in_turn(options.pairs, ours, on_ray)
        yield compared(f"{ROUNDS} rounds in process; on Ray", here, simulated)
        for what, length in _steps(on_ray, folder):
            yield Row(f"on Ray: {what}", f"{length:.1f} s")


def _steps(command: list[str], folder: Path) -> Iterator[tuple[str, float]]:
    began = datetime.now(UTC)
    seen = watched(command, *STEPS)
    provenance = record.load(folder).provenance
    marks = sorted(
        [(seconds, STEPS[name]) for name, seconds in seen.appeared.items()]
        + [
            ((provenance.started - began).total_seconds(), "the server app starts"),
            ((provenance.finished - began).total_seconds(), f"{ROUNDS} rounds and the record"),
            (seen.seconds, "everything ends"),
        ]
    )
    for (before, _), (after, what) in pairwise([(0.0, ""), *marks]):
        yield what, after - before

"""The loop: a few rounds that end with the first picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes.story.common import dial, model_packet, num_workers, picked, plate, reading, stage
from scenes.story.crowds import each_has_a_mark
from scenes.story.specs import NOTHING, Plate, QuickRoundSpec, Reading, StageSpec
from scenes.text.lines import Line, line, text

PACE = 0.6
MOST_ROUNDS = 2


@dataclass(frozen=True)
class LoopSpec:
    """The contents of the loop."""

    title: Line
    loop: Line
    stage: StageSpec
    plate: Plate
    reading: Reading
    rounds: Sequence[QuickRoundSpec]


def tell(runs: Sequence[Run]) -> LoopSpec:
    """Return the loop's spec for the first run.

    Raises:
        NotRecordedError: the run lacks data.
    """
    run = runs[0]
    last = min(len(run.rounds) - 1, MOST_ROUNDS)
    return LoopSpec(
        title=text("Federated learning"),
        loop=_loop(run),
        stage=stage(run),
        plate=plate(run, 0),
        reading=reading(run, 0),
        rounds=[_round(run, round_) for round_ in range(1, last + 1)],
    )


def _loop(run: Run) -> Line:
    """Return the caption on the colours, and on marks if each worker is one."""
    if each_has_a_mark(num_workers(run).value):
        return line(
            "Each square: a worker, its photos stay. Blue: the model out. Red: updates back."
        )
    return line("Blue: the model out. Red: updates back. No photo ever leaves its worker.")


def _round(run: Run, round_: int) -> QuickRoundSpec:
    return QuickRoundSpec(
        picked=picked(run, round_),
        model_size=model_packet(run),
        plate=plate(run, round_),
        reading=reading(run, round_),
        pace=PACE,
        dial=dial(run, round_, NOTHING),
    )

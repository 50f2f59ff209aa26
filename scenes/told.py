"""The small values that ``story`` hands to the stage: texts with sources, and values to scale.

Neither side of them knows the other: ``story`` reads records, the stage draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenes.figures import Figure, Line, Told

# The first convolution, (filters, channels, height, width), and the weight drawn brightest.
Plate = tuple[npt.NDArray[np.float32], float]
NOTHING = Line("")

# The front end's value, and what to call it.
Reading = tuple[Figure, Line]


@dataclass(frozen=True)
class WorkerTold:
    """What a worker's card shows. ``number`` is the label where there is no room for it.

    ``photos`` is uint8, (images, height, width, 3), or None; ``bars`` the heights of the label
    bars, 0 to 1, comparable between workers.
    """

    label: Told
    number: Told
    photos: npt.NDArray[np.uint8] | None
    bars: Sequence[float]


@dataclass(frozen=True)
class LabelChartTold:
    """One worker's examples by class: each class's name and count as told, and the counts."""

    rows: Sequence[tuple[Told, Told]]
    counts: Sequence[int]


@dataclass(frozen=True)
class UpdateTold:
    """One worker's update: who sends it, its size, and its share of the average."""

    worker: int
    size: Told
    share: float
    share_told: Told


@dataclass(frozen=True)
class CurveTold:
    """A worker's loss over one local epoch: nats for each batch, and both ends as told.

    ``first_number`` takes the place of ``first`` where there is no room for it.
    """

    values: Sequence[float]
    first: Told
    first_number: Told
    last: Told


@dataclass(frozen=True)
class SeriesTold:
    """One measure by round, from round 0: its name, its values, and the two ends as told.

    ``reference`` is a level to compare with, and what it is called.
    """

    name: Told
    values: Sequence[float]
    first: Told
    last: Told
    reference: tuple[Told, float] | None = None


@dataclass(frozen=True)
class HistoryTold:
    """The rounds side by side: measures, and for each round from 1 the workers that trained."""

    series: Sequence[SeriesTold]
    participants: Sequence[Sequence[int]]
    num_workers: int
    first_worker: Told
    last_worker: Told
    first_round: Told
    last_round: Told


@dataclass(frozen=True)
class Metric:
    """One entry of the overlay: a value, what it is, and its colour by role."""

    value: Told
    name: Told
    color: str


@dataclass(frozen=True)
class SwiftTold:
    """A round that is shown quickly: ``pace`` times the usual length."""

    picked: Sequence[int]
    model_size: Figure
    plate: Plate
    reading: Reading
    pace: float
    caption: Line = NOTHING
    status: Line = NOTHING

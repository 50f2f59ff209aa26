"""The small values that ``story`` hands to the stage: texts with sources, and values to scale.

Neither side of them knows the other: ``story`` reads records, the stage draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenes.figures import Figure, Line, Told

NOTHING = Line("")

# The first convolution, (filters, channels, height, width), and the weight drawn brightest.
Plate = tuple[npt.NDArray[np.float32] | None, float]
NO_PLATE: Plate = (None, 0.0)  # of a run that kept no filters: a plain tile stands for the model

# The front end's value, and what to call it.
Reading = tuple[Figure, Line]
NO_READING: Reading = (Figure("", "not recorded"), NOTHING)


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
class LevelTold:
    """A level that a measure is compared with: its value, and what it is called."""

    name: Told
    value: float


@dataclass(frozen=True)
class SeriesTold:
    """One measure by round, from round 0: its name, its values, and the first and last as told.

    A value is None where the measure was not taken.
    """

    name: Told
    values: Sequence[float | None]
    first: Told
    last: Told
    levels: Sequence[LevelTold] = ()


@dataclass(frozen=True)
class HistoryTold:
    """The rounds side by side: measures, and for each round from 1 the workers that took part.

    ``rows`` are the workers' names, ``grid`` what their rows show.
    """

    series: Sequence[SeriesTold]
    participants: Sequence[Sequence[int]]
    grid: Told
    rows: Sequence[Told]
    first_round: Told
    last_round: Told
    first_marked: Told


@dataclass(frozen=True)
class Metric:
    """One entry of the overlay: a value, what it is, and its colour by role."""

    value: Told
    name: Told
    color: str


@dataclass(frozen=True)
class EntryTold:
    """An entry of an account: what it is, what more there is to say, and how much, to scale."""

    name: Told
    note: Told
    amount: Told
    value: float
    color: str


@dataclass(frozen=True)
class ColumnTold:
    """A table's column: its name, its cells from the top down, and whether these are numbers.

    Of the columns that have no room together, that of the highest ``rank`` is left out first.
    """

    name: Told
    cells: Sequence[Told]
    number: bool = False
    rank: int = 0


@dataclass(frozen=True)
class FactTold:
    """A fact: what it is called, and what it is."""

    name: Told
    value: Told


@dataclass(frozen=True)
class PhraseTold:
    """A part of the film's title, in its actor's colour."""

    text: Told
    color: str


@dataclass(frozen=True)
class SwiftTold:
    """A round that is shown quickly: ``pace`` times the usual length."""

    picked: Sequence[int]
    model_size: Told
    plate: Plate
    reading: Reading
    pace: float
    status: Line = NOTHING


@dataclass(frozen=True)
class AnswerTold:
    """What a model calls a photo, and whether that is what it shows."""

    name: Told
    right: bool


@dataclass(frozen=True)
class QuizTold:
    """Test photos, what they show, and two sets of answers: by the first model and by the last.

    ``photos`` is uint8, (images, height, width, 3); ``heads`` are what the two lines under a photo
    are called.
    """

    photos: npt.NDArray[np.uint8]
    true: Sequence[Told]
    first: Sequence[AnswerTold]
    last: Sequence[AnswerTold]
    heads: tuple[Told, Told]


@dataclass(frozen=True)
class ConfusionTold:
    """Which share of each class was called what, by step; the last step is what is read.

    ``shares`` are (classes, classes): rows what is shown, columns what it was called, each row's
    sum one. ``right`` is each class's share of right answers as told, in the last step. ``heads``
    name the rows, the columns and the right answers. ``mistake`` is a row and a column, if any.
    """

    shares: Sequence[npt.NDArray[np.float64]]
    names: Sequence[Told]
    right: Sequence[Told]
    heads: tuple[Told, Told, Told]
    best: int
    mistake: tuple[int, int] | None
    mistake_told: Told


# A number as told, and its value, by which it is drawn to scale.
Quantity = tuple[Told, float]


@dataclass(frozen=True)
class TermTold:
    """One term of a weighted average: who sent it, n_k, n_k/n, w_k, and the product.

    Where many workers stand in one term, ``value`` says so and stands at their own average.
    """

    name: Told
    photos: Quantity
    share: Quantity
    value: Quantity
    product: Told
    workers: int = 1


@dataclass(frozen=True)
class AverageTold:
    """One weight's average: its terms, all their photos, their sum, and the server's own value.

    ``before`` is the weight that the round began with, ``alike`` the average without weights,
    where it is another one; ``agrees`` whether sum and server read the same.
    """

    terms: Sequence[TermTold]
    photos: Told
    sum: Quantity
    server: Told
    agrees: bool
    before: Quantity | None
    alike: Quantity | None


@dataclass(frozen=True)
class StackTold:
    """One worker's photos: its number, how many, both parts and its kinds, as told.

    ``tiles`` is how many tiles stand for the part it trains on, and for the one it keeps apart;
    ``photos`` a few of the first part, uint8, (images, height, width, 3), or None.
    """

    number: Told
    size: Told
    train: Told
    validation: Told | None
    tiles: tuple[int, int]
    photos: npt.NDArray[np.uint8] | None
    kinds: Sequence[Quantity]


@dataclass(frozen=True)
class StacksTold:
    """All photos: the stacks of the workers that are shown, and the names of the rows.

    ``rest`` is how many tiles belong to workers that are not shown; ``worker`` is the one whose
    numbers are written out; ``tile`` says what a tile stands for.
    """

    stacks: Sequence[StackTold]
    rest: int
    kinds: Sequence[Told]
    worker: int
    tile: Told


@dataclass(frozen=True)
class DealTold:
    """How a run's photos are dealt out: for each worker its photos by kind, and its number.

    ``peak`` names the tallest bar, which stands at ``peak_at``: worker and kind. ``brief`` takes
    the place of ``name`` where there is no room for it.
    """

    name: Told
    brief: Told
    counts: Sequence[Sequence[int]]
    numbers: Sequence[Told]
    peak: Told
    peak_at: tuple[int, int]


@dataclass(frozen=True)
class FanTold:
    """A round's updates as arrows in space, around the direction of their average.

    ``arrows`` holds of each update its L2 norm, its angle to the average and its turn around it,
    in radians; ``average`` is the norm of the average, and ``mean_length`` the mean of the norms.
    """

    name: Told
    arrows: Sequence[tuple[float, float, float]]
    average: float
    mean_length: float


@dataclass(frozen=True)
class VersusTold:
    """One measure of two things: the left one's value, what is measured, the right one's value."""

    left: Told
    name: Told
    right: Told
    color: str


@dataclass(frozen=True)
class RunLineTold:
    """One run's measure by round, from round 0: what the run is called, and the last as told."""

    name: Told
    values: Sequence[float]
    last: Told


@dataclass(frozen=True)
class LineChartTold:
    """One measure by round of several runs, and a level to compare with."""

    name: Told
    series: Sequence[RunLineTold]
    first_round: Told
    last_round: Told
    level: LevelTold | None = None


@dataclass(frozen=True)
class DotRowTold:
    """One strategy: its name, what it changes, a value for each of its runs, and their mean."""

    name: Told
    note: Told
    values: Sequence[float]
    mean: float
    mean_told: Told


@dataclass(frozen=True)
class DotPlotTold:
    """Strategies compared by a measure; ``low`` and ``high`` are levels, each with its name.

    ``note`` says how it is measured, ``base`` names the first row's mean.
    """

    name: Told
    note: Told
    rows: Sequence[DotRowTold]
    low: LevelTold | None = None
    high: LevelTold | None = None
    base: Told = NOTHING


@dataclass(frozen=True)
class OutageTold:
    """A worker that was asked and delivered nothing, and a word for how it failed.

    ``reported`` says whether that word came from the worker itself.
    """

    worker: int
    note: Told
    reported: bool = False


@dataclass(frozen=True)
class AttendanceTold:
    """How many workers were asked in each round from 1, and how many updates came.

    ``came`` and ``missing`` name both with their totals; ``accuracy`` is by round, if measured.
    """

    rounds: Sequence[tuple[int, int]]
    came: Told
    missing: Told
    first_round: Told
    last_round: Told
    accuracy: SeriesTold | None

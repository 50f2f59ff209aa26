"""The small values that ``story`` hands to the stage: texts with sources, and values to scale.

Neither side of them knows the other: ``story`` reads records, the stage draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenes.text.lines import Line, Number, Text

NOTHING = Line("")

# The first convolution, (filters, channels, height, width), and the weight drawn brightest.
Plate = tuple[npt.NDArray[np.float32] | None, float]
NO_PLATE: Plate = (None, 0.0)  # of a run that kept no filters: a plain tile stands for the model

# The front end's value, and what to call it.
Reading = tuple[Number, Line]
NO_READING: Reading = (Number("", "not recorded"), NOTHING)


@dataclass(frozen=True)
class WorkerSpec:
    """What a worker's card shows. ``number`` is the label where there is no room for it.

    ``photos`` is uint8, (images, height, width, 3), or None; ``bars`` the heights of the label
    bars, 0 to 1, comparable between workers.
    """

    label: Text
    number: Text
    photos: npt.NDArray[np.uint8] | None
    bars: Sequence[float]


@dataclass(frozen=True)
class UpdateSpec:
    """One worker's update: who sends it, its size, and its share of the average."""

    worker: int
    size: Text
    share: float
    share_text: Text


@dataclass(frozen=True)
class CurveSpec:
    """A worker's loss over one local epoch: nats for each batch, and both ends as told.

    ``first_number`` takes the place of ``first`` where there is no room for it.
    """

    values: Sequence[float]
    first: Text
    first_number: Text
    last: Text


@dataclass(frozen=True)
class LevelSpec:
    """A level that a measure is compared with: its value, and what it is called."""

    name: Text
    value: float


@dataclass(frozen=True)
class SeriesSpec:
    """One measure by round, from round 0: its name, its values, and the first and last as told.

    A value is None where the measure was not taken.
    """

    name: Text
    values: Sequence[float | None]
    first: Text
    last: Text
    levels: Sequence[LevelSpec] = ()


@dataclass(frozen=True)
class HistorySpec:
    """The rounds side by side: measures, and for each round from 1 the workers that took part.

    ``rows`` are the workers' names, ``grid`` what their rows show.
    """

    series: Sequence[SeriesSpec]
    participants: Sequence[Sequence[int]]
    grid: Text
    rows: Sequence[Text]
    first_round: Text
    last_round: Text
    first_marked: Text


@dataclass(frozen=True)
class Metric:
    """One entry of the overlay: a value, what it is, and its colour by role."""

    value: Text
    name: Text
    color: str


@dataclass(frozen=True)
class EntrySpec:
    """An entry of an account: what it is, what more there is to say, and how much, to scale."""

    name: Text
    note: Text
    amount: Text
    value: float
    color: str


@dataclass(frozen=True)
class ColumnSpec:
    """A table's column: its name, its cells from the top down, and whether these are numbers.

    Of the columns that have no room together, that of the highest ``rank`` is left out first.
    """

    name: Text
    cells: Sequence[Text]
    number: bool = False
    rank: int = 0


@dataclass(frozen=True)
class FactSpec:
    """A fact: what it is called, and what it is."""

    name: Text
    value: Text


@dataclass(frozen=True)
class PhraseSpec:
    """A part of the film's title, in its actor's colour."""

    text: Text
    color: str


@dataclass(frozen=True)
class QuickRoundSpec:
    """A round that is shown quickly: ``pace`` times the usual length."""

    picked: Sequence[int]
    model_size: Text
    plate: Plate
    reading: Reading
    pace: float
    status: Line = NOTHING


@dataclass(frozen=True)
class PredictionSpec:
    """What a model calls a photo, and whether that is what it shows."""

    name: Text
    right: bool


@dataclass(frozen=True)
class PredictionsSpec:
    """Test photos, what they show, and two sets of answers: by the first model and by the last.

    ``photos`` is uint8, (images, height, width, 3); ``heads`` are what the two lines under a photo
    are called.
    """

    photos: npt.NDArray[np.uint8]
    true: Sequence[Text]
    first: Sequence[PredictionSpec]
    last: Sequence[PredictionSpec]
    heads: tuple[Text, Text]


@dataclass(frozen=True)
class ConfusionSpec:
    """Which share of each class was called what, by step; the last step is what is read.

    ``shares`` are (classes, classes): rows what is shown, columns what it was called, each row's
    sum one. ``right`` is each class's share of right answers as told, in the last step. ``heads``
    name the rows, the columns and the right answers. ``mistake`` is a row and a column, if any.
    """

    shares: Sequence[npt.NDArray[np.float64]]
    names: Sequence[Text]
    right: Sequence[Text]
    heads: tuple[Text, Text, Text]
    best: int
    mistake: tuple[int, int] | None
    mistake_text: Text


# A number as told, and its value, by which it is drawn to scale.
Quantity = tuple[Text, float]


@dataclass(frozen=True)
class TermSpec:
    """One term of a weighted average: who sent it, n_k, n_k/n, w_k, and the product.

    Where many workers stand in one term, ``value`` says so and stands at their own average.
    """

    name: Text
    photos: Quantity
    share: Quantity
    value: Quantity
    product: Text
    workers: int = 1


@dataclass(frozen=True)
class AverageSpec:
    """One weight's average: its terms, all their photos, their sum, and the server's own value.

    ``before`` is the weight that the round began with, ``alike`` the average without weights,
    where it is another one; ``agrees`` whether sum and server read the same.
    """

    terms: Sequence[TermSpec]
    photos: Text
    sum: Quantity
    server: Text
    agrees: bool
    before: Quantity | None
    alike: Quantity | None


@dataclass(frozen=True)
class StackSpec:
    """One worker's photos: its number, how many, both parts and its kinds, as told.

    ``tiles`` is how many tiles stand for the part it trains on, and for the one it keeps apart;
    ``photos`` a few of the first part, uint8, (images, height, width, 3), or None.
    """

    number: Text
    size: Text
    train: Text
    validation: Text | None
    tiles: tuple[int, int]
    photos: npt.NDArray[np.uint8] | None
    kinds: Sequence[Quantity]


@dataclass(frozen=True)
class StacksSpec:
    """All photos: the stacks of the workers that are shown, and the names of the rows.

    ``rest`` is how many tiles belong to workers that are not shown; ``worker`` is the one whose
    numbers are written out; ``tile`` says what a tile stands for.
    """

    stacks: Sequence[StackSpec]
    rest: int
    kinds: Sequence[Text]
    worker: int
    tile: Text


@dataclass(frozen=True)
class LabelsSpec:
    """How a run's photos are dealt out: for each worker its photos by kind, and its number.

    ``peak`` names the tallest bar, which stands at ``peak_at``: worker and kind. ``brief`` takes
    the place of ``name`` where there is no room for it.
    """

    name: Text
    brief: Text
    counts: Sequence[Sequence[int]]
    numbers: Sequence[Text]
    peak: Text
    peak_at: tuple[int, int]


@dataclass(frozen=True)
class ArrowsSpec:
    """A round's updates as arrows in space, around the direction of their average.

    ``arrows`` holds of each update its L2 norm, its angle to the average and its turn around it,
    in radians; ``average`` is the norm of the average, and ``mean_length`` the mean of the norms.
    """

    name: Text
    arrows: Sequence[tuple[float, float, float]]
    average: float
    mean_length: float


@dataclass(frozen=True)
class VersusSpec:
    """One measure of two things: the left one's value, what is measured, the right one's value."""

    left: Text
    name: Text
    right: Text
    color: str


@dataclass(frozen=True)
class RunLineSpec:
    """One run's measure by round, from round 0: what the run is called, and the last as told."""

    name: Text
    values: Sequence[float]
    last: Text


@dataclass(frozen=True)
class LineChartSpec:
    """One measure by round of several runs, and a level to compare with."""

    name: Text
    series: Sequence[RunLineSpec]
    first_round: Text
    last_round: Text
    level: LevelSpec | None = None


@dataclass(frozen=True)
class DotRowSpec:
    """One strategy: its name, what it changes, a value for each of its runs, and their mean."""

    name: Text
    note: Text
    values: Sequence[float]
    mean: float
    mean_text: Text


@dataclass(frozen=True)
class DotPlotSpec:
    """Strategies compared by a measure; ``low`` and ``high`` are levels, each with its name.

    ``note`` says how it is measured, ``base`` names the first row's mean.
    """

    name: Text
    note: Text
    rows: Sequence[DotRowSpec]
    low: LevelSpec | None = None
    high: LevelSpec | None = None
    base: Text = NOTHING


@dataclass(frozen=True)
class FailureSpec:
    """A worker that was asked and delivered nothing, and a word for how it failed.

    ``reported`` says whether that word came from the worker itself.
    """

    worker: int
    note: Text
    reported: bool = False


@dataclass(frozen=True)
class RepliesSpec:
    """How many workers were asked in each round from 1, and how many updates came.

    ``came`` and ``missing`` name both with their totals; ``accuracy`` is by round, if measured.
    """

    rounds: Sequence[tuple[int, int]]
    came: Text
    missing: Text
    first_round: Text
    last_round: Text
    accuracy: SeriesSpec | None

"""Specs: the data that stories pass to the stage and the charts.

A spec has texts with sources, and values to draw to scale. A story makes it from records and has
no colours and coordinates; the stage and the charts draw it and have no records and texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scenes.text.lines import Line, Text
from scenes.text.numbers import UNKNOWN, Number
from scenes.theme import Role

NOTHING = Line("")

# The first convolution, shape (filters, channels, height, width), and the brightest weight.
Plate = tuple[npt.NDArray[np.float32] | None, float]
NO_PLATE: Plate = (None, 0.0)  # of a run without filters: a plain tile stands for the model

# The value on the front end, and its name.
Reading = tuple[Number, Line]
NO_READING: Reading = (UNKNOWN, NOTHING)


@dataclass(frozen=True)
class WorkerSpec:
    """A worker's card: its label, its short number, and its full name.

    ``photos`` is uint8, shape (images, height, width, 3), or None; ``bars`` are the heights of the
    label bars, 0 to 1, comparable between workers.
    """

    label: Text
    number: Text
    name: Text
    photos: npt.NDArray[np.uint8] | None
    bars: Sequence[float]


@dataclass(frozen=True)
class StageSpec:
    """The actors on the stage and their names.

    ``per_mark`` is the number of workers for each mark of a crowd, ``at_most`` the same if the last
    mark has fewer; their number ``n`` is set when they are drawn.
    """

    workers: Sequence[WorkerSpec]
    coordinator: Text
    front_end: Text
    per_mark: Line
    at_most: Line


@dataclass(frozen=True)
class UpdateSpec:
    """One worker's update: the worker, its size, and its share of the average."""

    worker: int
    size: Text
    share: float
    share_text: Text


@dataclass(frozen=True)
class UpdatesSpec:
    """The updates of a round, and their label if they travel together."""

    each: Sequence[UpdateSpec] = ()
    together: Text = NOTHING


@dataclass(frozen=True)
class ScoresSpec:
    """Each worker's score, and the scores' label if they travel together."""

    each: Mapping[int, Text] = field(default_factory=dict)
    together: Text = NOTHING


@dataclass(frozen=True)
class CurveSpec:
    """A worker's loss in one local epoch: nats for each batch, and the first and last as texts.

    ``first_number`` replaces ``first`` if there is little room.
    """

    values: Sequence[float]
    first: Text
    first_number: Text
    last: Text


@dataclass(frozen=True)
class LevelSpec:
    """A level to compare a measure with: its name and value."""

    name: Text
    value: float


@dataclass(frozen=True)
class SeriesSpec:
    """One measure by round, from round 0: name, values, and the first and last as texts.

    A value is None if the round was not measured.
    """

    name: Text
    values: Sequence[float | None]
    first: Text
    last: Text
    levels: Sequence[LevelSpec] = ()


@dataclass(frozen=True)
class HistorySpec:
    """The history of a run: measures by round, and the participants of each round from 1.

    ``rows`` are the workers' names, ``grid`` is the title of their rows.
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
    """One entry of the overlay: a value, its name, and its colour role."""

    value: Text
    name: Text
    role: Role


@dataclass(frozen=True)
class EntrySpec:
    """An entry of the ledger: name, note, amount as text, and amount to scale."""

    name: Text
    note: Text
    amount: Text
    value: float
    role: Role


@dataclass(frozen=True)
class ColumnSpec:
    """A table's column: its name, its cells from the top down, and whether they are numbers.

    If the columns do not fit, the one with the highest ``rank`` is left out first.
    """

    name: Text
    cells: Sequence[Text]
    number: bool = False
    rank: int = 0


@dataclass(frozen=True)
class FactSpec:
    """A fact: its name and value."""

    name: Text
    value: Text


@dataclass(frozen=True)
class PhraseSpec:
    """A part of the film's title, and its colour role."""

    text: Text
    role: Role


@dataclass(frozen=True)
class QuickRoundSpec:
    """A quick round with ``pace`` times the usual length."""

    picked: Sequence[int]
    model_size: Text
    plate: Plate
    reading: Reading
    pace: float
    status: Line = NOTHING


@dataclass(frozen=True)
class BarSpec:
    """A class's bar: its name, and its probability at each look, 0 to 1, shape (looks,)."""

    name: Text
    shares: npt.NDArray[np.float32]
    true: bool = False


@dataclass(frozen=True)
class TrainingSpec:
    """One worker's training, step by step.

    ``photo`` is uint8, shape (height, width, 3), or None; ``others`` a few more, shape (images,
    height, width, 3). ``looks`` are the steps after which the model was asked about the photo,
    ``counters`` their names, ``sure`` the probability of the true class at each. ``moved`` is how
    far each weight, or each group of them, is from where it began, at ``moved_at``, float32, shape
    (steps, dots). ``losses`` are of the batches after step ``began``.
    """

    worker: Text
    example: Text
    photo: npt.NDArray[np.uint8] | None
    others: npt.NDArray[np.uint8]
    weights: Text
    scale: Text
    at_first: Text
    error: Text
    bars: Sequence[BarSpec]
    looks: Sequence[int]
    counters: Sequence[Text]
    sure: Sequence[Text]
    moved: npt.NDArray[np.float32]
    moved_at: Sequence[int]
    losses: Sequence[float]
    began: int


@dataclass(frozen=True)
class PredictionSpec:
    """A prediction: the class name, and whether it is right."""

    name: Text
    right: bool


@dataclass(frozen=True)
class PredictionsSpec:
    """Test photos, their true classes, and the predictions of the first and the last model.

    ``photos`` is uint8, shape (images, height, width, 3); ``heads`` are the names of both lines
    under a photo.
    """

    photos: npt.NDArray[np.uint8]
    true: Sequence[Text]
    first: Sequence[PredictionSpec]
    last: Sequence[PredictionSpec]
    heads: tuple[Text, Text]


@dataclass(frozen=True)
class ConfusionSpec:
    """Confusion matrices by step, and highlights of the last one.

    ``shares`` have shape (classes, classes): true classes in rows, predictions in columns; each
    row's sum is one. ``right`` are the shares of right predictions. ``heads`` name the rows, the
    columns and the right predictions. ``mistake`` is a row and a column, if any.
    """

    shares: Sequence[npt.NDArray[np.float64]]
    names: Sequence[Text]
    right: Sequence[Text]
    heads: tuple[Text, Text, Text]
    best: int
    mistake: tuple[int, int] | None
    mistake_text: Text


# A number as text, and its value to draw to scale.
Quantity = tuple[Text, float]


@dataclass(frozen=True)
class TermSpec:
    """One term of a weighted average: a worker's case with its n_k photos, and its w_k.

    ``so_far`` is the average of this term and those before it. ``pictures`` are some of the photos,
    uint8, shape (images, height, width, 3), or None. A term for several workers has their average.
    """

    name: Text
    photos: Quantity
    value: Quantity
    so_far: Quantity
    pictures: npt.NDArray[np.uint8] | None
    workers: int = 1


@dataclass(frozen=True)
class AverageSpec:
    """One weight's average: its terms, all photos, and the mean without weights.

    ``alike`` and ``weighted`` name both means; ``mark`` says that this is another run.
    """

    terms: Sequence[TermSpec]
    photos: Text
    plain: Quantity
    alike: Text
    weighted: Text
    mark: Text | None


@dataclass(frozen=True)
class StackSpec:
    """One worker's photos: its number, their number, both parts, and the counts by kind.

    ``tiles`` are the numbers of tiles for training and validation photos; ``photos`` a few training
    photos, uint8, shape (images, height, width, 3), or None.
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
    """All photos: the stacks of workers, and the names of the kinds.

    ``rest`` is the number of tiles of workers that are not shown; ``worker`` is the worker with
    written numbers; ``tile`` is the label of a tile. ``photos``, ``to_train`` and ``to_test`` name
    the counts, ``head`` the workers' numbers.
    """

    stacks: Sequence[StackSpec]
    rest: int
    kinds: Sequence[Text]
    worker: int
    tile: Text
    photos: Text
    to_train: Text
    to_test: Text
    head: Text


@dataclass(frozen=True)
class LabelsSpec:
    """The label counts of a run: each worker's photos by kind, and its number.

    ``peak`` is the label of the tallest bar at ``peak_at``: worker and kind. ``brief`` replaces
    ``name`` if there is little room.
    """

    name: Text
    brief: Text
    counts: Sequence[Sequence[int]]
    numbers: Sequence[Text]
    peak: Text
    peak_at: tuple[int, int]


@dataclass(frozen=True)
class ArrowsSpec:
    """A round's updates as arrows in space around their average.

    ``arrows`` has each update's L2 norm, its angle to the average and its direction around it, in
    radians; ``average`` is the norm of the average, ``mean_length`` the mean of the norms.
    """

    name: Text
    arrows: Sequence[tuple[float, float, float]]
    average: float
    mean_length: float


@dataclass(frozen=True)
class VersusSpec:
    """One measure of two runs: left value, name, right value."""

    left: Text
    name: Text
    right: Text
    role: Role


@dataclass(frozen=True)
class RunLineSpec:
    """One run's measure by round, from round 0: its name, values, and last value as text."""

    name: Text
    values: Sequence[float]
    last: Text


@dataclass(frozen=True)
class LineChartSpec:
    """One measure of several runs by round, and a level to compare with."""

    name: Text
    series: Sequence[RunLineSpec]
    first_round: Text
    last_round: Text
    level: LevelSpec | None = None


@dataclass(frozen=True)
class DotRowSpec:
    """One strategy: its name, a note, a value for each run, and their mean."""

    name: Text
    note: Text
    values: Sequence[float]
    mean: float
    mean_text: Text


@dataclass(frozen=True)
class DotPlotSpec:
    """Strategies compared by one measure, and two levels.

    ``note`` describes the measure, ``base`` names the first row's mean.
    """

    name: Text
    note: Text
    rows: Sequence[DotRowSpec]
    low: LevelSpec | None = None
    high: LevelSpec | None = None
    base: Text = NOTHING


@dataclass(frozen=True)
class FailureSpec:
    """A sampled worker without a reply, and a note on its failure.

    ``reported`` says whether the worker itself reported the failure.
    """

    worker: int
    note: Text
    reported: bool = False


@dataclass(frozen=True)
class RepliesSpec:
    """The numbers of sampled workers and of updates in each round from 1.

    ``came`` and ``missing`` are labels with totals; ``measure`` is that of the model, if known.
    """

    rounds: Sequence[tuple[int, int]]
    came: Text
    missing: Text
    first_round: Text
    last_round: Text
    measure: SeriesSpec | None

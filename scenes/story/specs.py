"""Specs: the data that stories pass to the stage and the charts.

A spec has texts with sources, and values to draw to scale. A story makes it from records and has
no colours and coordinates; the stage and the charts draw it and have no records and texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from scenes.text.lines import Line, Text
from scenes.text.numbers import UNKNOWN, Number
from scenes.theme import Role

NOTHING = Line("")

# The first convolution, shape (filters, channels, height, width), and the brightest weight.
Plate = tuple[npt.NDArray[np.float32] | None, float]
NO_PLATE: Plate = (None, 0.0)  # of a run without filters: plain tiles stand for the model
NO_CHANGES: Mapping[int, Plate] = {}  # of a round whose updates were not recorded


@dataclass(frozen=True)
class Reading:
    """What the front end shows: a value, its name, and which test examples are right, if known."""

    value: Number
    note: Text
    right: npt.NDArray[np.bool_] | None = None


NO_READING = Reading(UNKNOWN, NOTHING)


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
class WallSpec:
    """The test examples: the kind of each, the names of all kinds, and small photos, if any.

    ``kinds`` has shape (examples,), ``tiles`` is uint8 of shape (examples, side, side, 3).
    """

    kinds: npt.NDArray[np.uint8]
    names: Sequence[Text]
    tiles: npt.NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class WallRoundSpec:
    """What a sorted wall shows: the right examples, shape (examples,), and their number by kind.

    ``figure`` is its large number, ``over`` and ``under`` the labels of it.
    """

    right: npt.NDArray[np.bool_]
    counts: Sequence[Text]
    over: Text
    figure: Text
    under: Text = NOTHING


@dataclass(frozen=True)
class DealSpec:
    """Examples as lights, dealt to workers in one way or in several, one after the other.

    ``deals`` have the number of lights of each worker and kind, shape (workers, kinds); ``light``
    says what a light stands for, ``few`` how many workers are shown if not all. ``most`` and
    ``least`` are two kinds of the worker ``worker`` with its numbers of them.
    """

    deals: Sequence[npt.NDArray[np.int_]]
    workers: Sequence[Text]
    kinds: Sequence[Text]
    light: Text
    few: Text
    worker: int
    name: Text
    most: tuple[int, Text]
    least: tuple[int, Text]


@dataclass(frozen=True)
class WorkingSpec:
    """What a remedy does: its caption, which picture shows it, and the labels of both its parts.

    ``parts`` are the two parts of a step with momentum, and their sum.
    """

    remedy: Line
    picture: Literal["leash", "momentum"]
    before: Text
    after: Text
    parts: Sequence[Text] = ()


@dataclass(frozen=True)
class ArrowsSpec:
    """A round's updates as arrows of one length in space, around their middle.

    ``arrows`` has each update's angle to the middle and its direction around it, in radians;
    ``labels`` has its worker's number and main kind, or is empty.
    """

    name: Text
    arrows: Sequence[tuple[float, float]]
    labels: Sequence[tuple[Text, Text]]
    note: Text


@dataclass(frozen=True)
class FigureSpec:
    """A large number, and the lines beside it that say of what it is."""

    value: Text
    of: Sequence[Text]


@dataclass(frozen=True)
class CaseSpec:
    """One worker's own examples: how many, a few photos, and all in small, those few first.

    ``photos`` and ``tiles`` are uint8, shape (images, height, width, 3), if they are known.
    """

    count: int
    photos: npt.NDArray[np.uint8] | None = None
    tiles: npt.NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class GaugeMarkSpec:
    """A mark on a gauge: its value, and its number and name as texts."""

    value: float
    number: Text
    name: Text


@dataclass(frozen=True)
class GaugeSpec:
    """A gauge: the texts at both ends, their values, and its marks from the lowest up."""

    low: Text
    high: Text
    ends: tuple[float, float]
    marks: Sequence[GaugeMarkSpec] = ()


@dataclass(frozen=True)
class RaceSpec:
    """Every worker's own model: its measure by round, and its worker.

    ``values`` are from 0 to 1, shape (rounds, workers), ``best`` is the worker that ends highest.
    """

    values: npt.NDArray[np.float64]
    workers: Sequence[WorkerSpec]
    best: int


@dataclass(frozen=True)
class StageSpec:
    """The actors on the stage and their names.

    ``per_mark`` is the number of workers for each mark of a crowd, ``at_most`` the same if the last
    mark has fewer; their number ``n`` is set when they are drawn. ``wall`` is on the front end.
    """

    workers: Sequence[WorkerSpec]
    coordinator: Text
    front_end: Text
    per_mark: Line
    at_most: Line
    wall: WallSpec | None = None


@dataclass(frozen=True)
class GuessSpec:
    """What a model calls nearly all test examples: the kind, and its name as an answer."""

    kind: int
    text: Text


@dataclass(frozen=True)
class DialSpec:
    """The dial: a round, its name with the number of rounds, its phase, and both numbers."""

    round: Text
    name: Text
    phase: Text
    place: tuple[int, int]


@dataclass(frozen=True)
class UpdateSpec:
    """One worker's update: the worker, its size, and its share of the average."""

    worker: int
    size: Text
    share: float
    share_text: Text


@dataclass(frozen=True)
class UpdatesSpec:
    """The updates of a round, their label if they travel together, and that of one of them."""

    each: Sequence[UpdateSpec] = ()
    together: Text = NOTHING
    size: Text = NOTHING


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

    ``rows`` are the workers' names, none where nobody knows who took part, ``grid`` is the title of
    their rows.
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
class QuickRoundSpec:
    """A quick round with ``pace`` times the usual length."""

    picked: Sequence[int]
    model_size: Text
    plate: Plate
    reading: Reading
    pace: float
    dial: DialSpec | None = None


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


@dataclass(frozen=True)
class PhotoSpec:
    """A test photo, what both models make of it, and its place among the test photos, if known."""

    caption: Text
    pixels: npt.NDArray[np.uint8]
    bars: Sequence[BarSpec]
    first: Text
    last: Text
    place: int | None


@dataclass(frozen=True)
class TogetherSpec:
    """All test photos and who learned of what: the caption, the wall and two figures."""

    caption: Text
    wall: WallSpec
    right: npt.NDArray[np.bool_]
    workers: Sequence[WorkerSpec]
    shared: FigureSpec
    alone: FigureSpec | None


@dataclass(frozen=True)
class RebuiltSpec:
    """A photo rebuilt from an update of some photos: their number, the picture, and its likeness.

    ``brief`` replaces ``photos`` if there is little room. ``picture`` is uint8, shape (height,
    width, 3). ``note`` says what is special.
    """

    photos: Text
    brief: Text
    picture: npt.NDArray[np.uint8]
    likeness: Quantity
    note: Text = NOTHING


@dataclass(frozen=True)
class LeakSpec:
    """A photo, and what was rebuilt of it from updates of more and more photos.

    ``numbers`` are rows of numbers of an update, ``plate`` the change that they are from;
    ``counted`` says how many an update has, ``count`` and ``noun`` the same in two lines. ``photo``
    is uint8, shape (height, width, 3); ``history`` has the pictures of the first attempt in their
    order, shape (pictures, height, width, 3). ``rule`` and ``knows`` are notes on how the photo was
    chosen and what the attacker has. ``level`` is the likeness of chance, ``tried`` tells of other
    photos.
    """

    numbers: Sequence[Sequence[Text]]
    numbers_note: Text
    counted: Text
    count: Text
    noun: Text
    photo: npt.NDArray[np.uint8]
    owner: Text
    stays: Text
    rule: Text
    knows: Text
    result: Text
    history: npt.NDArray[np.uint8]
    plate: Plate
    heading: Text
    attempts: Sequence[RebuiltSpec]
    measure: Text
    tried: Text
    level: tuple[Text, Quantity]


@dataclass(frozen=True)
class MasksSpec:
    """Updates of a round as they are at home, as they travel, and their average.

    ``plain``, ``masked`` and ``mean`` are first convolutions, shape (workers, filters, channels,
    height, width), the mean without workers; ``masked`` is uint8, of bytes. ``more`` says how many
    others there are, ``total`` is the sum of all and its name, None where shares are not equal.
    """

    workers: Sequence[Text]
    plain: npt.NDArray[np.float32]
    masked: npt.NDArray[np.uint8]
    mean: npt.NDArray[np.float32]
    more: Text
    total: tuple[Text, npt.NDArray[np.float32]] | None
    average: Text
    exact: Text
    learned: Text
    once: Text
    pairs: Text
    seen: Text
    clear: Text


@dataclass(frozen=True)
class CostLineSpec:
    """Runs with some workers: their name, and the values of all runs at each level of noise.

    ``last`` is the mean at the last level as text.
    """

    name: Text
    values: Sequence[Sequence[float]]
    first: Text
    last: Text


@dataclass(frozen=True)
class NoiseLevelSpec:
    """A level of noise: its name, a brief one for where there is little room, and its bound."""

    name: Text
    brief: Text
    bound: Text


@dataclass(frozen=True)
class CostSpec:
    """What noise costs: a measure at each level of noise, for fewer and for more workers.

    ``levels`` are the levels, the first without noise; ``note`` says what more noise does.
    """

    name: Text
    measured: Text
    levels: Sequence[NoiseLevelSpec]
    note: Text
    lines: Sequence[CostLineSpec]
    guessing: LevelSpec | None


@dataclass(frozen=True)
class ClimbStepSpec:
    """A step of a climb: its last round, its seconds, the lights, the value, and three counters.

    ``right`` says which test examples are right, shape (examples,); None where it is not known.
    """

    round: int
    seconds: float
    right: npt.NDArray[np.bool_] | None
    value: float
    counter: Text
    known: Text
    moved: Text


@dataclass(frozen=True)
class ClimbSpec:
    """The wall of test examples and a gauge, round by round, and who took part.

    ``first`` are the steps up to the round that passes the gauge's first mark, or all of them.
    ``question`` stands at the gap between two marks until the end.
    """

    wall: WallSpec
    gauge: GaugeSpec
    history: HistorySpec
    question: Text
    start: ClimbStepSpec
    first: Sequence[ClimbStepSpec]
    rest: Sequence[ClimbStepSpec]

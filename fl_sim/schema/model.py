"""The model of a run record: every field, its type, its unit, and what must hold.

A field is declared here and nowhere else: files, JSON Schema, fingerprint and errors follow from
the model. A number that a run does not know is absent (``None`` here, no key in the file), never
zero.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar, get_args, get_origin

import numpy.typing as npt
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict

from fl_sim.schema import arrays, checks

if TYPE_CHECKING:
    from fl_sim.schema.attacks import Inversions

__all__ = [
    "ArrayFile", "CloseUp", "Dataset", "Evaluate", "EvaluateReply", "Failure", "Final", "Form",
    "Masked", "Metrics", "ModelPath", "Network", "Partition", "Privacy", "Probe", "Provenance",
    "Round", "Run", "Samples", "Setting", "Train", "TrainReply",
]  # fmt: skip

Count = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
NonNegative = Annotated[Real, Field(ge=0)]
Share = Annotated[Real, Field(ge=0, le=1)]
# A file beside the record, which a release publishes under this name.
ArrayName = Annotated[str, AfterValidator(partial(checks.check_name, suffix=".npz"))]
ModelName = Annotated[str, AfterValidator(partial(checks.check_name, suffix=".safetensors"))]
# A word that stands in the captions of a film.
MOST_NOUN = 24  # characters
Noun = Annotated[str, Field(min_length=1, max_length=MOST_NOUN)]
T = TypeVar("T")
# Only the first error is reported, so validation stops there.
Many = Annotated[tuple[T, ...], Field(fail_fast=True)]
# Lies in the array file; the JSON holds its type, shape and hash.
Array = Annotated[
    npt.NDArray[Any],
    BeforeValidator(arrays.look_up),
    PlainSerializer(arrays.store, when_used="json"),
    WithJsonSchema(arrays.JSON_SCHEMA),
]

# Marks a field that does not depend on what was computed: a clock, a name, a file. It is not part
# of the fingerprint.
INCIDENTAL: JsonDict = {"fingerprint": False}


def clock(description: str) -> Any:
    """Return the field of a time or a duration that was measured."""
    return Field(default=None, description=description, json_schema_extra=INCIDENTAL)


def _check_setting(value: Any) -> Any:
    plain = isinstance(value, bool | int | float | str)
    if not plain or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"found {value!r}; a setting is true, false, a finite number or text")
    return value


Setting = Annotated[bool | int | float | str, BeforeValidator(_check_setting)]


class Model(BaseModel):
    """Frozen, closed base of everything in a record."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, ser_json_inf_nan="constants"
    )


class Metrics(Model):
    """How well a model does on a set of examples, as far as the run's app measures it."""

    loss: Real | None = Field(
        default=None, description="mean over the examples; cross-entropy is in nats an example"
    )
    accuracy: Share | None = Field(default=None, description="share labelled correctly, 0 to 1")
    other: dict[str, Real] = Field(
        default_factory=dict, description="what else the app measures, by name"
    )

    @model_validator(mode="after")
    def _hold_something(self) -> Self:
        checks.check_metrics(self)
        return self


class Dataset(Model):
    """The whole dataset, before it is split among clients."""

    name: str = Field(description="the name that the data library gives it")
    num_train: Count | None = Field(default=None, description="examples in the train split")
    num_test: Count | None = Field(default=None, description="examples in the test split")
    class_names: Many[str] = Field(
        default=(), description="in the order of the labels; none where there are no classes"
    )
    fingerprint: str | None = Field(
        default=None, description="SHA-256 over labels and pixels of both splits"
    )


class Network(Model):
    """The model that is trained."""

    name: str | None = None
    num_parameters: Count
    num_bytes: Count = Field(description="bytes of one model as it is sent, as Flower counts them")


class Probe(Model):
    """One weight of the model, followed through the run so that the average can be redone."""

    parameter: str = Field(description="name in the model's state, such as conv1.weight")
    index: Many[Count] = Field(description="position in that parameter")


class Partition(Model):
    """One client's own data. Its position in ``Run.partitions`` is the client's number."""

    num_train: Count | None = Field(default=None, description="examples the client trains on")
    num_validation: Count | None = Field(
        default=None, description="examples the client keeps to evaluate with"
    )
    label_counts: Many[Count] | None = Field(
        default=None, description="examples of each class, both parts"
    )
    thumbnail_labels: Many[Count] = Field(
        default=(), description="class of each image of this client in the array `thumbnails`"
    )


class Failure(Model):
    """A client that was asked and did not deliver."""

    client: Count
    kind: Literal["error", "no reply"] = Field(
        description="an error reply, or none within the time allowed"
    )
    code: Count | None = Field(default=None, description="Flower's error code")
    reason: str | None = Field(default=None, description="what Flower reported")


class CloseUp(Model):
    """One client's training in one round, step by step: its model on one of its own examples.

    Steps are numbered through the run; step 0 is the model before any training.
    """

    label: Count = Field(description="the true class of the example")
    image: Array = Field(description="uint8, (height, width, 3): the example")
    steps: Many[Count] = Field(description="after which it was looked at, ascending")
    probabilities: Array = Field(
        description="float32, (steps, classes): what the model gives each class"
    )
    moved_steps: Many[Count] = Field(description="after which weights were compared, ascending")
    moved: Array = Field(
        description="uint8, (moved steps, parameters): how far each parameter is from the model of "
        "step 0, in parts of `largest`, 255 for all of it"
    )
    largest: Many[NonNegative] = Field(description="the farthest of all parameters, of each row")
    examples: Array | None = Field(
        default=None,
        description="all examples that the client trains on, in small: uint8, the bytes of a "
        "picture as in `Run.test_images`",
    )
    place: Count | None = Field(default=None, description="of the example among `examples`, from 0")

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        checks.check_close_up(self)
        return self


class TrainReply(Model):
    """What one client sent back after its local training, and what it measured there."""

    client: Count
    num_examples: Count | None = Field(default=None, description="n_k, the examples trained on")
    weight: Share | None = Field(default=None, description="n_k / n, the share in the average")
    bytes_down: Count | None = Field(default=None, description="bytes of arrays received")
    bytes_up: Count | None = Field(default=None, description="bytes of arrays sent")
    seconds: NonNegative | None = clock("local training, seconds")
    update_norm: NonNegative | None = Field(
        default=None, description="L2 norm of (sent weights - received weights)"
    )
    probes: Many[Real] | None = Field(
        default=None, description="the sent value of each of `Run.probes`"
    )
    loss_curve: Many[Real] | None = Field(
        default=None, description="mean loss of each batch in order, to seven digits"
    )
    train: Metrics | None = Field(default=None, description="over the last local epoch, as it ran")
    validation: Metrics | None = Field(default=None, description="own validation part, afterwards")
    test: Metrics | None = Field(
        default=None, description="the sent model on the test split, where clients train alone"
    )
    own: Metrics | None = Field(
        default=None, description="the sent model on its own train part, where clients train alone"
    )
    predictions: Array | None = Field(
        default=None,
        description="uint8, (test examples): the class that the sent model gives each, where "
        "clients train alone; after the last round, and the one in which it is best",
    )
    close_up: CloseUp | None = None
    change: Array | None = Field(
        default=None,
        description="float32, (filters, channels, height, width): the first convolution of the "
        "update (sent weights - received weights), in the first round that has one",
    )


class EvaluateReply(Model):
    """What one client measured of the global model on its own validation part."""

    client: Count
    num_examples: Count | None = None
    weight: Share | None = Field(default=None, description="n_k / n, the share in the average")
    metrics: Metrics | None = None
    bytes_down: Count | None = Field(default=None, description="bytes of arrays received")
    bytes_up: Count | None = Field(default=None, description="bytes of metrics sent")
    seconds: NonNegative | None = clock("evaluation, seconds")


class Masked(Model):
    """What secure aggregation hid in one round, told by the clients for this record alone.

    The arrays hold the first convolution of the updates (sent weights - received weights).
    """

    clients: Many[Count] = Field(description="whose updates are shown, ascending")
    plain: Array | None = Field(
        default=None,
        description="float32, (clients, filters, channels, height, width): the updates as nobody "
        "but their client sees them",
    )
    masked: Array | None = Field(
        default=None,
        description="uint8, of the same shape: the highest byte of each number that the server "
        "received instead; other random numbers in every run",
        json_schema_extra=INCIDENTAL,
    )
    mean: Array | None = Field(
        default=None,
        description="float32, without the clients: the average that the server unmasked",
    )
    error: NonNegative = Field(
        description="largest difference, over all weights, between the server's average and that "
        "of the plain updates"
    )
    largest: NonNegative = Field(description="largest weight of the average update")
    threshold: Count = Field(description="how many clients it takes to unmask the sum")
    num_bytes: Count = Field(
        description="bytes of keys, shares and lists of clients, both ways, beside the arrays"
    )

    @model_validator(mode="after")
    def _arrays_agree(self) -> Self:
        checks.check_masked(self)
        return self


class Privacy(Model):
    """Differential privacy of a round. It counts clients, not examples."""

    clip: NonNegative = Field(description="L2 norm to which clients' updates were shortened")
    noise: NonNegative = Field(
        description="standard deviation of the noise on each weight: of the average, or of each "
        "client's update where those are noised"
    )
    epsilon: NonNegative | None = Field(
        default=None, description="spent by all rounds so far, as the run's accountant counts"
    )
    delta: Share | None = Field(default=None, description="at which epsilon was counted")


Form = Literal["plain", "noised", "masked"]


class Train(Model):
    """The training phase of a round."""

    form: Form = Field(
        default="plain",
        description="in which form the clients' updates left them. noised: each client added "
        "noise, and norms, probes and inner products are of noised updates. masked: by secure "
        "aggregation, and there are none",
    )
    masked: Masked | None = None
    privacy: Privacy | None = None

    sampled: Many[Count] | None = Field(
        default=None, description="clients that were asked, ascending; absent if not known"
    )
    replies: Many[TrainReply] = Field(default=(), description="ascending by client")
    failures: Many[Failure] = ()
    weighted_mean: Many[Real] | None = Field(
        default=None,
        description="the aggregate's value of each of `Run.probes`, where it is the mean of what "
        "the clients sent, weighted by n_k / n; absent where the strategy forms it otherwise",
    )
    metrics: Metrics | None = Field(default=None, description="as the strategy aggregated them")
    gram: Many[Many[Real]] | None = Field(
        default=None,
        description="inner products of the updates (sent weights - received weights) of the "
        "replies in their order: every norm, angle and average of theirs follows from it",
    )
    seconds: NonNegative | None = clock("sampling to aggregate, seconds")

    @model_validator(mode="after")
    def _replies_agree(self) -> Self:
        checks.check_train(self)
        return self


class Evaluate(Model):
    """The federated evaluation phase of a round."""

    sampled: Many[Count] | None = Field(
        default=None, description="clients that were asked, ascending; absent if not known"
    )
    replies: Many[EvaluateReply] = Field(default=(), description="ascending by client")
    failures: Many[Failure] = ()
    metrics: Metrics | None = Field(default=None, description="as the strategy aggregated them")
    averaged: bool = Field(
        default=False, description="whether `metrics` is the mean over the replies by n_k / n"
    )
    seconds: NonNegative | None = clock("sampling to aggregate, seconds")

    @model_validator(mode="after")
    def _replies_agree(self) -> Self:
        checks.check_evaluate(self)
        return self


class Round(Model):
    """One round. Round 0 is the state before any training, so it has no phases."""

    number: Count
    train: Train | None = None
    evaluate: Evaluate | None = None
    central: Metrics | None = Field(
        default=None, description="global model on the test split, after this round"
    )
    probes: Many[Real] | None = Field(
        default=None, description="global value of each of `Run.probes`, after this round"
    )
    confusion: Many[Many[Count]] | None = Field(
        default=None,
        description="global model on the test split, after this round: how many examples of each "
        "class (rows) were labelled as each class (columns)",
    )
    predictions: Array | None = Field(
        default=None,
        description="uint8, (test examples): the class that the global model gives each, after "
        "this round; `confusion` and `central.accuracy` follow from it and are not stored",
    )


class Samples(Model):
    """A few examples of the test split. The array ``sample_images`` shows them, in this order."""

    labels: Many[Count] = Field(description="the true class of each")
    first: Many[Many[Share]] = Field(
        description="probability of each class by the model of round 0, for each example"
    )
    last: Many[Many[Share]] = Field(description="the same by the last model")


class ModelPath(Model):
    """The global models of all rounds, projected on the plane in which they lie best (PCA)."""

    points: Many[tuple[Real, Real]] = Field(
        description="of each round, from round 0; distances are L2 norms of weights"
    )
    explained: tuple[Share, Share] = Field(
        description="share of the models' variance along each of the two axes"
    )


class Final(Model):
    """The global model after the last round."""

    file: ModelName | None = Field(default=None, description="file beside the record, safetensors")
    sha256: str | None = Field(default=None, description="of that file")
    test: Metrics | None = Field(default=None, description="the saved model on the test split")
    num_test: Count | None = Field(default=None, description="examples tested on")


RECORDED = "recorded"  # as it ran: the source of a record that is not imported


class Provenance(Model):
    """Where the numbers come from."""

    source: str = Field(
        default=RECORDED, description="recorded as it ran, or what it was imported from"
    )
    seed: Count | None = None
    versions: dict[str, str] = Field(default={}, description="Python and packages that took part")
    code_hash: str | None = Field(
        default=None, description="SHA-256 over the app's code, comments aside"
    )
    started: datetime | None = Field(default=None, description="UTC", json_schema_extra=INCIDENTAL)
    finished: datetime | None = Field(default=None, description="UTC", json_schema_extra=INCIDENTAL)


class ArrayFile(Model):
    """The ``.npz`` beside the JSON. Its name holds its hash, so the pair can't be mixed up."""

    file: ArrayName
    sha256: str


# Settings that the app did not have at first, each with the value that was in effect before.
ADDED: Mapping[str, bool | int | float | str] = {
    "network": "lenet",
    "augment": False,
    "device": "cpu",
    "secure-aggregation": False,
    "dp-noise": 0.0,
    "dp-clip": 1.0,
    "dp-where": "server",
    "dp-delta": 1e-05,
    "dp-epsilon": 0.0,
    "predictions": "auto",
    "close-up": 0,
    "close-up-client": -1,
    "reveal-round": 0,
}


class Run(Model):
    """A whole run. ``rounds[r]`` is round r, and ``rounds[0]`` the state before training."""

    schema_version: Literal[3] = Field(default=3, json_schema_extra=INCIDENTAL)
    name: str = Field(json_schema_extra=INCIDENTAL)
    strategy: str | None = Field(default=None, description="class name of the Flower strategy")
    provenance: Provenance = Provenance()
    config: dict[str, Setting] = Field(default={}, description="the app's run config")
    config_groups: dict[str, Many[str]] = Field(
        default={},
        description="settings that concern one thing alone: `strategy`, `partitioning`, or "
        "`recording`, which changes no number",
        json_schema_extra=INCIDENTAL,
    )
    num_clients: Count | None = None
    weighted_by: str | None = Field(
        default=None,
        description="the metric of which clients' weights are shares, where it is not the number "
        "of examples",
    )
    examples: Noun | None = Field(
        default=None,
        description="what the app calls its examples, such as patients; where that is not said, "
        "those of a record with images are photos",
        json_schema_extra=INCIDENTAL,
    )
    metric: str | None = Field(
        default=None,
        description="the metric that the app wants to be shown first, by the name it has in rounds",
        json_schema_extra=INCIDENTAL,
    )
    dataset: Dataset | None = None
    network: Network | None = None
    probes: Many[Probe] = ()
    partitions: Many[Partition] = Field(default=(), description="of all clients, or none")
    rounds: Many[Round]
    path: ModelPath | None = None
    samples: Samples | None = None
    final: Final | None = Field(default=None, json_schema_extra=INCIDENTAL)

    thumbnails: Array | None = Field(
        default=None, description="uint8, (clients, images, height, width, 3)"
    )
    filters: Array | None = Field(
        default=None,
        description="float32, (rounds + 1, filters, channels, height, width): the global model's "
        "first convolution after each round",
    )
    sample_images: Array | None = Field(
        default=None, description="uint8, (samples, height, width, 3)"
    )
    test_labels: Array | None = Field(
        default=None, description="uint8, (test examples): the true class of each"
    )
    test_images: Array | None = Field(
        default=None,
        description="uint8: the bytes of a picture that shows all test examples in small, see "
        "`tiles`; absent where the project has one of this dataset",
        json_schema_extra=INCIDENTAL,
    )
    arrays: ArrayFile | None = Field(
        default=None, description="set when the run is saved", json_schema_extra=INCIDENTAL
    )

    _inversions: "Inversions | None" = PrivateAttr(default=None)

    @property
    def settings(self) -> Mapping[str, bool | int | float | str]:
        """The run config, with the settings that came later, as they were in effect.

        So a record of before and one of after compare.
        """
        return {**ADDED, **self.config}

    @property
    def by_own_app(self) -> bool:
        """Whether this project's app trained it: what that app sends and can do is known."""
        return self.provenance.code_hash is not None

    @property
    def imported(self) -> bool:
        """Whether the record was made of a file that the run had left."""
        return self.provenance.source != RECORDED

    @property
    def inversions(self) -> "Inversions | None":
        """Photos that were rebuilt from the run's updates: a document of its own beside the record.

        No part of the record or its fingerprint. None without one, or where only the run was read.
        """
        return self._inversions

    def with_inversions(self, found: "Inversions | None") -> Self:
        """Return the run with what an attack on it found."""
        run = self.model_copy()
        run._inversions = found
        return run

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        checks.check_run(self)
        return self


SCHEMA_VERSION: int = Run.model_fields["schema_version"].default


def incidental(kind: Any) -> dict[Any, Any]:
    """Return the incidental fields of a type, as pydantic's ``exclude`` takes them."""
    if isinstance(kind, type) and issubclass(kind, Model):
        fields = kind.model_fields.items()
        found = {
            name: field.json_schema_extra == INCIDENTAL or incidental(field.annotation)
            for name, field in fields
        }
        return {name: what for name, what in found.items() if what}
    inner: dict[Any, Any] = {}
    for argument in get_args(kind):
        inner |= incidental(argument)
    return {"__all__": inner} if inner and get_origin(kind) in (tuple, dict) else inner

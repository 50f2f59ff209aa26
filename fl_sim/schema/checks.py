"""Checks of a run record beyond the types: its parts must agree with each other."""

import math
import re
import reprlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fl_sim.wording import count

if TYPE_CHECKING:
    from fl_sim.schema.model import (
        CloseUp,
        Evaluate,
        EvaluateReply,
        Masked,
        Metrics,
        Partition,
        Round,
        Run,
        Train,
        TrainReply,
    )

# A sum of float32 products may differ from the same sum in float64 by some units of the last place.
MEAN_TOLERANCE = 1e-6
HALF_STEP = 2.0**-11  # of a number of float16, to which it is rounded
# Inner products are summed in another order than norms are.
NORM_TOLERANCE = 5e-5
CONVOLUTION = 4  # dimensions of its weights: filters, channels, height, width
NAME = re.compile(r"[\w-][\w .-]{0,199}", re.ASCII)  # of a file


def check_name(name: str, suffix: str) -> str:
    """Return the name of a file beside a record, after checking that it is no path."""
    if not NAME.fullmatch(name) or not name.endswith(suffix):
        raise ValueError(f"{reprlib.repr(name)} is not a bare name that ends in {suffix}")
    return name


def check_metrics(metrics: "Metrics") -> None:
    """Check that something was measured."""
    known = metrics.loss is not None or metrics.accuracy is not None or metrics.other
    _check(bool(known), "metrics", "hold nothing; leave them out")


def check_train(train: "Train") -> None:
    """Check the training phase of a round."""
    _check_phase(train)
    if train.form == "masked":
        hidden = (train.weighted_mean, train.gram, *(r.probes for r in train.replies))
        told = (*hidden, *(r.update_norm for r in train.replies))
        shown = (r.change for r in train.replies)
        known = any(each is not None for each in (*told, *shown))
        _check(not known, "form", "masked, and updates are told")
    if train.masked is not None:
        _check(train.form == "masked", "masked", f"of updates that are {train.form}")
    for i, reply in enumerate(train.replies):
        if reply.change is not None:
            found, kind = reply.change.ndim, reply.change.dtype
            fits = found == CONVOLUTION and kind == np.float32
            _check(fits, f"replies[{i}].change", f"is {kind} of {found} dimensions")
    if train.weighted_mean is not None:
        _check_mean(train.weighted_mean, train.replies)
    if train.gram is not None:
        _check_gram(train.gram, train.replies)


def check_masked(masked: "Masked") -> None:
    """Check that the updates of as many clients are shown plain, masked and averaged."""
    found = (masked.plain, masked.masked, masked.mean)
    if all(each is None for each in found):
        return
    size = len(masked.clients)
    kinds = (np.float32, 5, size), (np.uint8, 5, size), (np.float32, 4, None)
    for name, array, (kind, dimensions, length) in zip(
        ("plain", "masked", "mean"), found, kinds, strict=True
    ):
        _check(array is not None, name, "is absent, and others are there")
        assert array is not None
        fits = array.ndim == dimensions and length in (None, array.shape[0])
        _check(fits, name, f"shape {array.shape} for {size} clients")
        _check(array.dtype == kind, name, f"is {array.dtype}")


def check_evaluate(evaluate: "Evaluate") -> None:
    """Check the federated evaluation of a round."""
    _check_phase(evaluate)
    if not evaluate.averaged:
        return
    _check(evaluate.metrics is not None, "averaged", "true, and there are no metrics")
    for key in ("loss", "accuracy"):
        found = getattr(evaluate.metrics, key)
        known = [
            (reply.weight, value)
            for reply in evaluate.replies
            if (value := getattr(reply.metrics, key, None)) is not None and reply.weight is not None
        ]
        if found is not None and known and len(known) == len(evaluate.replies):
            _check_close(f"metrics.{key}", found, sum(w * value for w, value in known))


def check_run(run: "Run") -> None:
    """Check a whole run."""
    numbers = [round_.number for round_ in run.rounds]
    ascending = numbers == list(range(len(numbers)))
    _check(ascending, "rounds", f"numbers {_few(numbers)} are not 0, 1, ...")
    _check(bool(numbers), "rounds", "there is none; round 0 is the state before training")
    for round_ in run.rounds:
        _check_round(run, round_, f"rounds[{round_.number}]")
    if run.partitions:
        found = len(run.partitions)
        _check(
            found == run.num_clients,
            "partitions",
            f"{found} for {count(run.num_clients, 'client')}",
        )
    for i, part in enumerate(run.partitions):
        _check_partition(run, part, f"partitions[{i}]")
    if run.path is not None:
        _check_count("path.points", len(run.path.points), len(run.rounds), "round")
    _check_samples(run)
    _check_thumbnails(run)
    _check_filters(run)
    _check_test_split(run)


def _few(values: Sequence[int]) -> str:
    """Return a list as text, cut where it is long."""
    return reprlib.repr(values)


def _check(condition: bool, field: str, found: str) -> None:
    if not condition:
        raise ValueError(f"{field}: {found}")


def _check_count(field: str, found: int, expected: int, what: str) -> None:
    _check(found == expected, field, f"{found} for {count(expected, what)}")


def mean_tolerance(mean: float, values: Sequence[float]) -> float:
    """Return how far from the mean of some weights a server's may be, by how it has computed it.

    A sum in float16, where all values are such, is rounded at each step.
    """
    with np.errstate(over="ignore"):
        exact = np.asarray(values, dtype=np.float32)
        half = bool((exact.astype(np.float16) == exact).all())
    largest = max(map(abs, values), default=0.0)
    steps = (len(values) + 1) * HALF_STEP * largest if half else 0.0
    return max(steps, MEAN_TOLERANCE * max(1.0, abs(mean)))


def _check_close(field: str, found: float, expected: float, tolerance: float | None = None) -> None:
    if tolerance is None:
        tolerance = MEAN_TOLERANCE * max(1.0, abs(expected))
    if not abs(found - expected) <= tolerance:
        raise ValueError(f"{field}: {found} differs from {expected:.9g}, its sum")


def _weighted_sum(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(w * v for w, v in zip(weights, values, strict=True))


# --- the phases of a round


def _check_phase(phase: "Train | Evaluate") -> None:
    """Check that each sampled client replied or failed, once, and that weights are n_k / n."""
    sampled = phase.sampled
    if sampled is None:
        _check(not phase.replies + phase.failures, "sampled", "is absent, and some answered")
        return
    _check(list(sampled) == sorted(set(sampled)), "sampled", f"{_few(sampled)} is not ascending")
    clients = [reply.client for reply in phase.replies]
    _check(clients == sorted(set(clients)), "replies", f"clients {_few(clients)} are not ascending")
    answered = sorted(clients + [failure.client for failure in phase.failures])
    found = f"{_few(list(sampled))} were asked, {_few(answered)} answered"
    _check(answered == list(sampled), "sampled", found)
    _check_weights(phase.replies)


def _check_weights(replies: "Sequence[TrainReply | EvaluateReply]") -> None:
    counts = [reply.num_examples for reply in replies if reply.num_examples is not None]
    shares = [reply.weight for reply in replies if reply.weight is not None]
    if not counts and shares:  # of what else the clients are weighed by
        _check_close("replies: the sum of weights", sum(shares), 1.0)
        return
    known, total = len(counts) == len(replies), max(sum(counts), 1)
    for i, reply in enumerate(replies):
        if reply.weight is None:
            continue
        field = f"replies[{i}].weight"
        _check(known, field, "is a share of an unknown number of examples")
        _check_close(field, reply.weight, (reply.num_examples or 0) / total)


def _check_mean(mean: Sequence[float], replies: "Sequence[TrainReply]") -> None:
    """Check that the server's average is the weighted mean of what the clients sent."""
    sent = [reply.probes for reply in replies]
    weights = [reply.weight for reply in replies if reply.weight is not None]
    field = "weighted_mean"
    _check(len(weights) == len(replies), field, "a reply has no weight")
    for i, value in enumerate(mean):
        column = [probes[i] for probes in sent if probes is not None and len(probes) == len(mean)]
        _check(
            len(column) == len(replies),
            field,
            f"{count(len(mean), 'probe')}, a reply has another count",
        )
        expected = _weighted_sum(weights, column)
        tolerance = mean_tolerance(expected, column)
        _check_close(f"{field}[{i}]", value, expected, tolerance)


def _check_gram(gram: Sequence[Sequence[float]], replies: "Sequence[TrainReply]") -> None:
    _check_square("gram", gram, len(replies), "reply")
    matrix = np.asarray(gram, dtype=np.float64).reshape(len(replies), len(replies))
    _check(bool((matrix == matrix.T).all()), "gram", "is not symmetric")
    for i, reply in enumerate(replies):
        if reply.update_norm is None:
            continue
        square, norm = float(matrix[i, i]), reply.update_norm
        root = math.copysign(math.sqrt(abs(square)), square)
        near = abs(root - norm) <= NORM_TOLERANCE * max(norm, 1e-6)
        _check(near, f"gram[{i}][{i}]", f"{square:.9g} is not the square of update_norm")


def _check_square(field: str, rows: Sequence[Sequence[float]], size: int, what: str) -> None:
    shapes = {len(row) for row in rows}
    _check(
        len(rows) == size and shapes <= {size},
        field,
        f"{count(len(rows), 'row')} for {count(size, what)}",
    )


# --- a run's parts


def _check_round(run: "Run", round_: "Round", where: str) -> None:
    for phase in (round_.train, round_.evaluate):
        last = phase.sampled[-1] if phase and phase.sampled else -1
        fits = run.num_clients is None or last < run.num_clients
        _check(fits, where, f"client {last} was sampled, there are {run.num_clients}")
    if run.weighted_by is None:
        _check_counted(round_, where)
    _check_probes(run, round_, where)
    if round_.confusion is None:
        return
    _check(run.dataset is not None, f"{where}.confusion", "of classes without a dataset")
    assert run.dataset is not None
    field = f"{where}.confusion"
    _check_square(field, round_.confusion, len(run.dataset.class_names), "class")
    tested = sum(map(sum, round_.confusion))
    num_test = run.dataset.num_test
    _check_count(field, tested, tested if num_test is None else num_test, "test example")


def _check_counted(round_: "Round", where: str) -> None:
    for name in ("train", "evaluate"):
        phase = getattr(round_, name)
        for i, reply in enumerate(phase.replies if phase else ()):
            counted = reply.weight is None or reply.num_examples is not None
            found = f"replies[{i}].weight: is a share of an unknown number of examples"
            _check(counted, f"{where}.{name}", found)


def _check_probes(run: "Run", round_: "Round", where: str) -> None:
    replies = round_.train.replies if round_.train else ()
    for probes in (round_.probes, *(reply.probes for reply in replies)):
        found = len(run.probes) if probes is None else len(probes)
        said = f"{count(found, 'probe')}, the run has {len(run.probes)}"
        _check(found == len(run.probes), where, said)
    mean = round_.train.weighted_mean if round_.train else None
    if run.strategy == "FedAvg" and mean is not None:
        _check(round_.probes == mean, f"{where}.probes", "differ from train.weighted_mean")


def _check_partition(run: "Run", part: "Partition", where: str) -> None:
    classes = (len(run.dataset.class_names) or None) if run.dataset else None
    top = max(part.thumbnail_labels, default=-1)
    fits = classes is None or top < classes
    _check(fits, f"{where}.thumbnail_labels", f"class {top} of {classes}")
    if part.label_counts is None:
        return
    field, found = f"{where}.label_counts", len(part.label_counts)
    _check(
        classes in (None, found), field, f"{count(found, 'count')} for {count(classes, 'class')}"
    )
    if part.num_train is not None and part.num_validation is not None:
        total, size = sum(part.label_counts), part.num_train + part.num_validation
        _check(total == size, field, f"sum to {total}, it holds {count(size, 'example')}")


def _check_samples(run: "Run") -> None:
    if run.samples is None:
        _check(run.sample_images is None, "sample_images", "there are no samples")
        return
    number = len(run.samples.labels)
    classes = len(run.dataset.class_names) if run.dataset else 0
    top = max(run.samples.labels, default=-1)
    _check(top < classes, "samples.labels", f"class {top} of {classes}")
    for name in ("first", "last"):
        rows = getattr(run.samples, name)
        _check_count(f"samples.{name}", len(rows), number, "sample")
        for i, row in enumerate(rows):
            _check_count(f"samples.{name}[{i}]", len(row), classes, "class")
    if run.sample_images is not None:
        shape = _check_pixels("sample_images", run.sample_images, 4)
        _check(shape[0] == number, "sample_images", f"shape {shape} for {count(number, 'sample')}")


def _check_thumbnails(run: "Run") -> None:
    if run.thumbnails is None:
        return
    shape = _check_pixels("thumbnails", run.thumbnails, 5)
    clients = len(run.partitions)
    _check(shape[0] == clients, "thumbnails", f"shape {shape} for {count(clients, 'client')}")
    counts = {len(part.thumbnail_labels) for part in run.partitions}
    _check(counts == {shape[1]}, "thumbnails", f"{shape[1]} a client, labels for {counts}")


def _check_pixels(field: str, images: npt.NDArray[Any], dimensions: int) -> tuple[int, ...]:
    shape = images.shape
    _check(images.dtype == np.uint8, field, f"is {images.dtype}")
    _check(len(shape) == dimensions and shape[-1] == 3, field, f"shape {shape}")
    return shape


def _check_filters(run: "Run") -> None:
    if run.filters is None:
        return
    shape = run.filters.shape
    _check(run.filters.dtype == np.float32, "filters", f"is {run.filters.dtype}")
    fits = len(shape) == 5 and shape[0] == len(run.rounds)
    _check(fits, "filters", f"shape {shape} for {len(run.rounds)} rounds, round 0 included")
    _check(bool(np.isfinite(run.filters).all()), "filters", "hold a number that is not finite")


# --- the test split


def _check_test_split(run: "Run") -> None:
    _check_bytes("test_images", run.test_images)
    found = list(_predictions(run))
    if run.test_labels is None:
        for field, _ in found:
            _check(False, field, "of a test split without `test_labels`")
        return
    classes = len(run.dataset.class_names) if run.dataset else 0
    num_test = run.dataset.num_test if run.dataset else None
    size = len(run.test_labels)
    _check_classes("test_labels", run.test_labels, size if num_test is None else num_test, classes)
    _check(size > 0, "test_labels", "there is none")
    for field, predictions in found:
        _check_classes(field, predictions, size, classes)


def _predictions(run: "Run") -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Yield all predictions of a run, each with its field."""
    for round_ in run.rounds:
        where = f"rounds[{round_.number}]"
        if round_.predictions is not None:
            yield f"{where}.predictions", round_.predictions
        for i, reply in enumerate(round_.train.replies if round_.train else ()):
            if reply.predictions is not None:
                yield f"{where}.train.replies[{i}].predictions", reply.predictions


def _check_classes(field: str, values: npt.NDArray[Any], size: int, classes: int) -> None:
    """Check one class for each of ``size`` examples."""
    _check_bytes(field, values)
    _check_count(field, len(values), size, "test example")
    top = int(values.max(initial=0))
    _check(top < classes, field, f"class {top} of {classes}")


def _check_bytes(field: str, values: npt.NDArray[Any] | None) -> None:
    if values is not None:
        fits = values.dtype == np.uint8 and values.ndim == 1
        _check(fits, field, f"is {values.dtype} of shape {values.shape}")


def check_close_up(close_up: "CloseUp") -> None:
    """Check one client's training, step by step."""
    _check_pixels("image", close_up.image, 3)
    for name in ("steps", "moved_steps"):
        steps = getattr(close_up, name)
        _check(list(steps) == sorted(set(steps)), name, f"{_few(steps)} do not ascend")
    given = close_up.probabilities
    fits = given.dtype == np.float32 and given.ndim == 2 and len(given) == len(close_up.steps)
    _check(fits, "probabilities", f"is {given.dtype} of shape {given.shape}")
    shares = bool(((given >= 0) & (given <= 1)).all())
    _check(shares, "probabilities", "are not all from 0 to 1")
    moved = close_up.moved
    fits = moved.dtype == np.uint8 and moved.ndim == 2 and len(moved) == len(close_up.moved_steps)
    _check(fits, "moved", f"is {moved.dtype} of shape {moved.shape}")
    _check_count("largest", len(close_up.largest), len(moved), "rows of moved")
    _check_bytes("examples", close_up.examples)
    alone = close_up.examples is None and close_up.place is not None
    _check(not alone, "place", "is given without examples")

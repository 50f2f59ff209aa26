"""Odd records: valid ones that hold the extremes of some fields, for tests of every story."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

import numpy as np
from hand import hand_pair, hand_run
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from tiny_record import full_run, tiny_run

from fl_sim import record
from fl_sim.record import Run

Change = Callable[[Run], Run]

NAMES = (
    "", " ", "\n\t\x1b[31m", "a{b}%s", "x" * 1000, "\u732b", "\U0001f408", "\u0642\u0637\u0629",
    "e\u0301", "\u200f\u202e", "12 of 3",
)  # fmt: skip
COUNTS = (0, 1, 2, 10**9, 2**63 - 1)
REALS = (0.0, -0.0, 5e-324, 1.0, -1.0, 1e30, -1e30, 1e300, 1.7e308, -1.7e308)
# What a field may hold, by its type; the model refuses what it may not.
EXTREMES: dict[type, Sequence[Any]] = {str: NAMES, int: COUNTS, float: REALS, bool: (True, False)}


@dataclass(frozen=True)
class OddRecipe:
    """How odd runs are made, which prints shorter than they do."""

    base: str
    changes: tuple[str, ...]
    values: tuple[
        tuple[str, Any, bool], ...
    ] = ()  # a field, what it holds, in the first place only

    def make(self) -> tuple[Run, ...] | None:
        """Return the runs, or None where they would contradict themselves."""
        try:
            return tuple(self._changed(run) for run in BASES[self.base]())
        except ValidationError:
            return None

    def _changed(self, run: Run) -> Run:
        for name in self.changes:
            run = CHANGES[name](run)
        for field, held, first in self.values:
            run = replaced(run, field, held, [1] if first else [-1])
        return Run.model_validate(run.model_dump())


def replaced(part: Any, field: str, held: Any, left: list[int]) -> Any:
    """Return a part of a run in which a field, such as ``Metrics.loss``, holds something else.

    Args:
        part: of a run.
        field: the class of the model and the name of the field.
        held: the new value.
        left: how often it may still be replaced; a negative number is without limit.
    """
    if isinstance(part, tuple):
        return tuple(replaced(each, field, held, left) for each in part)
    if not isinstance(part, BaseModel):
        return part
    update = {}
    for name in type(part).model_fields:
        if f"{type(part).__name__}.{name}" == field and left[0]:
            left[0] -= 1
            update[name] = held
        else:
            update[name] = replaced(getattr(part, name), field, held, left)
    return part.model_copy(update=update)


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield every field below a model with what it may hold at the extremes."""
    for name, field in model.model_fields.items():
        yield f"{model.__name__}.{name}", list(_extremes(field.annotation))
        for inner in _models_in(field.annotation):
            yield from fields_of(inner)


def _extremes(kind: Any) -> Iterator[Any]:
    """Yield the extremes of a type, those of a list as lists of none, one and several."""
    if kind is type(None):
        yield None
    elif isinstance(kind, type) and kind in EXTREMES:
        yield from EXTREMES[kind]
    elif get_origin(kind) is tuple:
        yield ()
        for each in _extremes(get_args(kind)[0]):
            yield from ((each,), (each, each), (each, each, each))
    elif get_origin(kind) is dict:
        yield {}
    else:
        for each in get_args(kind):
            yield from _extremes(each)


def _models_in(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for each in get_args(kind):
        yield from _models_in(each)


FIELDS = {
    name: held
    for name, held in fields_of(Run)
    if held and not name.startswith("ModelPath.")  # which holds pairs of numbers
}
# What a field holds where it is absent.
ABSENT = {
    name: None if None in held else ()
    for name, held in FIELDS.items()
    if None in held or () in held
}


@st.composite
def odd_recipes(draw: st.DrawFn) -> OddRecipe:
    """Draw runs with one or two odd things about them."""
    base = draw(st.sampled_from(sorted(BASES)))
    changes = draw(st.lists(st.sampled_from(sorted(CHANGES)), max_size=2, unique=True))
    values = draw(st.lists(_values(), min_size=0 if changes else 1, max_size=2 - len(changes)))
    return OddRecipe(base, tuple(changes), tuple(values))


@st.composite
def _values(draw: st.DrawFn) -> tuple[str, Any, bool]:
    field = draw(st.sampled_from(sorted(FIELDS)))
    return field, draw(st.sampled_from(FIELDS[field])), draw(st.booleans())


# --- changes that agree with the rest of a run


def in_every_round(run: Run, change: Callable[[record.Round], record.Round]) -> Run:
    """Return a run with each of its rounds changed."""
    return run.model_copy(update={"rounds": tuple(map(change, run.rounds))})


def in_every_training(run: Run, change: Callable[[record.Train], record.Train]) -> Run:
    """Return a run with the training of each of its rounds changed."""

    def changed(round_: record.Round) -> record.Round:
        if round_.train is None:
            return round_
        return round_.model_copy(update={"train": change(round_.train)})

    return in_every_round(run, changed)


def nobody_delivers(run: Run) -> Run:
    """Let every client that was asked fail in every round."""

    def failing(train: record.Train) -> record.Train:
        asked = train.sampled or ()
        failures = tuple(record.Failure(client=client, kind="no reply") for client in asked)
        update = {"replies": (), "failures": failures, "weighted_mean": None, "gram": None}
        return train.model_copy(update=update)

    return in_every_training(run, failing)


def nobody_delivers_last(run: Run) -> Run:
    """Let every client that was asked fail in the last round."""
    return run.model_copy(update={"rounds": (*run.rounds[:-1], *nobody_delivers(run).rounds[-1:])})


def nobody_delivers_first(run: Run) -> Run:
    """Let every client that was asked fail in the first round."""
    return run.model_copy(
        update={"rounds": (run.rounds[0], *nobody_delivers(run).rounds[1:2], *run.rounds[2:])}
    )


def nobody_is_asked(run: Run) -> Run:
    """Let no client take part in any round."""
    none = {"sampled": (), "replies": (), "failures": (), "weighted_mean": None, "gram": None}
    return in_every_training(run, lambda train: train.model_copy(update=none))


def one_step(run: Run) -> Run:
    """Let every client train for one batch."""
    return replaced(run, "TrainReply.loss_curve", (1.5,), [-1])


def no_examples(run: Run) -> Run:
    """Let the clients hold nothing, and train on nothing."""
    counts = replaced(run, "TrainReply.num_examples", 0, [-1])
    counts = replaced(counts, "TrainReply.weight", 0.0, [-1])
    counts = replaced(counts, "Train.weighted_mean", None, [-1])
    return _holding(counts, range(len(run.partitions)))


def one_without_examples(run: Run) -> Run:
    """Let the first client hold nothing."""
    return _holding(run, (0,))


def _holding(run: Run, empty: Sequence[int]) -> Run:
    """Return a run of which some clients hold no examples."""
    nothing = {"num_train": 0, "num_validation": 0}
    parts = tuple(
        part.model_copy(update={**nothing, "label_counts": (0,) * len(part.label_counts or ())})
        if i in empty
        else part
        for i, part in enumerate(run.partitions)
    )
    return run.model_copy(update={"partitions": parts})


def no_clients(run: Run) -> Run:
    """Let there be no clients at all."""
    gone = {"num_clients": 0, "partitions": (), "thumbnails": None}
    rounds = (round_.model_copy(update={"train": None, "evaluate": None}) for round_ in run.rounds)
    return run.model_copy(update={**gone, "rounds": tuple(rounds)})


def very_many_clients(run: Run) -> Run:
    """Let more clients be counted than any list could hold."""
    return run.model_copy(update={"num_clients": 2**63 - 1, "partitions": (), "thumbnails": None})


def no_channels(run: Run) -> Run:
    """Let the filters hold no weight."""
    return run.model_copy(update={"filters": np.zeros((len(run.rounds), 2, 0, 5, 5), np.float32)})


def no_filter(run: Run) -> Run:
    """Let there be no filter among the filters."""
    return run.model_copy(update={"filters": np.zeros((len(run.rounds), 0, 3, 5, 5), np.float32)})


def huge_filters(run: Run) -> Run:
    """Let the filters be as large as float32 has them."""
    return run.model_copy(
        update={"filters": np.full((len(run.rounds), 2, 3, 2, 2), 3e38, np.float32)}
    )


def one_channel(run: Run) -> Run:
    """Let the photos be grey, and the filters large."""
    return run.model_copy(update={"filters": np.ones((len(run.rounds), 2, 1, 11, 11), np.float32)})


def no_pixels(run: Run) -> Run:
    """Let the photos have no pixels."""
    update: dict[str, Any] = {}
    for name in ("thumbnails", "sample_images"):
        images = getattr(run, name)
        if images is not None:
            update[name] = np.zeros((*images.shape[:-3], 0, 0, 3), np.uint8)
    return run.model_copy(update=update)


def no_rounds(run: Run) -> Run:
    """Let there be nothing but the state before training."""
    filters = None if run.filters is None else run.filters[:1]
    return run.model_copy(update={"rounds": run.rounds[:1], "filters": filters, "path": None})


def collapsed(run: Run) -> Run:
    """Let the last model call everything by one name."""
    if run.dataset is None or run.rounds[-1].confusion is None:
        return run
    held = [sum(row) for row in run.rounds[-1].confusion]
    size = len(held)
    rows = tuple((0,) * (size - 1) + (all_of_it,) for all_of_it in held)
    last = run.rounds[-1].model_copy(update={"confusion": rows})
    return run.model_copy(update={"rounds": (*run.rounds[:-1], last)})


def nothing_right(run: Run) -> Run:
    """Let the last model give each kind the name of the next."""
    if run.dataset is None or run.rounds[-1].confusion is None:
        return run
    held = [sum(row) for row in run.rounds[-1].confusion]
    rows = tuple(
        tuple(each if k == (i + 1) % len(held) else 0 for k in range(len(held)))
        for i, each in enumerate(held)
    )
    last = run.rounds[-1].model_copy(update={"confusion": rows})
    return run.model_copy(update={"rounds": (*run.rounds[:-1], last)})


def local_only(run: Run) -> Run:
    """Let every client keep its own model, as where nobody shares anything."""
    return run.model_copy(update={"strategy": "LocalOnly", "probes": ()}).model_copy(
        update={"rounds": replaced(_without_probes(run).rounds, "Round.probes", None, [-1])}
    )


def _without_probes(run: Run) -> Run:
    run = replaced(run, "TrainReply.probes", None, [-1])
    return replaced(run, "Train.weighted_mean", None, [-1])


def equal_losses(run: Run) -> Run:
    """Let no training change the loss."""
    return replaced(run, "TrainReply.loss_curve", (1.0, 1.0, 1.0), [-1])


def huge_losses(run: Run) -> Run:
    """Let training diverge."""
    return replaced(run, "TrainReply.loss_curve", (1.0, 1e300, 1.7e308), [-1])


def _named(name: str) -> Change:
    """Return a change to class names, run name and data set with an odd text."""

    def change(run: Run) -> Run:
        update: dict[str, Any] = {"name": name or "run"}
        if run.dataset is not None:
            names = tuple(name for _ in run.dataset.class_names)
            update["dataset"] = run.dataset.model_copy(update={"class_names": names, "name": name})
        return run.model_copy(update=update)

    return change


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (
        nobody_delivers, nobody_delivers_last, nobody_delivers_first, nobody_is_asked, one_step,
        no_examples, one_without_examples, no_clients, very_many_clients, no_channels, no_filter,
        huge_filters, one_channel, no_pixels, no_rounds, collapsed, nothing_right, local_only,
        equal_losses, huge_losses,
    )
} | {f"named {name[:12]!a}": _named(name) for name in NAMES}  # fmt: skip
BASES: dict[str, Callable[[], Sequence[Run]]] = {
    "hand": lambda: [hand_run()],
    "failing": lambda: [hand_run(workers=4, picked=4, failed=2)],
    "one": lambda: [hand_run(workers=1, picked=1, classes=1)],
    "crowd": lambda: [hand_run(workers=30, rounds=3, picked=5, classes=20)],
    "tiny": lambda: [tiny_run()],
    "full": lambda: [full_run()],
    "pair": lambda: hand_pair(workers=3, picked=3),
}

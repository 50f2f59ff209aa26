"""``fl-sim sweep``: a grid of runs, as runs of a suite that lies in the grid's folder."""

# ruff: noqa: PLC0415  # Torch takes seconds to import

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fl_sim import grid as grids
from fl_sim import record
from fl_sim.app.settings import OWN, SETTINGS, SettingError, Settings, defaults, override, used
from fl_sim.grid import Axis, Choice, Grid, GridError, Point, Value
from fl_sim.running.launch import packages_of
from fl_sim.running.suite import Entry, assignments
from fl_sim.wording import did_you_mean

if TYPE_CHECKING:
    from fl_sim.app.cifar10 import Data

# What a point's record leaves out, unless the grid says otherwise: thousands of numbers a round.
SMALL: Mapping[str, Value] = {"keep": "numbers", "confusion-every": 0, "predictions": "none"}
SHORT = 90.0  # seconds that are not given as minutes
TRIED = 2.0  # seconds for which training is tried, and as long testing
BATCHES = 4  # that are tried at a time

Size = tuple[object, ...]  # settings on which the time of a step depends


# --- the declaration


def declared(over: Sequence[str], changes: Sequence[str]) -> Grid:
    """Return the grid that options declare.

    Args:
        over: axes as ``key=value,value``, where a value may bring other settings with it:
            ``partitioning=iid,dirichlet:dirichlet-alpha=0.1``.
        changes: settings of all points as ``key=value``.

    Raises:
        SettingError: a setting does not exist, or a value does not fit it.
    """
    return Grid([_axis(text) for text in over], _parsed(changes))


def _axis(text: str) -> Axis:
    key, equals, values = text.partition("=")
    if not equals:
        raise SettingError(f"{text!r} is not of the form key=value,value")
    return Axis(key, [_choice(key, value) for value in values.split(",")])


def _choice(key: str, text: str) -> Choice:
    value, *more = text.split(":")
    return Choice(_parsed([f"{key}={value}", *more]))


def _parsed(changes: Iterable[str]) -> dict[str, Value]:
    """Return what ``key=value`` assignments change, each in its setting's type."""
    listed = list(changes)
    whole = override(defaults(), listed)
    return {key: whole[key] for key in (text.partition("=")[0] for text in listed)}


def check_place(folder: Path, grid: Grid) -> None:
    """Raise GridError if a folder declares another grid, or holds other files."""
    if (folder / grids.FILE).is_file():
        if grids.read(folder) != grid:
            raise GridError(
                f"{folder / grids.FILE} declares another grid; edit it and leave --over and --set "
                "out, or name another folder"
            )
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GridError(f"{folder} holds other files; name another folder")


def check_own(folder: Path) -> None:
    """Raise GridError if a grid came with an installed fedreel, which changes none of its files."""
    if folder.parent == grids.GRIDS and record.own_runs() != record.RUNS:
        raise GridError(f"a grid {folder.name} comes with fedreel; name a folder of your own")


def declare(folder: Path, grid: Grid) -> None:
    """Write a grid's declaration, where there is none."""
    if (folder / grids.FILE).is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    record.replace(folder / grids.FILE, grid.as_toml().encode())


# --- the runs


def entries(grid: Grid) -> list[Entry]:
    """Return the runs of a grid.

    Raises:
        GridError: it has no axis, or a run has an unknown setting or value, or is another's.
    """
    if not grid.axes:
        raise GridError("nothing varies; name a setting and its values: --over local-epochs=1,5")
    _check_keys(grid)
    found = [_entry(point) for point in grid.points()]
    _check_different(found)
    return found


def _check_different(listed: Iterable[Entry]) -> None:
    known: dict[frozenset[tuple[str, Value]], Entry] = {}
    for one in listed:
        first = known.setdefault(frozenset(used(one.config).items()), one)
        if first is not one:
            raise GridError(
                f"{first.name} and {one.name} would be the same run; leave one of the values out"
            )


def _entry(point: Point) -> Entry:
    changes = {**SMALL, **point.changes}
    try:
        config = override(defaults(), assignments(changes))
        Settings.of(config)
    except SettingError as error:
        raise GridError(f"{point.name}: {error}") from error
    return Entry(point.name, changes, config)


def _check_keys(grid: Grid) -> None:
    """Raise GridError if a setting is set in two places, or is one of the command's."""
    named = [axis.key for axis in grid.axes]
    more = {key for axis in grid.axes for choice in axis.choices for key in choice.changes}
    twice = {key for key in named if named.count(key) > 1} | {*grid.settings} & more
    twice |= {key for one, other in combinations(grid.axes, 2) for key in _keys(one) & _keys(other)}
    if twice:
        raise GridError(f"{sorted(twice)[0]} is set in two places of the grid; leave one out")
    for key in (*more, *grid.settings):
        if key not in SETTINGS or key in (*OWN, "dataset"):
            hint = did_you_mean(key, SETTINGS)
            raise GridError(f"{key} is no setting of a grid.{hint} List them with: fl-sim settings")


def _keys(axis: Axis) -> set[str]:
    return {key for choice in axis.choices for key in choice.changes}


def strangers(folder: Path, listed: Sequence[Entry]) -> list[str]:
    """Return the names of the records in a grid's folder that are of none of its points."""
    return sorted({path.name for path in record.inside(folder)} - {one.name for one in listed})


# --- before training


@dataclass(frozen=True)
class Work:
    """What the runs of a grid compute: gradient steps, and the seconds that they take.

    The seconds are those of one core for training and testing, as tried on this machine.
    """

    steps: int
    seconds: float

    def __str__(self) -> str:
        took = _duration(self.seconds)
        steps = f"{self.steps:,} gradient steps"
        return f"{steps}: about {took} of one core as tried now, besides each run's start"


def _duration(seconds: float) -> str:
    if seconds < SHORT:
        return f"{ceil(seconds)} s"
    minutes = round(seconds / 60)
    hours, left = divmod(minutes, 60)
    return f"{hours} h {left} min" if hours else f"{minutes} min"


class _Pace(NamedTuple):
    """Seconds for a gradient step, and for testing an image."""

    step: float
    image: float


def packages(listed: Iterable[Entry], on: str) -> list[str]:
    """Return the packages that runs need."""
    return list(dict.fromkeys(name for one in listed for name in packages_of(one.config, on)))


def check_data(listed: Sequence[Entry], folder: Path | None) -> "Data":
    """Return the dataset, once its images can be dealt out as each run asks.

    Raises:
        GridError: it cannot be read, or a run asks for too many clients.
    """
    from fl_sim.app import cifar10, privacy, task
    from fl_sim.app.folder import DataError

    dataset = str(folder or SETTINGS["dataset"].default)
    try:
        data = cifar10.load(dataset)
    except DataError as error:
        raise GridError(str(error)) from error
    for one in listed:
        settings = Settings.of({**one.config, "dataset": dataset})
        try:
            parts = task.partition(data, _dealing(settings))
            privacy.check_weights([len(part.train) for part in parts], settings)
        except (DataError, SettingError) as error:
            raise GridError(f"{one.name}: {error}") from error
    return data


def _dealing(settings: Settings) -> Settings:
    """Return settings with all as usual but who holds which images, which is found once then."""
    names = ("dataset", "seed", "num_partitions", "validation_fraction", "partitioning")
    return Settings(**{name: getattr(settings, name) for name in names})


def work(listed: Sequence[Entry], data: "Data") -> Work:
    """Return what runs compute; training and testing are tried for a few seconds."""
    paces: dict[Size, _Pace] = {}
    steps, seconds = 0, 0.0
    for one in listed:
        settings = Settings.of(one.config)
        size = (settings.network, settings.batch_size, settings.augment, settings.device)
        pace = paces.get(size) or paces.setdefault(size, _tried(settings, data))
        own = _steps(settings, len(data.train))
        steps += own
        seconds += own * pace.step + _tested(settings, data) * pace.image
    return Work(steps, seconds)


def _steps(settings: Settings, images: int) -> int:
    """Return the gradient steps of a run, if its clients had as many images each."""
    clients = _clients(settings, settings.fraction_train)
    own = images / settings.num_partitions * (1 - settings.validation_fraction)
    each = settings.local_epochs * ceil(own / settings.batch_size)
    return settings.num_server_rounds * clients * each


def _clients(settings: Settings, fraction: float) -> int:
    return max(1, int(fraction * settings.num_partitions)) if fraction else 0


def _tested(settings: Settings, data: "Data") -> float:
    """Return how many images a run tests a model on, the server's and the clients'."""
    clients = sum(
        _clients(settings, one) for one in (settings.fraction_train, settings.fraction_evaluate)
    )
    own = len(data.train) / settings.num_partitions * settings.validation_fraction
    rounds = settings.num_server_rounds
    return (rounds + 1) * len(data.test) + rounds * clients * own


def _tried(settings: Settings, data: "Data") -> _Pace:
    import torch

    from fl_sim.app import task

    model = task.initial_model(settings.seed, len(data.class_names), settings.network)
    model = task.placed(model, settings)
    index = torch.arange(min(BATCHES * settings.batch_size, len(data.train)))
    once = settings.model_copy(update={"local_epochs": 1})
    shuffle = task.generator(settings.seed)

    def train() -> int:
        return len(task.train(model, data.train, index, once, shuffle)[0])

    def test() -> int:
        task.evaluate(model, data.train, index)
        return len(index)

    return _Pace(_seconds(train), _seconds(test))


def _seconds(do: Callable[[], int]) -> float:
    """Return the seconds for one of as many things as a function says that it did."""
    do()
    begun, done = time.process_time(), 0
    while time.process_time() - begun < TRIED or not done:
        done += do()
    return (time.process_time() - begun) / done

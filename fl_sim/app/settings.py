"""The settings of a run: each with its default, its limits and its description, once.

To add one, write a field here with its limits as its type, and its description below it.
``SETTINGS`` has them by key. The command line, the error messages and the checks of
``pyproject.toml`` read it. Importing this module loads neither Flower nor Torch, so that a mistake
is reported at once.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.fields import FieldInfo

from fl_sim.app.fields import (
    BelowOne,
    Count,
    CountOrNone,
    Fraction,
    Group,
    NotNegative,
    Positive,
    Seed,
)
from fl_sim.app.networks import NETWORKS, LeNet, NetworkChoice
from fl_sim.app.partitioners import PARTITIONERS, Iid, PartitionerChoice
from fl_sim.app.strategies import STRATEGIES, FedAvg, StrategyChoice
from fl_sim.wording import did_you_mean

Value = bool | int | float | str

# Settings that say where things lie on one machine, and are no part of a record's config.
PLACES = ("name", "out", "dataset")
# Settings that change what is recorded, but nobody's training on the whole.
RECORDING = (
    "keep", "confusion-every", "predictions", "close-up", "close-up-client", "full-round",
    "round-timeout", "failure-seed", "reveal-round",
)  # fmt: skip
# Settings of what is hidden of the clients' updates.
PRIVACY = (
    "secure-aggregation", "dp-noise", "dp-clip", "dp-where", "dp-delta", "dp-epsilon"
)  # fmt: skip
# Those that `fl-sim run` has a word or an option of its own for.
OWN = ("name", "out")

_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
}


class SettingError(ValueError):
    """A setting that does not exist, has the wrong type or is out of range."""


class Settings(Group):
    """One run's settings, named as in ``[tool.flwr.app.config]`` but with underscores."""

    name: str = "run"
    """name of the run"""
    out: str = ""
    """absolute folder of the record; `fl-sim run` sets it"""
    dataset: str = "uoft-cs/cifar10"
    """name on the Hugging Face hub, or a local folder, as for --data"""
    seed: Seed = 42
    """of the first model, of who holds which images, and of each round's clients"""
    num_partitions: Count = 10
    """number of clients, each with one part of the images"""
    validation_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """part of each client's images that it does not train on"""
    num_server_rounds: Count = 3
    """number of rounds"""
    fraction_train: Annotated[float, Field(gt=0, le=1)] = 0.3
    """part of the clients that train in a round"""
    fraction_evaluate: Fraction = 0.3
    """part of the clients that evaluate in a round"""
    local_epochs: Count = 1
    """passes over its images that a client makes in a round"""
    batch_size: Count = 32
    """images a gradient step"""
    learning_rate: Positive = 0.01
    """step of the clients' SGD"""
    momentum: BelowOne = 0.9
    """momentum of the clients' SGD"""
    partitioning: PartitionerChoice = Iid()
    """how images are dealt out to clients"""
    strategy: StrategyChoice = FedAvg()
    """what the server makes of the clients' models"""
    network: NetworkChoice = LeNet()
    """the network that clients train"""
    augment: bool = False
    """true: clients train on random crops and flips of their images"""
    device: Literal["cpu", "auto", "cuda", "mps"] = "cpu"
    """what computes; auto: a GPU if there is one. Only cpu gives the same bits on each machine"""
    secure_aggregation: bool = False
    """true: the server learns the average of the clients' updates, and no update"""
    dp_noise: NotNegative = 0.0
    """noise on the sum of the updates, in parts of dp-clip; 0: no differential privacy"""
    dp_clip: Positive = 1.0
    """L2 norm to which a client's update is shortened"""
    dp_where: Literal["server", "clients", "local"] = "server"
    """who clips: server or clients, and the server adds noise; local: each client does both"""
    dp_delta: Annotated[float, Field(gt=0, lt=1)] = 1e-5
    """delta of differential privacy, well below one in the number of clients"""
    dp_epsilon: NotNegative = 0.0
    """the privacy budget: the largest epsilon that a run may spend; 0: any"""
    full_round: CountOrNone = 0
    """the round in which every client trains; 0: none"""
    confusion_every: CountOrNone = 1
    """rounds between two confusion matrices; 0: none"""
    predictions: Literal["auto", "all", "none"] = "auto"
    """the class given to each test image after each round; auto: where that takes little space"""
    close_up: CountOrNone = 0
    """steps of training, from the first, that are looked at closely; 0: none"""
    close_up_client: Annotated[int, Field(ge=-1)] = -1
    """the client whose training is looked at closely; -1: everyone's"""
    reveal_round: CountOrNone = 0
    """the round in which clients tell the record what secure aggregation hides; 0: none"""
    keep: Literal["all", "numbers"] = "all"
    """numbers: a small record, without images, filters, curves and model"""
    round_timeout: Positive = 3600.0
    """seconds that clients have to answer"""
    failure_rate: Fraction = 0.0
    """probability that a client, asked to train, raises an error"""
    hang_rate: Fraction = 0.0
    """probability that a client answers after the timeout"""
    dropout_rate: Fraction = 0.0
    """probability that a client cannot be reached"""
    failure_seed: Seed = 0
    """seed of failures, hangs and dropouts"""

    @property
    def has_faults(self) -> bool:
        """Whether clients may be made to fail."""
        return self.failure_rate + self.hang_rate + self.dropout_rate > 0

    @model_validator(mode="after")
    def _check_faults(self) -> Self:
        faults = self.failure_rate + self.hang_rate + self.dropout_rate
        if faults > 1:
            raise ValueError(
                f"failure-rate, hang-rate and dropout-rate add up to {faults:g}; "
                "they must add up to 1 at most"
            )
        return self

    @model_validator(mode="after")
    def _check_chosen(self) -> Self:
        """Check that a round or a client that is chosen is there."""
        rounds, clients = self.num_server_rounds, self.num_partitions - 1
        for key, chosen, last in (
            ("reveal-round", self.reveal_round, rounds),
            ("full-round", self.full_round, rounds),
            ("close-up-client", self.close_up_client, clients),
        ):
            if chosen > last:
                raise ValueError(f"{key}={chosen} does nothing; the last one is {last}")
        return self

    @model_validator(mode="after")
    def _check_privacy(self) -> Self:
        if self.secure_aggregation and not self.strategy.averages:
            raise ValueError(
                "this strategy compares clients, or averages none, and secure-aggregation tells "
                "it the average alone; choose another, such as strategy=fedavg"
            )
        if self.secure_aggregation and self.num_partitions < 2:
            raise ValueError(
                "of one client the sum is its update; with secure-aggregation set num-partitions "
                "to 2 or more"
            )
        if not self.dp_noise and (changed := self._changed("dp_clip", "dp_where", "dp_delta")):
            raise ValueError(f"{changed} does nothing without noise; set dp-noise above 0 too")
        if self.dp_epsilon and not self.dp_noise:
            raise ValueError("dp-epsilon is a budget of noise; set dp-noise above 0 too")
        if self.reveal_round and not self.secure_aggregation:
            raise ValueError("reveal-round shows what secure-aggregation=true hides; set that too")
        if self.dp_noise:
            self._check_dp()
        return self

    def _changed(self, *names: str) -> str:
        """Return the key of the first of these settings that has not its default, else nothing."""
        fields = type(self).model_fields
        changed = (n for n in names if getattr(self, n) != fields[n].default)
        return next((str(fields[name].alias) for name in changed), "")

    def _check_dp(self) -> None:
        if not self.strategy.plain:
            raise ValueError("dp-noise goes with strategy=fedavg or fedprox")
        if self.full_round:
            raise ValueError("dp-noise needs as many clients in every round; set full-round=0")
        if self.secure_aggregation and self.dp_where == "server":
            raise ValueError(
                "with secure-aggregation the server sees no update to clip; set dp-where=clients"
            )

    @classmethod
    def of(cls, run_config: Mapping[str, Value]) -> "Settings":
        """Read Flower's run config. What it lacks has its default.

        Raises:
            SettingError: a value has another type or is out of range.
        """
        values: dict[str, Any] = {
            key: setting.check(run_config.get(key, setting.default))
            for key, setting in SETTINGS.items()
        }
        for key, table in TABLES.items():
            values[key] = table[values[key]].model_validate(values)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingError(str(error.errors()[0]["ctx"]["error"])) from error


# Settings that choose one of a table's classes by name; the class has settings of its own.
TABLES: dict[str, Mapping[str, type[Group]]] = {
    "partitioning": PARTITIONERS,
    "strategy": STRATEGIES,
    "network": NETWORKS,
}


class Setting:
    """One setting, as the command line and Flower's run config know it.

    Attributes:
        key: its name, with dashes.
        default: its value where nothing else is said.
        names: the values that it can have, empty if it can have any within its limits.
        limits: the values that it can have, in words.
        description: what it is.
    """

    def __init__(self, info: FieldInfo) -> None:
        self.key = str(info.alias)
        table = TABLES.get(self.key, {})
        self.names: tuple[str, ...] = tuple(table) or get_args(info.annotation)
        known = {choice: name for name, choice in table.items()}
        self.default: Value = known.get(type(info.default), info.default)
        self.limits = f"one of {', '.join(self.names)}" if self.names else _in_words(info)
        self.description = info.description or ""
        self._kind = type(self.default)
        number: Any = Annotated[self._kind, *info.metadata] if info.metadata else self._kind
        rules = ConfigDict(strict=True, allow_inf_nan=False)
        self._adapter: TypeAdapter[Value] = TypeAdapter(number, config=rules)

    def check(self, value: Value) -> Value:
        """Return a value in the setting's type: for Flower 1 is a number, too.

        Raises:
            SettingError: it has another type, or is out of range.
        """
        return self._checked(self._adapter.validate_python, value)

    def parse(self, text: str) -> Value:
        """Return the value that a text on the command line stands for; raise as ``check`` does."""
        return self._checked(self._adapter.validate_strings, text)

    def _checked(self, validate: Callable[[Any], Value], value: Value) -> Value:
        try:
            found = validate(value)
        except ValidationError as error:
            if error.errors()[0]["type"].endswith(("_type", "_parsing")):
                raise SettingError(f"{self.key} is {_KINDS[self._kind]}, not {value!r}") from error
            raise SettingError(f"{self.key} is {value}; it must be {self.limits}") from error
        if self.names and found not in self.names:
            hint = did_you_mean(str(value), self.names)
            raise SettingError(f"{self.key} is {value!r}; it must be {self.limits}.{hint}")
        return found


def _in_words(info: FieldInfo) -> str:
    """Return a number's limits in words."""
    bounds = {
        name: getattr(limit, name)
        for limit in info.metadata
        for name in ("gt", "ge", "lt", "le")
        if hasattr(limit, name)
    }
    match bounds:
        case {} if info.annotation is bool:
            words = _KINDS[bool]
        case {"gt": low, "lt": high}:
            words = f"above {low} and below {high}"
        case {"gt": low, "le": high}:
            words = f"above {low} and at most {high}"
        case {"ge": low, "lt": high}:
            words = f"from {low} to below {high}"
        case {"ge": low, "le": high}:
            words = f"from {low} to {high}"
        case {"gt": low}:
            words = f"above {low}"
        case {"ge": low}:
            words = f"{low} or more"
        case _:
            words = ""
    return words


def _all_settings() -> dict[str, Setting]:
    """Return every setting by key; after one with a table come those of the table's classes."""
    found: dict[str, FieldInfo] = {}
    for info in Settings.model_fields.values():
        _add(found, info)
        for choice in TABLES.get(str(info.alias), {}).values():
            for own in choice.model_fields.values():
                _add(found, own)
    return {key: Setting(info) for key, info in found.items()}


def _add(found: dict[str, FieldInfo], info: FieldInfo) -> None:
    before = found.setdefault(str(info.alias), info)
    if repr(before) != repr(info):
        raise TypeError(f"two settings are called {info.alias}, with other limits or defaults")


SETTINGS = _all_settings()


def defaults() -> dict[str, Value]:
    """Return the run config in which every setting has its default."""
    return {key: setting.default for key, setting in SETTINGS.items()}


def override(config: Mapping[str, Value], assignments: Iterable[str]) -> dict[str, Value]:
    """Return ``config`` with ``key=value`` assignments applied, each in its setting's type.

    Raises:
        SettingError: an assignment has no ``=``, an unknown key, or a value that does not fit.
    """
    result = dict(config)
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise SettingError(f"{assignment!r} is not of the form key=value")
        known = [name for name in SETTINGS if name not in OWN]
        if key not in known:
            hint = did_you_mean(key, known)
            raise SettingError(
                f"there is no setting {key!r}.{hint} List them with: fl-sim settings"
            )
        result[key] = SETTINGS[key].parse(text)
    return result


def as_text(value: Value) -> str:
    """Return a value as the command line takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def used(config: Mapping[str, Value]) -> dict[str, Value]:
    """Return the settings on which a run's numbers depend.

    Places are left out, and the settings of strategies and partitioners that were not chosen. What
    ``config`` lacks has its default: it was made when there was no such setting.
    """
    known = {**defaults(), **config}
    unused = set(PLACES)
    for key, table in TABLES.items():
        fields = {name: _keys(choice) for name, choice in table.items()}
        unused |= set().union(*fields.values()) - set(fields.get(str(known[key]), ()))
    return {key: value for key, value in known.items() if key not in unused}


def groups() -> dict[str, tuple[str, ...]]:
    """Return which settings concern one thing alone, as a record keeps it."""
    chosen = {
        key: dict.fromkeys([key, *(own for choice in table.values() for own in _keys(choice))])
        for key, table in TABLES.items()
    }
    return {
        "recording": RECORDING,
        "privacy": PRIVACY,
        **{key: tuple(keys) for key, keys in chosen.items()},
    }


def _keys(choice: type[Group]) -> list[str]:
    return [str(info.alias) for info in choice.model_fields.values()]

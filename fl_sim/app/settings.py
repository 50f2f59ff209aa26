"""The app's settings: their defaults, their types and their limits.

Needs nothing heavy, so that a mistake is told before anything is loaded.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

Value = bool | int | float | str

# Settings that say where things lie on one machine, and are no part of a record's config.
PLACES = ("name", "out", "dataset")
# Those that `fl-sim run` has a word or an option of its own for.
OWN = ("name", "out")

# Settings with a list of known values.
CHOICES = {
    "partitioning": ("iid", "dirichlet", "pathological", "unequal"),
    "strategy": (
        "fedavg",
        "fedprox",
        "fedadam",
        "fedyogi",
        "fedavgm",
        "fedmedian",
        "local-only",
    ),
    "keep": ("all", "numbers"),
}

_LOWEST = {
    "num-partitions": 1,
    "seed": 0,
    "num-server-rounds": 1,
    "local-epochs": 1,
    "batch-size": 1,
    "classes-per-client": 1,
    "full-round": 0,
    "confusion-every": 0,
    "failure-seed": 0,
}

_Limits = tuple[str, Callable[[float], bool]]

# Infinity and not-a-number are outside all of them.
_POSITIVE: _Limits = ("above 0", lambda value: 0 < value < float("inf"))
_NOT_NEGATIVE: _Limits = ("0 or more", lambda value: 0 <= value < float("inf"))
_BELOW_ONE: _Limits = ("from 0 to below 1", lambda value: 0 <= value < 1)
_FRACTION: _Limits = ("from 0 to 1", lambda value: 0 <= value <= 1)

_RANGES: dict[str, _Limits] = {
    "validation-fraction": ("above 0 and below 1", lambda value: 0 < value < 1),
    "fraction-train": ("above 0 and at most 1", lambda value: 0 < value <= 1),
    "fraction-evaluate": _FRACTION,
    "learning-rate": _POSITIVE,
    "momentum": _BELOW_ONE,
    "dirichlet-alpha": _POSITIVE,
    "proximal-mu": _NOT_NEGATIVE,
    "server-learning-rate": _POSITIVE,
    "server-momentum": _BELOW_ONE,
    "eta": _POSITIVE,
    "beta-1": _BELOW_ONE,
    "beta-2": _BELOW_ONE,
    "tau": _POSITIVE,
    "round-timeout": _POSITIVE,
    "failure-rate": _FRACTION,
    "hang-rate": _FRACTION,
    "dropout-rate": _FRACTION,
}

_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}

# Present in a checkout, absent from an installed wheel.
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


class SettingError(ValueError):
    """A setting that does not exist, has the wrong type or is out of range."""


@dataclass(frozen=True)
class Settings:
    """One run's settings, named as in ``[tool.flwr.app.config]`` but with underscores.

    A strategy's own numbers have the names of its arguments in Flower; the others ignore them.

    Raises:
        SettingError: a value is unknown or out of range.
    """

    name: str = "run"
    out: str = ""
    dataset: str = "uoft-cs/cifar10"
    seed: int = 42
    num_partitions: int = 10
    validation_fraction: float = 0.2
    num_server_rounds: int = 3
    fraction_train: float = 0.3
    fraction_evaluate: float = 0.3
    local_epochs: int = 1
    batch_size: int = 32
    learning_rate: float = 0.01
    momentum: float = 0.9
    partitioning: str = "iid"
    dirichlet_alpha: float = 0.1
    classes_per_client: int = 2
    strategy: str = "fedavg"
    proximal_mu: float = 0.1
    server_learning_rate: float = 0.1
    server_momentum: float = 0.9
    eta: float = 0.01
    beta_1: float = 0.9
    beta_2: float = 0.99
    tau: float = 0.001
    full_round: int = 0
    confusion_every: int = 1
    keep: str = "all"
    round_timeout: float = 3600.0
    failure_rate: float = 0.0
    hang_rate: float = 0.0
    dropout_rate: float = 0.0
    failure_seed: int = 0

    def __post_init__(self) -> None:
        for key, known in CHOICES.items():
            _one_of(key, getattr(self, _field(key)), known)
        for key, lowest in _LOWEST.items():
            _at_least(key, getattr(self, _field(key)), lowest)
        for key, limits in _RANGES.items():
            _within(key, getattr(self, _field(key)), limits)
        faults = self.failure_rate + self.hang_rate + self.dropout_rate
        if faults > 1:
            raise SettingError(
                f"failure-rate, hang-rate and dropout-rate add up to {faults:g}; "
                "they must add up to 1 at most"
            )

    @classmethod
    def of(cls, run_config: Mapping[str, Value]) -> "Settings":
        """Read Flower's run config.

        Raises:
            SettingError: a key is missing, or a value has another type or is out of range.
        """
        values: dict[str, Any] = {}
        for field in fields(cls):
            key = _key(field.name)
            if key not in run_config:
                raise SettingError(f"setting {key!r} is missing from the run config")
            values[field.name] = _of_type(key, run_config[key], type(field.default))
        return cls(**values)


def defaults() -> dict[str, Value]:
    """Return the run config of ``pyproject.toml``, or the same from here where there is none."""
    if PYPROJECT.is_file():
        text = PYPROJECT.read_text(encoding="utf-8")
        config: dict[str, Value] = tomllib.loads(text)["tool"]["flwr"]["app"]["config"]
        return config
    return {_key(name): value for name, value in asdict(Settings()).items()}


def override(config: Mapping[str, Value], assignments: Iterable[str]) -> dict[str, Value]:
    """Return ``config`` with ``key=value`` assignments applied, each in its default's type.

    Raises:
        SettingError: an assignment has no ``=``, an unknown key, or a value of another type.
    """
    result = dict(config)
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise SettingError(f"{assignment!r} is not of the form key=value")
        known = [name for name in config if name not in OWN]
        if key not in known:
            raise SettingError(_unknown(key, known))
        result[key] = _parse(key, text, config[key])
    return result


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question that names the most similar known word, empty where none is similar."""
    close = get_close_matches(word, list(known), n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _key(field: str) -> str:
    return field.replace("_", "-")


def _field(key: str) -> str:
    return key.replace("-", "_")


def _unknown(key: str, known: Sequence[str]) -> str:
    hint = did_you_mean(key, known)
    return f"there is no setting {key!r}.{hint} Settings: {', '.join(known)}"


def _parse(key: str, text: str, default: Value) -> Value:
    if isinstance(default, str):
        return text
    if isinstance(default, bool):
        if text not in ("true", "false"):
            raise SettingError(f"{key} is true or false, not {text!r}")
        return text == "true"
    kind = type(default)
    try:
        return kind(text)
    except ValueError as error:
        raise SettingError(f"{key} is {_KINDS[kind]}, not {text!r}") from error


def _of_type(key: str, value: Value, kind: Any) -> Value:
    """Return a value of the run config in its default's type: 1 is a number, too, for Flower."""
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise SettingError(f"{key} is {_KINDS[kind]}, not {value!r}")
    return value


def _one_of(key: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        hint = did_you_mean(value, known)
        raise SettingError(f"{key} is {value!r}; it must be one of {', '.join(known)}.{hint}")


def _at_least(key: str, value: int, lowest: int) -> None:
    if value < lowest:
        raise SettingError(f"{key} is {value}; it must be {lowest} or more")


def _within(key: str, value: float, limits: "_Limits") -> None:
    words, fits = limits
    if not fits(value):
        raise SettingError(f"{key} is {value}; it must be {words}")

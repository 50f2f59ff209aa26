"""The app's settings: their defaults, their types and their limits.

Needs nothing heavy, so that a mistake is told before anything is loaded.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from pathlib import Path

Value = bool | int | float | str

# Settings that say where things lie on one machine, and are no part of a record's config.
PLACES = ("name", "out", "dataset")
# Those that `fl-sim run` has a word or an option of its own for.
OWN = ("name", "out")

# Present in a checkout, absent from an installed wheel.
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


class SettingError(ValueError):
    """A setting that does not exist, has the wrong type or is out of range."""


@dataclass(frozen=True)
class Settings:
    """One run's settings, named as in ``[tool.flwr.app.config]`` but with underscores."""

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

    def __post_init__(self) -> None:
        # FedAvg asks two clients at least, and would wait for ever for a second one.
        _at_least("num-partitions", self.num_partitions, 2)
        _at_least("seed", self.seed, 0)
        for key in ("num-server-rounds", "local-epochs", "batch-size"):
            _at_least(key, getattr(self, _field(key)), 1)
        _within("validation-fraction", self.validation_fraction, 0 < self.validation_fraction < 1)
        _within("fraction-train", self.fraction_train, 0 < self.fraction_train <= 1)
        _within("fraction-evaluate", self.fraction_evaluate, 0 <= self.fraction_evaluate <= 1)
        _within("learning-rate", self.learning_rate, 0 < self.learning_rate < float("inf"))
        _within("momentum", self.momentum, 0 <= self.momentum < 1)

    @classmethod
    def of(cls, run_config: Mapping[str, Value]) -> "Settings":
        """Read Flower's run config.

        Raises:
            SettingError: a key is missing, or a value is out of range.
        """
        try:
            values = {field.name: run_config[_key(field.name)] for field in fields(cls)}
        except KeyError as error:
            raise SettingError(f"setting {error} is missing from the run config") from error
        return cls(**values)  # type: ignore[arg-type]  # their types are those of the defaults


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


def _key(field: str) -> str:
    return field.replace("_", "-")


def _field(key: str) -> str:
    return key.replace("-", "_")


def _unknown(key: str, known: Sequence[str]) -> str:
    close = get_close_matches(key, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
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
        wanted = "a whole number" if kind is int else "a number"
        raise SettingError(f"{key} is {wanted}, not {text!r}") from error


def _at_least(key: str, value: int, lowest: int) -> None:
    if value < lowest:
        raise SettingError(f"{key} is {value}; it must be {lowest} or more")


_RANGES = {
    "validation-fraction": "above 0 and below 1",
    "fraction-train": "above 0 and at most 1",
    "fraction-evaluate": "from 0 to 1",
    "learning-rate": "above 0",
    "momentum": "from 0 to below 1",
}


def _within(key: str, value: float, fits: bool) -> None:
    if not fits:
        raise SettingError(f"{key} is {value}; it must be {_RANGES[key]}")

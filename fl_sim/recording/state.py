"""The state of a strategy between rounds, as plain arrays: momentum, moments, own models.

Flower has no way to save a strategy. Its strategies keep their state in attributes that hold
arrays by name, arrays by node, lists of arrays, numbers, or an accountant of privacy, which has a
state that JSON can hold; these are found here. Nothing is pickled: what comes back is arrays and
numbers.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from flwr.app import Array, ArrayRecord
from flwr.serverapp.strategy import Strategy

from fl_sim.recording.replies import Arrays, arrays_of

State = dict[str, npt.NDArray[Any]]

# Kinds of an attribute: how it is laid out, and how it is put back.
NAMED, LISTED, RECORD, BY_NODE, SINGLE = "named", "listed", "record", "by node", "single"
SEPARATOR = "|"
PLAIN = bool | int | float | str | None


@runtime_checkable
class Account(Protocol):
    """What Flower's accountants of privacy have of it."""

    def state_dict(self) -> dict[str, object]:
        """Return the state."""

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Take a state back."""


def capture(strategy: Strategy, numbers: Mapping[int, int]) -> tuple[State, dict[str, str]]:
    """Return a strategy's state: arrays, and text for the header of their file.

    Args:
        strategy: with its wrappers, if it has any.
        numbers: each client's number by node id; node ids do not outlive a process.
    """
    arrays: State = {}
    kinds: dict[str, str] = {}
    plain: dict[str, Any] = {}
    accounts: dict[str, Any] = {}
    for name, value in _attributes(strategy):
        if isinstance(value, Account):
            accounts[name] = value.state_dict()
        elif isinstance(value, PLAIN) and not isinstance(value, np.generic):
            plain[name] = value
        elif (found := _laid_out(value, numbers)) is not None:
            kinds[name], parts = found
            arrays |= {f"{name}{SEPARATOR}{key}": part for key, part in parts.items()}
    states = {"kinds": kinds, "plain": plain, "accounts": accounts}
    return arrays, {key: json.dumps(state) for key, state in states.items()}


def restore(
    strategy: Strategy, arrays: Arrays, header: Mapping[str, str], nodes: Mapping[int, int]
) -> None:
    """Put a strategy's state back into a new one, made from the same settings.

    Args:
        strategy: as in ``capture``.
        arrays: what ``capture`` returned.
        header: the same.
        nodes: each client's node id in this process, by its number.
    """
    kinds, plain = json.loads(header["kinds"]), json.loads(header["plain"])
    for name, value in plain.items():
        _set(strategy, name, value)
    for name, account in json.loads(header["accounts"]).items():
        found: Any = reduce(getattr, name.split("."), strategy)
        found.load_state_dict(account)
    for name, kind in kinds.items():
        prefix = name + SEPARATOR
        parts = {
            key.removeprefix(prefix): value
            for key, value in arrays.items()
            if key.startswith(prefix)
        }
        _set(strategy, name, _rebuilt(kind, parts, nodes))


def _attributes(strategy: Strategy, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Give each attribute of a strategy, and of the one that it wraps, by the way to it."""
    for attribute, value in vars(strategy).items():
        if isinstance(value, Strategy):
            yield from _attributes(value, f"{prefix}{attribute}.")
        else:
            yield f"{prefix}{attribute}", value


def _set(strategy: Strategy, name: str, value: Any) -> None:
    *way, attribute = name.split(".")
    setattr(reduce(getattr, way, strategy), attribute, value)


def _laid_out(value: Any, numbers: Mapping[int, int]) -> tuple[str, State] | None:
    """Return the kind of a value and its arrays, or None for what is no state."""
    kind = _kind(value, numbers)
    if kind is None:
        return None
    parts: dict[str, Callable[[], State]] = {
        SINGLE: lambda: {"": np.asarray(value)},
        RECORD: lambda: arrays_of(value),
        LISTED: lambda: {str(i): array for i, array in enumerate(value)},
        NAMED: lambda: dict(value),
        BY_NODE: lambda: {
            f"{numbers[node]}{SEPARATOR}{name}": array
            for node, arrays in value.items()
            for name, array in arrays_of(arrays).items()
        },
    }
    return kind, parts[kind]()


def _kind(value: Any, numbers: Mapping[int, int]) -> str | None:
    for kind, single in ((SINGLE, np.ndarray | np.generic), (RECORD, ArrayRecord)):
        if isinstance(value, single):
            return kind
    if not isinstance(value, list | dict) or not value:
        return None
    if isinstance(value, list):
        return LISTED if _all(value, np.ndarray) else None
    if _all(value.values(), np.ndarray) and _all(value, str):
        return NAMED
    by_node = _all(value.values(), ArrayRecord) and set(value) <= set(numbers)
    return BY_NODE if by_node else None


def _rebuilt(kind: str, parts: State, nodes: Mapping[int, int]) -> Any:
    if kind == SINGLE:
        return parts[""] if parts[""].ndim else parts[""][()]
    if kind == RECORD:
        return _record(parts)
    if kind == LISTED:
        return [parts[str(i)] for i in range(len(parts))]
    if kind == NAMED:
        return parts
    by_client: dict[int, State] = {}
    for key, array in parts.items():
        client, _, name = key.partition(SEPARATOR)
        by_client.setdefault(int(client), {})[name] = array
    return {nodes[client]: _record(arrays) for client, arrays in by_client.items()}


def _all(values: Any, kind: type) -> bool:
    return all(isinstance(value, kind) for value in values)


def _record(arrays: Arrays) -> ArrayRecord:
    return ArrayRecord({name: Array(array) for name, array in arrays.items()})

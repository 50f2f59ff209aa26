"""Records of earlier schemas, brought to today's step by step."""

from collections.abc import Callable
from typing import Any

Data = dict[str, Any]

OLD_TIMEOUT = "no reply in time"


def upgrade(data: Data, version: int) -> Data:
    """Return a run's plain data in today's schema.

    Raises:
        ValueError, KeyError, TypeError: the data is not of the schema that it says it is of.
    """
    for step in STEPS[version - 1 :]:
        data = step(data)
    return data


def _from_1(data: Data) -> Data:
    """Let a run say how many clients it has, and why a client failed."""
    rounds = [_round_from_1(round_) for round_ in data["rounds"]]
    clients = len(data["partitions"])
    return {**data, "schema_version": 2, "num_clients": clients, "rounds": rounds}


def _round_from_1(round_: Data) -> Data:
    halves: Data = {
        phase: dict(round_[phase]) for phase in ("train", "evaluate") if phase in round_
    }
    for half in halves.values():
        half["failures"] = [_failure_from_1(failure) for failure in half.get("failures", [])]
    if "metrics" in halves.get("evaluate", {}):
        halves["evaluate"]["averaged"] = True
    return {**round_, **halves}


def _failure_from_1(failure: Data) -> Data:
    if failure["reason"] == OLD_TIMEOUT:
        return {"client": failure["client"], "kind": "no reply"}
    return {**failure, "kind": "error"}


STEPS: tuple[Callable[[Data], Data], ...] = (_from_1,)

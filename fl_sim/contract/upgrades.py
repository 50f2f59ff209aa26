"""Records of earlier schemas, brought to today's step by step."""

import re
from collections.abc import Callable
from typing import Any

Data = dict[str, Any]

# What the first schema put in the place of a reason.
OLD_TIMEOUT = "no reply in time"
OLD_CODE = re.compile(r"error code (\d{1,9})", re.ASCII)


def upgrade(data: Data, version: int) -> Data:
    """Return a run's plain data in today's schema.

    Raises:
        ValueError: the data is not of the schema that it says it is of.
    """
    for number, step in enumerate(STEPS[version - 1 :], version):
        try:
            data = step(data)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"not laid out as in schema_version {number} ({error!r})") from error
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
    client, reason = failure["client"], failure["reason"]
    if reason == OLD_TIMEOUT:
        return {"client": client, "kind": "no reply"}
    if code := OLD_CODE.fullmatch(reason):
        return {"client": client, "kind": "error", "code": int(code[1])}
    return {**failure, "kind": "error"}


STEPS: tuple[Callable[[Data], Data], ...] = (_from_1,)

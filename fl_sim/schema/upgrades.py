"""Upgrades of older records to the current schema, step by step."""

import re
from collections.abc import Callable
from typing import Any

from fl_sim.schema import columns, text
from fl_sim.schema.arrays import Arrays

Data = dict[str, Any]
Step = Callable[[Data, Arrays], Data]

# What schema 1 wrote as the reason of a failure.
OLD_TIMEOUT = "no reply in time"
OLD_CODE = re.compile(r"error code (\d{1,9})", re.ASCII)

# The arrays of schemas 1 and 2, by the names of their fields.
IMAGES = ("thumbnails", "filters", "sample_images")


def upgrade(data: Data, arrays: Arrays, version: int, size: int) -> Data:
    """Return a run's data in the current schema.

    Args:
        data: what the JSON holds.
        arrays: what the array file holds.
        version: the schema of both.
        size: of the array file, bytes.

    Raises:
        ValueError: they are not of this schema, or would take too much memory.
    """
    text.check(columns.memory(_columns(arrays)), size)
    for number, step in enumerate(STEPS[version - 1 :], version):
        try:
            data = step(data, arrays)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"not laid out as in schema_version {number} ({error!r})") from error
    return data


def _columns(arrays: Arrays) -> Arrays:
    return {name: array for name, array in arrays.items() if name not in IMAGES}


def _from_1(data: Data, _: Arrays) -> Data:
    """Add the number of clients, and the kind of each failure."""
    rounds = [_round_from_1(round_) for round_ in data["rounds"]]
    clients = len(data["partitions"])
    return {**data, "schema_version": 2, "num_clients": clients, "rounds": rounds}


def _round_from_1(round_: Data) -> Data:
    phases: Data = {name: dict(round_[name]) for name in ("train", "evaluate") if name in round_}
    for phase in phases.values():
        phase["failures"] = [_failure_from_1(failure) for failure in phase.get("failures", [])]
    if "metrics" in phases.get("evaluate", {}):
        phases["evaluate"]["averaged"] = True
    return {**round_, **phases}


def _failure_from_1(failure: Data) -> Data:
    client, reason = failure["client"], failure["reason"]
    if reason == OLD_TIMEOUT:
        return {"client": client, "kind": "no reply"}
    if code := OLD_CODE.fullmatch(reason):
        return {"client": client, "kind": "error", "code": int(code[1])}
    return {**failure, "kind": "error"}


def _from_2(data: Data, arrays: Arrays) -> Data:
    """Put what lay in columns and images into their places in the data."""
    images = {name: arrays[name] for name in IMAGES if name in arrays}
    found = columns.read_run(data, _columns(arrays))
    return {**found, **images, "schema_version": 3}


STEPS: tuple[Step, ...] = (_from_1, _from_2)

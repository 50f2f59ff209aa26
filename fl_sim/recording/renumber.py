"""The numbers of clients: each gets its partition id, once it has reported it.

Flower's node ids are random in every run. A client may report its partition id only with its first
reply, when it has a number already, by the order in which it was met.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fl_sim import record

MOST_CLIENTS = 1_000_000  # a client that speaks of more is mistaken

Phase = TypeVar("Phase", record.Train, record.Evaluate)


@dataclass(frozen=True)
class Numbering:
    """The clients of a run: their number, by the one that they had, and what each has reported."""

    numbers: Mapping[int, int]
    reports: Mapping[int, Mapping[str, Any]]
    count: int

    @classmethod
    def of(cls, met: Mapping[int, int], reports: Mapping[int, Mapping[str, Any]]) -> "Numbering":
        """Return the numbers of the clients of a run.

        Args:
            met: the number that each node got when it was met.
            reports: what nodes have reported. Their ``partition-id`` is their number, if no two
                have the same; where one is beyond the number of clients, its rank is. The others
                take the numbers that are left, in the order in which they were met.
        """
        known = {node: each for node, each in reports.items() if node in met}
        own = _ids(known, "partition-id")
        counts = _ids(known, "num-partitions").values()
        count = max([len(met), *(each for each in counts if each <= MOST_CLIENTS)])
        if len(set(own.values())) < len(own):
            own = {}
        if any(number >= count for number in own.values()):
            own = {node: rank for rank, node in enumerate(sorted(own, key=own.__getitem__))}
        free = (number for number in range(count) if number not in set(own.values()))
        ordered = sorted(met, key=met.__getitem__)
        numbers = {node: own[node] if node in own else next(free) for node in ordered}
        return cls(
            {met[node]: number for node, number in numbers.items()},
            {numbers[node]: each for node, each in known.items()},
            count,
        )

    def partitions(self) -> tuple[record.Partition, ...]:
        """Return what is known of every client's data, nothing if no client has reported it."""
        parts = tuple(_partition(self.reports.get(client, {})) for client in range(self.count))
        return parts if any(part.label_counts is not None for part in parts) else ()


def renumber(round_: record.Round, numbers: Mapping[int, int]) -> record.Round:
    """Return a round in which each client has its own number."""
    if all(before == after for before, after in numbers.items()):
        return round_
    phases = {
        name: _renumber_phase(phase, numbers)
        for name in ("train", "evaluate")
        if (phase := getattr(round_, name)) is not None
    }
    return round_.model_copy(update=phases)


def _renumber_phase(phase: Phase, numbers: Mapping[int, int]) -> Phase:
    order = sorted(range(len(phase.replies)), key=lambda i: numbers[phase.replies[i].client])
    changed: dict[str, Any] = {
        "sampled": phase.sampled and tuple(sorted(numbers[client] for client in phase.sampled)),
        "replies": tuple(_with_number(phase.replies[i], numbers) for i in order),
        "failures": tuple(
            sorted((_with_number(each, numbers) for each in phase.failures), key=_client)
        ),
    }
    if isinstance(phase, record.Train) and phase.gram is not None:
        gram = phase.gram
        changed["gram"] = tuple(tuple(gram[i][j] for j in order) for i in order)
    return phase.model_copy(update=changed)


def _with_number(each: Any, numbers: Mapping[int, int]) -> Any:
    return each.model_copy(update={"client": numbers[each.client]})


def _client(failure: record.Failure) -> int:
    return failure.client


def _ids(reports: Mapping[int, Mapping[str, Any]], key: str) -> dict[int, int]:
    """Return what nodes have reported under a key, where it is a number that a client can have."""
    found = {node: each.get(key) for node, each in reports.items()}
    return {node: value for node, value in found.items() if type(value) is int and value >= 0}


def _partition(report: Mapping[str, Any]) -> record.Partition:
    counts = report.get("label-counts")
    whole = isinstance(counts, list) and all(type(each) is int and each >= 0 for each in counts)
    return record.Partition(label_counts=tuple(counts) if whole and counts else None)

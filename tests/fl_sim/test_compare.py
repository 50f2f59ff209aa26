"""Differences of records: none if and only if the fingerprints are the same."""

from typing import Any

import pytest
from tiny_record import full_run, tiny_run

from fl_sim import record
from fl_sim.compare import differences


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({}, {}, []),
        ({"a": 1, "b": [1, 2]}, {"b": [1, 2], "a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a: 1 -> 2"]),
        ({"a": 1}, {}, ["a: 1 -> -"]),
        ({}, {"a": None}, ["a: - -> null"]),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}, ['a.b: "x" -> "y"']),
        ({"a": [{"b": 1}, 2]}, {"a": [{"b": 3}, 2, 4]}, ["a[0].b: 1 -> 3", "a[2]: - -> 4"]),
        ({"a": [1]}, {"a": {"b": 1}}, ['a: [1] -> {"b": 1}']),
        ({"a": "x" * 99}, {"a": 1}, [f'a: "{"x" * 59}... -> 1']),
    ],
)
def test_lines(before: Any, after: Any, lines: list[str]) -> None:
    assert list(differences(before, after)) == lines


def lines(before: record.Run, after: record.Run) -> list[str]:
    return list(differences(record.computed(before), record.computed(after)))


def test_clocks_and_names_do_not_differ() -> None:
    run = tiny_run()
    other = run.model_copy(update={"name": "other", "provenance": record.Provenance(seed=1)})
    found = [line.partition(":")[0] for line in lines(run, other)]
    assert found == ["provenance.seed", "provenance.versions.python", "provenance.code_hash"]
    assert lines(run, run.model_copy(update={"name": "other"})) == []


def test_arrays_differ_by_their_hash() -> None:
    run = tiny_run()
    other = run.model_copy(update={"filters": run.filters + 1})
    assert [line.partition(":")[0] for line in lines(run, other)] == ["filters.sha256"]


def test_runs_without_a_difference_have_one_fingerprint() -> None:
    runs = (tiny_run(), full_run(), tiny_run().model_copy(update={"name": "other"}))
    for one in runs:
        for other in runs:
            same = record.fingerprint(one) == record.fingerprint(other)
            assert same == (not lines(one, other))

"""The import of results that a run left without a recorder.

Two kinds of file are read: a Flower ``Result`` saved as JSON, and a table of rounds as CSV. What
they do not say is absent from the record, and what can be meant in two ways is refused.
"""

import codecs
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from fl_sim import record
from fl_sim.recording.measures import ACCURACY, LOSS, named, rounded
from fl_sim.recording.results import ImportFileError, Results, Values, read_json, read_table

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def import_run(
    path: Path,
    name: str,
    *,
    strategy: str | None = None,
    clients: int | None = None,
    percent: bool = False,
) -> record.Run:
    """Return a record of what a file says.

    Args:
        path: of a Flower ``Result`` as JSON, or of a table as CSV.
        name: of the run.
        strategy: class name of the Flower strategy, which no such file holds.
        clients: how many there were.
        percent: accuracies are in percent.

    Raises:
        ImportFileError: it cannot be read, is no such file, or contradicts itself.
    """
    try:
        results = _read(_text(path))
        return record.Run(
            name=name,
            strategy=strategy,
            provenance=record.Provenance(source=f"imported from {results.source}"),
            num_clients=clients,
            rounds=_rounds(results, percent),
        )
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise ImportFileError(f"{path}: {reason}") from error
    except ImportFileError as error:
        raise ImportFileError(f"{path}: {' '.join(str(error).split())}") from error


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportFileError(f"cannot be read ({error.strerror})") from error
    encoding = next((MARKS[mark] for mark in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ImportFileError("is not UTF-8 text; save it as UTF-8") from error
    if not text.strip():
        raise ImportFileError("is empty")
    return text


def _read(text: str) -> Results:
    return read_json(text) if text.lstrip()[0] in "{[" else read_table(text)


def _rounds(results: Results, percent: bool) -> tuple[record.Round, ...]:
    """Return every round from 0, the state before training, of which a file may not speak."""
    phases = [
        _measured(found, percent) for found in (results.train, results.evaluate, results.central)
    ]
    if not any(phases):
        raise ImportFileError("holds no number but those of rounds")
    last = _last(results)
    return tuple(
        _round(number, *(phase.get(number) for phase in phases)) for number in range(last + 1)
    )


def _round(
    number: int,
    train: record.Metrics | None,
    evaluate: record.Metrics | None,
    central: record.Metrics | None,
) -> record.Round:
    if number == 0 and (train or evaluate):
        raise ImportFileError(
            "clients have measured something in round 0, which is the state before training; "
            "number rounds from 1"
        )
    return record.Round(
        number=number,
        train=record.Train(metrics=train) if train else None,
        evaluate=record.Evaluate(metrics=evaluate) if evaluate else None,
        central=central,
    )


def _last(results: Results) -> int:
    """Return the last round, if none is missing before it."""
    numbers = sorted(results.rounds)
    if not numbers:
        raise ImportFileError("holds no round")
    if numbers[0] > 1:
        raise ImportFileError(
            f"begins with round {numbers[0]}; number rounds from 1, or from 0 for the state before "
            "training"
        )
    for before, after in pairwise(numbers):
        if after > before + 1:
            raise ImportFileError(
                f"round {before + 1} is missing; a record has every round: {results.remedy}"
            )
    return numbers[-1]


def _measured(by_round: Values, percent: bool) -> Mapping[int, record.Metrics]:
    """Return what was measured by round, under the same names in all of them."""
    names = dict.fromkeys(name for metrics in by_round.values() for name in metrics)
    loss, accuracy = named(names, LOSS), named(names, ACCURACY)
    found = {}
    for number, metrics in by_round.items():
        values = {name: rounded(value) for name, value in metrics.items()}
        if not values:
            continue
        share = _share(number, accuracy, values, percent)
        other = {name: value for name, value in values.items() if name not in (loss, accuracy)}
        found[number] = record.Metrics(loss=values.get(loss or ""), accuracy=share, other=other)
    return found


def _share(
    number: int, name: str | None, values: Mapping[str, float], percent: bool
) -> float | None:
    if name is None or name not in values:
        return None
    value = rounded(values[name] / 100) if percent else values[name]
    if 0 <= value <= 1:
        return value
    if percent:
        raise ImportFileError(
            f"{name} is {values[name]:g} in round {number}, which is no percentage"
        )
    raise ImportFileError(
        f"{name} is {values[name]:g} in round {number}, which is no share from 0 to 1; say "
        f"--percent if it is in percent, or give it a name that does not end in accuracy or acc"
    )

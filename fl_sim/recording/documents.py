"""Readers of JSON: Flower's Result and History, and rounds in a list, a map or columns."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fl_sim.recording.meaning import measure_of
from fl_sim.recording.measures import is_number
from fl_sim.recording.results import (
    INSIDE,
    MISSING,
    ImportFileError,
    Layout,
    Results,
    check_name,
    check_new,
    is_absent,
    listed,
    no_round,
    round_name,
    short,
    whole,
)
from fl_sim.wording import count

# As Flower's Result names its maps, and as its advanced example names them in a list of rounds.
MAPS = {
    "train": "train_metrics_clientapp",
    "evaluate": "evaluate_metrics_clientapp",
    "central": "evaluate_metrics_serverapp",
}
IN_A_LIST = {"train_metrics": "train", **{key: phase for phase, key in MAPS.items()}}
# As Flower's History, of its older interface, names its attributes.
LOSSES = {"losses_distributed": "evaluate", "losses_centralized": "central"}
METRICS = {
    "metrics_distributed_fit": "train",
    "metrics_distributed": "evaluate",
    "metrics_centralized": "central",
}
WOULD_DO = (
    "a Flower Result or History would do, or a list of rounds such as "
    '[{"round": 1, "accuracy": 0.5}]'
)
DEPTH = 5  # how far inside a document rounds are looked for


def read_json(text: str, layout: Layout) -> Results:
    """Read what a JSON document, or one of a line each, says of rounds.

    Raises:
        ImportFileError: it speaks of no rounds, or holds what is no metric.
    """
    results = Results("JSON", f'add it, such as {{"round": {MISSING}}}', layout)
    data = _parsed(text)
    if not _read(data, "", results, DEPTH):
        raise ImportFileError(f"is JSON {_contents(data)}, and speaks of no rounds; {WOULD_DO}")
    return results


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
            return [_parsed(line) for line in lines]
        reason = str(error).partition("\n")[0]
        raise ImportFileError(f"is not readable as JSON ({reason}); save it anew") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ImportFileError(f"{short(twice)} is there twice in one object; keep one of them")
    return found


def _contents(data: Any) -> str:
    if isinstance(data, dict):
        return f"with {listed(list(data))}"
    return "with a list" if isinstance(data, list) else "with one value"


def _read(data: Any, context: str, results: Results, depth: int) -> bool:
    """Read rounds wherever they are in a document; tell whether there are any."""
    if isinstance(data, list):
        return _of_list(data, context, results)
    if not isinstance(data, dict) or not depth:
        return False
    if _of_flower(data, results) or _of_map(data, context, results):
        return True
    found = [
        _read(each, f"{context}{INSIDE}{key}", results, depth - 1) for key, each in data.items()
    ]
    return any(found)


# --- Flower's own


def _of_flower(data: Mapping[str, Any], results: Results) -> bool:
    if any(data.get(key) is not None for key in MAPS.values()):
        return _of_maps(data, results)
    return any(data.get(key) for key in (*LOSSES, *METRICS)) and _of_history(data, results)


def _of_maps(data: Mapping[str, Any], results: Results) -> bool:
    results.source = "a Flower Result"
    results.remedy = f'add it to one of the maps, such as "{MISSING}": {{}}'
    for phase, key in MAPS.items():
        by_round = data.get(key)
        if by_round is None:
            continue
        if not isinstance(by_round, dict):
            raise ImportFileError(f"{key} is no map from rounds to metrics")
        numbers: set[int] = set()
        for text, metrics in by_round.items():
            number = whole(text)
            check_new(number, numbers)
            numbers.add(number)
            results.add(phase, number, _metrics(metrics, f"{key}, round {number}"))
    return True


def _of_history(data: Mapping[str, Any], results: Results) -> bool:
    results.source = "a Flower History"
    results.remedy = "add a pair of the round and a value"
    for key, phase in LOSSES.items():
        _add_pairs(results, phase, "loss", data.get(key) or [], key)
    for key, phase in METRICS.items():
        by_name = data.get(key) or {}
        if not isinstance(by_name, dict):
            raise ImportFileError(f"{key} is no map from names to lists of rounds and values")
        for name, pairs in by_name.items():
            check_name(name)
            _add_pairs(results, phase, name, pairs, f"{key}, {name}")
    return True


def _add_pairs(results: Results, phase: str, name: str, pairs: Any, where: str) -> None:
    numbers: set[int] = set()
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ImportFileError(f"{where}: {short(pair)} is no pair of a round and a value")
        number = whole(pair[0])
        check_new(number, numbers)
        numbers.add(number)
        results.add(phase, number, _metrics({name: pair[1]}, f"{where}, round {number}"))


def _metrics(metrics: Any, where: str) -> dict[str, float]:
    """Return the numbers among metrics. Flower's may be lists, which a record has no place for."""
    if not isinstance(metrics, dict):
        raise ImportFileError(f"{where}: holds no map of metrics")
    known = {k: v for k, v in metrics.items() if not is_absent(v) and not isinstance(v, list)}
    for name, value in known.items():
        check_name(name)
        if not is_number(value):
            raise ImportFileError(
                f"{where}: {name} is {short(value)}; a metric is a finite number, so leave it out"
            )
    return known


# --- others'


def _of_list(data: Sequence[Any], context: str, results: Results) -> bool:
    items = [item for item in data if isinstance(item, dict)]
    names = list(dict.fromkeys(name for item in items for name in item))
    if not items or len(items) < len(data):
        return False
    if results.layout.rounds is not None and results.layout.rounds not in names:
        return False
    rounds = round_name(names, results.layout)
    if rounds is None:
        if any(name in IN_A_LIST or measure_of(name) for name in names):
            raise no_round(names)
        return False
    results.counted = rounds
    results.remedy = f'add it to the list, such as {{"{rounds}": {MISSING}}}'
    for item in items:
        number = whole(item.get(rounds))
        results.rounds.add(number)
        _add_item(item, rounds, number, context, results)
    return True


def _of_map(data: Mapping[str, Any], context: str, results: Results) -> bool:
    if data and all(key.isdecimal() and isinstance(each, dict) for key, each in data.items()):
        return _of_numbers(data, context, results)
    return _of_columns(data, context, results)


def _of_numbers(data: Mapping[str, Any], context: str, results: Results) -> bool:
    for key, metrics in data.items():
        number = whole(key)
        results.rounds.add(number)
        _add_item(metrics, "", number, context, results)
    return True


def _add_item(  # it calls itself
    item: Mapping[str, Any],
    rounds: str,
    number: int,
    context: str,
    results: Results,
    depth: int = DEPTH,
) -> None:
    """Add one round: its numbers, and those of the maps in it."""
    for key, value in item.items():
        if key == rounds or is_absent(value):
            continue
        if key in IN_A_LIST:
            results.source = "a Flower Result"
            results.add(IN_A_LIST[key], number, _metrics(value, f"{key}, round {number}"))
        elif isinstance(value, dict):
            inside = {f"{key}_{name}": each for name, each in value.items()} if depth else {}
            _add_item(inside, "", number, context, results, depth - 1)
        else:
            results.add_by_name(number, _number(key, value, number), context)


def _number(name: str, value: Any, number: int) -> dict[str, float]:
    """Return a metric of a round, nothing for what is text or a list."""
    check_name(name)
    if is_number(value):
        return {name: value}
    if measure_of(name) and not isinstance(value, list):
        raise ImportFileError(
            f"round {number}: {name} is {short(value)}; write a finite number such as 0.5, or "
            "leave it out"
        )
    return {}


def _of_columns(data: Mapping[str, Any], context: str, results: Results) -> bool:
    """Read lists of the same length, one of them with the numbers of the rounds."""
    columns = {key: each for key, each in data.items() if isinstance(each, list)}
    if not any(measure_of(key) for key in columns):
        return False
    if not all(is_absent(value) or is_number(value) for each in columns.values() for value in each):
        return False
    singular = {key.removesuffix("s") if key.lower() == "rounds" else key: key for key in columns}
    rounds = round_name(list(singular), results.layout)
    if rounds is None:
        raise no_round(list(columns))
    results.counted = rounds
    most = len(columns[singular[rounds]])
    for key, each in columns.items():
        if len(each) != most:
            raise ImportFileError(
                f"has {count(most, 'round')}, and {count(len(each), 'value')} of {key}"
            )
    for i, value in enumerate(columns[singular[rounds]]):
        row = {key: each[i] for key, each in columns.items() if key != singular[rounds]}
        number = whole(value)
        results.rounds.add(number)
        _add_item(row, "", number, context, results)
    return True

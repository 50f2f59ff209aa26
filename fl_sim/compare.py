"""Differences between two records, field by field."""

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

MOST_VALUE = 60  # characters
ABSENT = "-"

_NOTHING = object()


def differences(before: Any, after: Any, field: str = "") -> Iterator[str]:
    """Give a line for each field of plain data that differs: ``rounds[2].probes[0]: 0.1 -> 0.2``.

    Args:
        before: the one.
        after: the other.
        field: where both are.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            inner = before.get(key, _NOTHING), after.get(key, _NOTHING)
            yield from differences(*inner, f"{field}.{key}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list):
        for i, pair in enumerate(zip_longest(before, after, fillvalue=_NOTHING)):
            yield from differences(*pair, f"{field}[{i}]")
    elif before is _NOTHING or after is _NOTHING or before != after:
        yield f"{field}: {_text(before)} -> {_text(after)}"


def _text(value: Any) -> str:
    if value is _NOTHING:
        return ABSENT
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_VALUE else f"{text[:MOST_VALUE]}..."

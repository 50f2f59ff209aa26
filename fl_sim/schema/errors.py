"""Errors of pydantic in one line."""

import reprlib

from pydantic import ValidationError

MOST_INPUT = 60  # characters of a value
MOST_TEXT = 300  # characters of a line
MOST_ERRORS = 1000


def first_line(error: ValidationError) -> str:
    """Return the first error as ``rounds[2].central.loss: what was found``."""
    if error.error_count() > MOST_ERRORS:
        return f"{error.error_count()} fields are wrong"
    first = error.errors(include_url=False)[0]
    field = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in first["loc"])
    if first["type"] == "value_error":
        return cut(f"{field.lstrip('.')}: {first['ctx']['error']}".removeprefix(": "))
    message = first["msg"][0].lower() + first["msg"][1:]
    value = cut(reprlib.repr(first["input"]), MOST_INPUT)
    found = "" if first["type"] == "missing" else f", found {value}"
    return cut(f"{field.lstrip('.')}: {message}{found}")


def cut(text: str, most: int = MOST_TEXT) -> str:
    """Return a text, cut where it is long."""
    return text if len(text) <= most else f"{text[:most]}..."

"""Words of messages: counts with their nouns."""


def count(number: int | None, noun: str) -> str:
    """Return a number with its noun, which gets an s unless there is one; ``?`` if unknown."""
    said = "?" if number is None else str(number)
    return f"{said} {noun}" if number == 1 else f"{said} {noun}s"

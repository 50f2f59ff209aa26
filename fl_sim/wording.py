"""Words of messages: counts with their nouns, and the word that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

PLURALS = {"class": "classes", "reply": "replies"}  # of nouns that do not just get an s


def count(number: int | None, noun: str) -> str:
    """Return a number with its noun, in the plural unless there is one; ``?`` if unknown."""
    said = "?" if number is None else str(number)
    return f"{said} {noun if number == 1 else PLURALS.get(noun, f'{noun}s')}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question that names the most similar known word, empty where none is similar."""
    names = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), names, n=1)
    return f" Did you mean {names[close[0]]}?" if close else ""

"""Words of messages: counts with their nouns, and the word that was probably meant."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from difflib import get_close_matches

MOST_SHARE = 1e9  # that is rounded as a decimal number; what is larger is no share
MOST_MEANT = 3  # of many names, those that may have been meant
PLURALS = {"class": "classes", "reply": "replies"}  # of nouns that do not just get an s


def count(number: int | None, noun: str) -> str:
    """Return a number with its noun, in the plural unless there is one; ``?`` if unknown."""
    said = "?" if number is None else str(number)
    return f"{said} {noun if number == 1 else PLURALS.get(noun, f'{noun}s')}"


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage, ``0.5035`` -> ``50.4%``, rounded as in the film.

    Half a digit is that of the decimal number that is written, and not of the nearest float.
    """
    if not abs(share) < MOST_SHARE:
        return f"{share:.{digits}%}"
    step = Decimal(1).scaleb(-digits)
    return f"{(100 * Decimal(str(share))).quantize(step, ROUND_HALF_EVEN)}%"


def did_you_mean(word: str, known: Iterable[str], most: int = 1) -> str:
    """Return a question that names the most similar known words, empty where none is similar."""
    names = {name.lower(): name for name in known}
    close = [names[name] for name in get_close_matches(word.lower(), names, n=most)]
    return f" Did you mean {either(close)}?" if close else ""


def either(words: Sequence[str]) -> str:
    """Return words of which one is to be chosen: ``a, b or c``."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last

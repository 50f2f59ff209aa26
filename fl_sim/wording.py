"""Words of messages: counts with their nouns, and the word that was probably meant."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from difflib import get_close_matches

MOST_SHARE = 1e9  # that is rounded as a decimal number; what is larger is no share
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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question that names the most similar known word, empty where none is similar."""
    names = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), names, n=1)
    return f" Did you mean {names[close[0]]}?" if close else ""

"""Numbers that know their source, and a cursor that reads both from a record at once.

``number(at(run).rounds[1].central.accuracy, Language.percent)`` is the accuracy after the first
round, with its place in the record, written in any language.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from math import nan
from typing import Any, Self

from fl_sim.record import Run
from scenes.text.errors import NotRecordedError
from scenes.text.language import ENGLISH, Language
from scenes.text.sources import NOT_RECORDED, Place, Source, Span, Step

ELLIPSIS = "\u2026"

Form = Callable[[Language, Any], str]  # writes a value in a language, as Language.percent does


@dataclass(frozen=True)
class Number:
    """A number of a record: its text, where it comes from, and its value there.

    A name that is quoted from a record has no value. It has a source as well, since it may hold
    digits. ``form`` writes the number in another language.
    """

    text: str
    source: Source
    value: float = nan
    form: Form | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    def __deepcopy__(self, memo: object) -> Self:
        """Return itself: it never changes, and Manim copies what carries it for every play."""
        return self

    def in_language(self, language: Language) -> "Number":
        """Return the number as it is written in a language."""
        return self if self.form is None else replace(self, text=self.form(language, self.value))


UNKNOWN = Number("", NOT_RECORDED)


class Cursor:
    """A way into a record: its attributes and items are those of what stands there."""

    def __init__(self, run: Run, steps: tuple[Step, ...] = ()) -> None:
        self._run, self._steps = run, steps

    def __getattr__(self, name: str) -> "Cursor":
        if name.startswith("__"):
            raise AttributeError(name)
        return Cursor(self._run, (*self._steps, name))

    def __getitem__(self, key: "int | str | slice") -> "Cursor":
        """Go to an item of a list or a mapping, or with ``[:]`` and ``[3:]`` to several items."""
        if isinstance(key, slice):
            step: Step = Span(key.start or 0)
        elif isinstance(key, int) and key < 0:
            step = len(values(self[:])) + key
        else:
            step = key
        return Cursor(self._run, (*self._steps, step))


def at(run: Run) -> Cursor:
    """Return a cursor at the root of a record."""
    return Cursor(run)


def place(cursor: Cursor) -> Place:
    """Return where a cursor stands."""
    return Place(cursor._run.name, cursor._steps)


def values(cursor: Cursor) -> list[Any]:
    """Return all values at a cursor; an absent branch of the record has none."""
    found: list[Any] = [cursor._run]
    for step in cursor._steps:
        found = list(_descend(found, step))
    return found


def _descend(found: Iterable[Any], step: Step) -> Iterator[Any]:
    for value in found:
        if value is None:
            continue
        if isinstance(step, Span):
            yield from value[step.start :]
        elif isinstance(step, int) and step < 0:
            raise IndexError(f"there is no item so far before the first: {step}")
        elif isinstance(step, int) or isinstance(value, dict):
            yield value[step]
        else:
            yield getattr(value, step)


def value(cursor: Cursor) -> Any:
    """Return the one value at a cursor, or None where the run did not record it."""
    found = values(cursor)
    return found[0] if len(found) == 1 else None


def number(cursor: Cursor, form: Form) -> Number:
    """Return the number at a cursor.

    Raises:
        NotRecordedError: the run did not record it.
    """
    return _number(_recorded(cursor), form, _of(cursor))


def quote(cursor: Cursor, most: int = 40, form: Form | None = None) -> Number:
    """Return the text at a cursor, cut where it is longer than ``most`` characters.

    Args:
        cursor: where the text stands.
        most: characters shown, the mark of the cut included.
        form: writes the text in a language, if it is to be translated.

    Raises:
        NotRecordedError: the run did not record it.
    """
    written = partial(_quoted, text=_recorded(cursor), most=most, form=form)
    return Number(written(ENGLISH, nan), _of(cursor), form=written)


def _quoted(language: Language, _: float, *, text: Any, most: int, form: Form | None) -> str:
    written = str(text) if form is None else form(language, text)
    written = "".join(c if c.isprintable() else " " for c in written)
    shown = " ".join(written.split())
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + ELLIPSIS


def _recorded(cursor: Cursor) -> Any:
    found = value(cursor)
    if found is None:
        raise NotRecordedError(f"the run {cursor._run.name!r} recorded no {place(cursor)}")
    return found


def total(form: Form, *cursors: Cursor) -> Number:
    """Return the sum of all numbers at some cursors; what is absent counts nothing."""
    found = sum(value for cursor in cursors for value in values(cursor) if value is not None)
    return computed(found, form, f"sum of {' and '.join('{}' for _ in cursors)}", *cursors)


def count(cursor: Cursor) -> Number:
    """Return how many items the list at a cursor holds, or the lists, where these are several."""
    return computed(len(values(cursor[:])), Language.integer, "count of {}", cursor)


def position(cursor: Cursor) -> Number:
    """Return the position of an item in its list, by which a worker is called."""
    return computed(cursor._steps[-1], Language.integer, "position of {}", cursor)


def computed(value: Any, form: Form, words: str, *parts: "Cursor | Number | str") -> Number:
    """Return a number that was computed.

    Args:
        value: the number.
        form: how it is written.
        words: what it is, in English, with a ``{}`` for each part.
        parts: what it was computed from; texts stand as they are.
    """
    return _number(value, form, Source(words, tuple(map(_part, parts))))


def _part(part: "Cursor | Number | str") -> Place | Source | str:
    if isinstance(part, Cursor):
        return place(part)
    return part.source if isinstance(part, Number) else part


def _number(value: Any, form: Form, source: Source) -> Number:
    return Number(form(ENGLISH, value), source, float(value), form)


def _of(cursor: Cursor) -> Source:
    return Source("{}", (place(cursor),))


def of_run(run: Run, number: Number) -> Number:
    """Return a number whose source says of which run it is, where several are shown together."""
    return replace(number, source=replace(number.source, run=run.name))

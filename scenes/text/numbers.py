"""Numbers with sources, and a cursor that reads value and place from a run record.

``number(at(run).rounds[1].central.accuracy, Language.percent)`` is the accuracy after the first
round, with its place in the record, for any language.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from math import nan
from typing import Any, Self

from fl_sim.record import Run
from scenes.text.errors import not_recorded
from scenes.text.glyphs import drawable
from scenes.text.language import ENGLISH, Language
from scenes.text.sources import NOT_RECORDED, Place, Source, Span, Step

ELLIPSIS = "\u2026"

Form = Callable[[Language, Any], str]  # formats a value in a language, like Language.percent


@dataclass(frozen=True)
class Number:
    """A number from a record: its text, its source, and its value.

    A text quoted from a record also has a source, since it may contain digits, but no value.
    ``form`` formats the number in another language.
    """

    text: str
    source: Source
    value: float = nan
    form: Form | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    def __deepcopy__(self, memo: object) -> Self:
        """Return the number itself: it is immutable, and Manim copies mobjects for every play."""
        return self

    def in_language(self, language: Language) -> "Number":
        """Return the number in a language."""
        return self if self.form is None else replace(self, text=self.form(language, self.value))


UNKNOWN = Number("", NOT_RECORDED)


class Cursor:
    """A place in a record; its attributes and items are cursors at the parts of that place."""

    def __init__(self, run: Run, steps: tuple[Step, ...] = ()) -> None:
        self._run, self._steps = run, steps

    def __getattr__(self, name: str) -> "Cursor":
        if name.startswith("__"):
            raise AttributeError(name)
        return Cursor(self._run, (*self._steps, name))

    def __getitem__(self, key: "int | str | slice") -> "Cursor":
        """Return a cursor at an item, or with ``[:]`` or ``[3:]`` at several items of a list."""
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
    """Return the place of a cursor."""
    return Place(cursor._run.name, cursor._steps)


def values(cursor: Cursor) -> list[Any]:
    """Return all values at a cursor; a missing branch of the record has none."""
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
    """Return the only value at a cursor, or None if the run did not record it."""
    found = values(cursor)
    return found[0] if len(found) == 1 else None


def number(cursor: Cursor, form: Form) -> Number:
    """Return the number at a cursor.

    Raises:
        NotRecordedError: the run did not record it.
    """
    return _number(_recorded(cursor), form, _of(cursor))


def quote(cursor: Cursor, most: int = 40, form: Form | None = None) -> Number:
    """Return the text at a cursor, cut to at most ``most`` characters.

    Args:
        cursor: the place of the text.
        most: the largest number of characters, with the ellipsis.
        form: translates the text, if given.

    Raises:
        NotRecordedError: the run did not record it.
    """
    written = partial(_quoted, text=_recorded(cursor), most=most, form=form)
    return Number(written(ENGLISH, nan), _of(cursor), form=written)


def _quoted(language: Language, value: float, *, text: Any, most: int, form: Form | None) -> str:
    written = str(text) if form is None else form(language, text)
    written = "".join(c if c.isprintable() else " " for c in written)
    _ = language.translate
    words = drawable(" ".join(written.split())) or _("unnamed")
    return words if len(words) <= most else words[: most - 1].rstrip() + ELLIPSIS


def _recorded(cursor: Cursor) -> Any:
    found = value(cursor)
    if found is None:
        raise not_recorded(cursor._run, str(place(cursor)))
    return found


def total(form: Form, *cursors: Cursor) -> Number:
    """Return the sum of all numbers at some cursors; missing values count as zero."""
    found = sum(value for cursor in cursors for value in values(cursor) if value is not None)
    return computed(found, form, f"sum of {' and '.join('{}' for _ in cursors)}", *cursors)


def count(cursor: Cursor) -> Number:
    """Return the number of items in the list, or the lists, at a cursor."""
    return computed(len(values(cursor[:])), Language.integer, "count of {}", cursor)


def position(cursor: Cursor) -> Number:
    """Return the position of an item in its list, which is a worker's number."""
    return computed(cursor._steps[-1], Language.integer, "position of {}", cursor)


def computed(value: Any, form: Form, words: str, *parts: "Cursor | Number | str") -> Number:
    """Return a computed number.

    Args:
        value: the number.
        form: formats the number.
        words: the description of its source in English, with a ``{}`` for each part.
        parts: the inputs of the computation; strings are inserted unchanged.
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


def with_run(run: Run, number: Number) -> Number:
    """Return a number with the run's name in its source, for pictures of several runs."""
    return replace(number, source=replace(number.source, run=run.name))

"""Numbers that carry their source.

A ``Figure`` is a number as it is shown, with the place in the record that it came from; a ``Line``
is a text in which every number is a ``Figure``. Captions, labels, axes and overlays take nothing
else, so a digit without a source cannot reach the screen by mistake.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from string import Formatter
from typing import Any, Self

from fl_sim.record import Run
from scenes.text.errors import NotRecordedError
from scenes.text.languages import integer, translated, translated_plural

STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(-?\d+|\*)\]")
DIGIT = re.compile(r"\d")
ELLIPSIS = "\u2026"


@dataclass(frozen=True)
class Number:
    """What the record says: the text shown, where it came from, and its value there.

    A name has no value. It is told from where it came as well, since it may hold digits.
    """

    text: str
    source: str
    value: float = nan

    def __str__(self) -> str:
        """Return the text shown."""
        return self.text

    def __deepcopy__(self, memo: object) -> Self:
        """Return itself: it never changes, and Manim copies what carries it for every play."""
        return self


@dataclass(frozen=True)
class Line:
    """A text with its figures.

    ``template`` is the text with named fields, ``figures`` what fills them, in any order.
    """

    template: str
    parts: tuple[tuple[str, "Number | str"], ...] = ()

    def __str__(self) -> str:
        """Return the text shown."""
        return self.template.format(**{name: str(part) for name, part in self.parts})

    def __deepcopy__(self, memo: object) -> Self:
        """Return itself, as a figure does."""
        return self

    @property
    def figures(self) -> tuple[Number, ...]:
        """The numbers in the order in which they stand in the text."""
        parts = dict(self.parts)
        names = [name for _, name, _, _ in Formatter().parse(self.template) if name]
        found = [parts[name] for name in names]
        return tuple(part for part in found if isinstance(part, Number))


Text = str | Number | Line


def text(message: str) -> str:
    """Return a text without numbers in the language in use."""
    return translated(message)


def line(template: str, **parts: Number | str) -> Line:
    """Return a text whose numbers are figures, in the language in use.

    Raises:
        ValueError: a digit stands in the template or in a part that is no figure.
    """
    return _checked(translated(template), parts)


def plural(number: Number, one: str, many: str, **parts: Number | str) -> Line:
    """Return the text that belongs to a number, which fills its field ``n``.

    Raises:
        ValueError: as ``line``.
    """
    template = translated_plural(one, many, round(number.value))
    return _checked(template, {"n": number, **parts})


def _checked(template: str, parts: Mapping[str, Number | str]) -> Line:
    plain = [text for text, *_ in Formatter().parse(template)]
    plain += [part for part in parts.values() if isinstance(part, str)]
    for text in plain:
        if DIGIT.search(text):
            raise ValueError(f"{text!r} shows a digit without a source: pass it as a Figure")
    return Line(template, tuple(parts.items()))


def numbers_of(text: Text) -> tuple[Number, ...]:
    """Return the numbers in something told.

    Raises:
        ValueError: it is a plain text with a digit in it.
    """
    if isinstance(text, Number):
        return (text,)
    return _checked(_escaped(text), {}).figures if isinstance(text, str) else text.figures


def split(text: Text, texts: Sequence[str]) -> list[Line]:
    """Divide what is told into lines that together read the same, each with its own figures.

    Args:
        text: what is divided.
        texts: the lines' texts in order; their digits are those of the figures in order.
    """
    figures = list(numbers_of(text))
    lines = []
    for shown in texts:
        template, rest = "", shown
        parts: list[tuple[str, Number | str]] = []
        while figures and figures[0].text in rest:
            figure = figures.pop(0)
            before, rest = rest.split(figure.text, 1)
            template += f"{_escaped(before)}{{f{len(parts)}}}"
            parts.append((f"f{len(parts)}", figure))
        lines.append(Line(template + _escaped(rest), tuple(parts)))
    return lines


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


# --- reading the record


def read(run: Run, path: str, form: Callable[[Any], str]) -> Number:
    """Return the one number at ``path``, such as ``rounds[2].central.accuracy``.

    Raises:
        UntoldError: the run did not record it.
    """
    values = values_at(run, path)
    if len(values) != 1 or values[0] is None:
        raise NotRecordedError(f"the run {run.name!r} recorded no {path}")
    return Number(form(values[0]), absolute(run, path), float(values[0]))


def quote(run: Run, path: str, most: int = 40, called: Callable[[str], str] = str) -> Number:
    """Return the text at ``path``, such as ``dataset.class_names[3]``, cut where it is too long.

    Args:
        run: the record.
        path: where the text stands.
        most: characters shown, the mark of the cut included.
        called: what is shown in place of the text there, if it is to be another.

    Raises:
        UntoldError: the run did not record it.
    """
    values = values_at(run, path)
    if len(values) != 1 or values[0] is None:
        raise NotRecordedError(f"the run {run.name!r} recorded no {path}")
    shown = " ".join("".join(c if c.isprintable() else " " for c in called(str(values[0]))).split())
    if len(shown) > most:
        shown = shown[: most - 1].rstrip() + ELLIPSIS
    return Number(shown, absolute(run, path))


def total(run: Run, paths: Sequence[str], form: Callable[[Any], str]) -> Number:
    """Return the sum of all numbers at some paths, which may hold ``[*]``."""
    value = sum(value for path in paths for value in values_at(run, path) if value is not None)
    return Number(form(value), f"sum of {' and '.join(paths)}", float(value))


def count(run: Run, path: str) -> Number:
    """Return how many things the list at ``path`` holds."""
    value = len(values_at(run, f"{path}[*]"))
    return Number(integer(value), f"count of {path}", float(value))


def number_of(path: str, index: int) -> Number:
    """Return the position of ``path[index]``, by which a worker is called."""
    return Number(integer(index), f"position of {path}[{index}]", float(index))


def values_at(run: Run, path: str) -> list[Any]:
    """Return what stands at ``path``: ``[*]`` goes through a list, an absent branch has none."""
    found: list[Any] = [run]
    for step in _steps(path):
        found = list(_descend(found, step))
    return found


def absolute(run: Run, path: str) -> str:
    """Return ``path`` with indices from the end turned into indices from the start."""
    done = ""
    for step in _steps(path):
        if isinstance(step, int):
            size = len(values_at(run, f"{done}[*]"))
            done += f"[{step % size}]"
        else:
            done += "[*]" if step == "*" else f".{step}" if done else step
    return done


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for name, index in STEP.findall(path):
        steps.append(name or (index if index == "*" else int(index)))
    return steps


def _descend(values: Iterable[Any], step: str | int) -> Iterable[Any]:
    for value in values:
        if value is None:
            continue
        if step == "*":
            yield from value
        elif isinstance(step, int):
            yield value[step]
        else:
            yield value[step] if isinstance(value, dict) else getattr(value, step)

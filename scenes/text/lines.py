"""Lines of text: messages whose numbers carry their source, written in any language.

Captions, labels, axes and overlays take nothing else, so a digit without a source cannot reach
the screen by mistake.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from string import Formatter
from typing import Self, TypeVar

from scenes.text.language import ENGLISH, Language
from scenes.text.numbers import Number

DIGIT = re.compile(r"\d")
COUNTED = "n"  # the field of a plural's number
Value = TypeVar("Value")


@dataclass(frozen=True)
class Line:
    """A text with its numbers, in one language.

    ``template`` is the text with named fields, ``parts`` what fills them, in any order.
    ``message`` is what a catalogue knows it by: the English template, or its two forms where it
    depends on a number; nothing where it is the same in every language.
    """

    template: str
    parts: tuple[tuple[str, "Number | Line | str"], ...] = ()
    message: tuple[str, ...] = field(default=(), compare=False, repr=False)
    language: Language = field(default=ENGLISH, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the text."""
        return self.template.format(**{name: str(part) for name, part in self.parts})

    def __deepcopy__(self, memo: object) -> Self:
        """Return itself, as a number does."""
        return self

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in the order in which they stand in the text."""
        parts = dict(self.parts)
        names = [name for _, name, _, _ in Formatter().parse(self.template) if name]
        return tuple(number for name in names for number in numbers_of(parts[name]))

    def in_language(self, language: Language) -> "Line":
        """Return the same in a language."""
        parts = tuple((name, in_language(part, language)) for name, part in self.parts)
        template = self.template
        if self.message:
            counted = dict(self.parts).get(COUNTED)
            count = counted.value if isinstance(counted, Number) else 0.0
            template = _checked(language.wording(self.message, count))
        return Line(template, parts, self.message, language)

    def with_value(self, name: str, value: float) -> "Line":
        """Return the same with another value of one number, which is only known as it is drawn."""
        parts = dict(self.parts)
        number = parts[name]
        assert isinstance(number, Number)
        parts[name] = replace(number, value=value)
        return replace(self, parts=tuple(parts.items())).in_language(self.language)


Text = str | Number | Line


def line(message: str, **parts: "Number | Line") -> Line:
    """Return a text with its numbers.

    Raises:
        ValueError: a digit stands in the message, or in a part that is no number.
    """
    return Line(_checked(message), _sourced(parts), (message,))


text = line  # of a label without numbers


def plural(number: Number, one: str, many: str, **parts: "Number | Line") -> Line:
    """Return the text that belongs to a number, which fills its field ``n``.

    Raises:
        ValueError: a digit stands in one of the messages, or in a part that is no number.
    """
    message = _checked(one), _checked(many)
    template = ENGLISH.wording(message, number.value)
    return Line(template, _sourced({COUNTED: number, **parts}), message)


def _sourced(parts: "Mapping[str, Number | Line]") -> "tuple[tuple[str, Number | Line], ...]":
    for part in parts.values():
        numbers_of(part)
    return tuple(parts.items())


def _checked(template: str) -> str:
    for words, *_ in Formatter().parse(template):
        if DIGIT.search(words):
            raise ValueError(f"{words!r} shows a digit without a source: pass it as a Number")
    return template


def in_language(value: Value, language: Language) -> Value:
    """Return a spec, or anything of lines, numbers, dataclasses and lists, in a language."""
    if isinstance(value, Number | Line):
        return value.in_language(language)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{name: in_language(part, language) for name, part in parts.items()})
    if isinstance(value, tuple | list):
        return type(value)(in_language(item, language) for item in value)
    if isinstance(value, Mapping):
        return {key: in_language(item, language) for key, item in value.items()}  # type: ignore[return-value]
    return value


def numbers_of(text: Text) -> tuple[Number, ...]:
    """Return the numbers in a text.

    Raises:
        ValueError: it is a plain text with a digit in it.
    """
    if isinstance(text, Number):
        return (text,)
    if isinstance(text, str):
        _checked(_escaped(text))
        return ()
    return text.numbers


def split(text: Text, texts: Sequence[str]) -> list[Line]:
    """Divide a text into lines that together read the same, each with its own numbers.

    Args:
        text: what is divided.
        texts: the lines' texts in order; their digits are those of the numbers in order.
    """
    numbers = list(numbers_of(text))
    lines = []
    for rest in texts:
        template, after = "", rest
        parts: list[tuple[str, Number | Line | str]] = []
        while numbers and numbers[0].text in after:
            number = numbers.pop(0)
            before, after = after.split(number.text, 1)
            template += f"{_escaped(before)}{{f{len(parts)}}}"
            parts.append((f"f{len(parts)}", number))
        lines.append(Line(template + _escaped(after), tuple(parts)))
    return lines


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")

"""Lines of text: translatable messages with sourced numbers.

Captions, labels, axes and overlays accept only these, so a digit without a source cannot get on
screen by mistake.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from string import Formatter
from typing import Self, TypeVar

from scenes.text.catalogues import field_names
from scenes.text.errors import DigitError, LanguageError
from scenes.text.language import ENGLISH, Language
from scenes.text.numbers import Number

DIGIT = re.compile(r"\d")
COUNTED = "n"  # the field of the number that chooses a plural form
Value = TypeVar("Value")


@dataclass(frozen=True)
class Line:
    """A text with its numbers, in one language.

    ``template`` is the text with named fields; ``parts`` are their values, in any order.
    ``message`` is the key in a catalogue: the English template, or its two plural forms, or empty
    for a text that is the same in every language.
    """

    template: str
    parts: tuple[tuple[str, "Number | Line | str"], ...] = ()
    message: tuple[str, ...] = field(default=(), compare=False, repr=False)
    language: Language = field(default=ENGLISH, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the text."""
        return self.template.format(**{name: str(part) for name, part in self.parts})

    def __deepcopy__(self, memo: object) -> Self:
        """Return the line itself, since it is immutable."""
        return self

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in the order of the text."""
        parts = dict(self.parts)
        names = [name for _, name, _, _ in Formatter().parse(self.template) if name]
        return tuple(number for name in names for number in numbers_of(parts[name]))

    def in_language(self, language: Language) -> "Line":
        """Return the line in a language."""
        parts = tuple((name, in_language(part, language)) for name, part in self.parts)
        template = self.template
        if self.message:
            counted = dict(self.parts).get(COUNTED)
            count = counted.value if isinstance(counted, Number) else 0.0
            template = _checked(language.wording(self.message, count))
            _check_fields(template, self, language)
        return Line(template, parts, self.message, language)

    def with_value(self, name: str, value: float) -> "Line":
        """Return the line with another value of one number, known only when it is drawn."""
        parts = dict(self.parts)
        number = parts[name]
        assert isinstance(number, Number)
        parts[name] = replace(number, value=value)
        return replace(self, parts=tuple(parts.items())).in_language(self.language)


Text = str | Number | Line


def line(message: str, **parts: "Number | Line") -> Line:
    """Return a line with numbers as named fields.

    Raises:
        DigitError: the message, or a part that is no number, contains a digit.
    """
    return Line(_checked(message), _sourced(parts), (message,))


text = line  # for a label without numbers


def plural(number: Number, one: str, many: str, **parts: "Number | Line") -> Line:
    """Return a line in the plural form for a number, which is its field ``n``.

    Raises:
        DigitError: a message, or a part that is no number, contains a digit.
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
            raise DigitError(
                f"{words!r} has a digit without a source. Write a field, such as {{n}}, and pass "
                "it: n=number(at(run)...)"
            )
    return template


def _check_fields(template: str, line: Line, language: Language) -> None:
    unknown = field_names(template) - {name for name, _ in line.parts}
    if unknown:
        raise LanguageError(
            f"the translation {template!r} of {line.message[0]!r} has the field "
            f"{{{min(unknown)}}}, which the text does not have. Mend "
            f"scenes/text/catalogues/{language.code}.po"
        )


def forms(*message: str) -> tuple[str, ...]:
    """Return a message in its forms, one or, where a count decides, two: it is translated."""
    return message


def in_language(value: Value, language: Language) -> Value:
    """Return a spec, or another structure of lines and numbers, in a language."""
    return each_text(value, lambda text: text.in_language(language))


def each_text(value: Value, change: "Callable[[Number | Line], Text]") -> Value:
    """Return a spec, or another structure of lines and numbers, with each of these changed."""
    if isinstance(value, Number | Line):
        return change(value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{name: each_text(part, change) for name, part in parts.items()})
    if isinstance(value, tuple | list):
        return type(value)(each_text(item, change) for item in value)
    if isinstance(value, Mapping):
        return {key: each_text(item, change) for key, item in value.items()}  # type: ignore[return-value]
    return value


def numbers_of(text: Text) -> tuple[Number, ...]:
    """Return the numbers in a text.

    Raises:
        ValueError: a plain string contains a digit.
    """
    if isinstance(text, Number):
        return (text,)
    if isinstance(text, str):
        _checked(_escaped(text))
        return ()
    return text.numbers


def split(text: Text, texts: Sequence[str]) -> list[Line]:
    """Return a text split into lines, each with its own numbers.

    Args:
        text: the text.
        texts: the texts of the lines in order, with the numbers in order.
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

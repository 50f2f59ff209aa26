"""Catalogues of translations, ``<language>.po``, and their update from the code."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from scenes import FILM, LOOP

HERE = Path(__file__).parent
SCENES = HERE.parents[1]
# The functions with translatable texts, and the positions of these arguments; ``_`` in templates.
KEYWORDS: dict[str, Any] = {
    "text": None, "line": None, "plural": (2, 3), "_": None,
    "forms": {1: (1,), 2: (1, 2), 3: (1, 2)},
}  # fmt: skip
SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def _empty(language: str | None = None) -> Catalog:
    return Catalog(locale=language, project="fedreel", version="1", charset="utf-8")


def template() -> Catalog:
    """Return a catalogue of all translatable texts in the code."""
    found = _empty()
    for chapter in (*FILM, LOOP):
        for beat in chapter.beats:
            for sentence in beat.sentences:
                found.add(sentence)
    for path, line, message in _messages():
        found.add(message, locations=[(path, line)])
    return found


def _messages() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    found = extract_from_dir(SCENES, method_map=SOURCES, keywords=KEYWORDS, comment_tags=())
    for path, line, message, *_ in found:
        yield f"scenes/{path}", line, message


def read(language: str) -> Catalog:
    """Return a language's catalogue, or an empty one."""
    path = HERE / f"{language}.po"
    if not path.exists():
        return _empty(language)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update(language: str) -> list[str]:
    """Update a language's catalogue from the code, and return the texts to translate or mend."""
    catalogue = read(language)
    catalogue.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.header_comment = f"# fedreel in {Locale.parse(language).english_name}."
    catalogue.fuzzy = False
    with (HERE / f"{language}.po").open("wb") as target:
        write_po(target, catalogue, width=100, no_location=True, omit_header=False)
    return to_do(catalogue)


def to_do(catalogue: Catalog) -> list[str]:
    """Return a catalogue's texts that are not translated, or with other fields than theirs."""
    found = []
    for message in catalogue:
        english, translated = forms(message.id), forms(message.string)
        wanted = set().union(*map(field_names, english))
        complete = bool(translated) and all(translated)
        same = complete and set().union(*map(field_names, translated)) == wanted
        if message.id and not same:
            found.append(english[0])
    return found


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the forms of a text, one or, where a count decides, several."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def field_names(template: str) -> set[str]:
    """Return the names of the fields of a text."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}

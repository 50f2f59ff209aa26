"""Catalogues of translations, ``<language>.po``, and their update from the code."""

from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
SCENES = HERE.parents[1]
# The functions with translatable texts, and the positions of these arguments; ``_`` in templates.
KEYWORDS = {"text": None, "line": None, "plural": (2, 3), "Beat": (2,), "_": None}
SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def _empty(language: str | None = None) -> Catalog:
    return Catalog(locale=language, project="fedreel", version="1", charset="utf-8")


def template() -> Catalog:
    """Return a catalogue of all translatable texts in the code."""
    found = _empty()
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


def update(language: str) -> int:
    """Update a language's catalogue from the code, and return the number of untranslated texts."""
    catalogue = read(language)
    catalogue.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.header_comment = f"# fedreel in {Locale.parse(language).english_name}."
    catalogue.fuzzy = False
    with (HERE / f"{language}.po").open("wb") as target:
        write_po(target, catalogue, width=100, no_location=True, omit_header=False)
    return sum(not message.string or not any(message.string) for message in catalogue if message.id)

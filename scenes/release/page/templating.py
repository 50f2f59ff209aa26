"""What fills in the pages' templates."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from scenes.release.page.places import anchor
from scenes.release.page.transcript import clock
from scenes.text import languages as language

TEMPLATES = "templates"


def environment() -> Environment:
    """Return what fills in templates: whatever comes from a record is escaped."""
    made = Environment(
        loader=PackageLoader(__package__, TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith((".html", ".svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        language.translated, language.translated_plural
    )
    made.filters |= {
        "anchor": anchor,
        "clock": clock,
        "size": language.size,
        "percent": lambda value: "" if value is None else language.percent(value),
        "decimal": lambda value: "" if value is None else language.decimal(value),
    }
    return made

"""The Jinja environment of the page's templates."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from scenes.release.page.places import anchor
from scenes.release.page.transcript import clock
from scenes.text.language import Language

TEMPLATES = "templates"


def environment(language: Language) -> Environment:
    """Return the Jinja environment for a language; values in HTML are escaped."""
    jinja = Environment(
        loader=PackageLoader(__package__, TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith((".html", ".svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    jinja.install_gettext_callables(  # type: ignore[attr-defined]
        language.translate, language.translate_plural
    )
    jinja.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    jinja.filters |= {
        "anchor": anchor,
        "clock": clock,
        "size": language.size,
        "percent": lambda value: "" if value is None else language.percent(value),
        "decimal": lambda value: "" if value is None else language.decimal(value),
    }
    return jinja

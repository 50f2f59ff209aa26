"""The table of the film's languages."""

from scenes.text.errors import LanguageError
from scenes.text.language import CATALOGUES, ENGLISH, Language

# Every language of the film. A new one needs a line here, and a catalogue: `make catalogues`.
LANGUAGES = {
    language.code: language
    for language in (
        ENGLISH,
        Language("de", "Deutsch", "deu"),
        Language("es", "Español", "spa", grouped_from=10_000),
        Language("fr", "Français", "fra"),
    )
}


def named(code: str) -> Language:
    """Return a language by its code.

    Raises:
        LanguageError: there is none of that code, or a language has no catalogue.
    """
    if code not in LANGUAGES:
        raise LanguageError(f"no language {code!r}. There are: {', '.join(LANGUAGES)}")
    check_catalogues()
    return LANGUAGES[code]


def check_catalogues() -> None:
    """Check that every language of the table can be used.

    Raises:
        LanguageError: one has no catalogue.
    """
    for code in LANGUAGES:
        if code != ENGLISH.code and not (CATALOGUES / f"{code}.po").is_file():
            raise LanguageError(
                f"the language {code!r} has no catalogue scenes/text/catalogues/{code}.po. Write "
                "an empty one with: make catalogues, and translate its texts"
            )

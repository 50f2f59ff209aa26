"""The table of languages."""

from babel.messages.pofile import read_po

from fl_sim.wording import did_you_mean
from scenes.text.errors import LanguageError
from scenes.text.language import CATALOGUES, ENGLISH, Language

# A new language needs a line here and a catalogue: `make catalogues`.
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
        LanguageError: the code is unknown, or a language has no catalogue.
    """
    if code not in LANGUAGES:
        raise LanguageError(
            f"there is no language {code!r}.{did_you_mean(code, LANGUAGES)} Choose from: "
            f"{', '.join(LANGUAGES)}"
        )
    check_catalogues()
    return LANGUAGES[code]


def untranslated(language: Language) -> int:
    """Return the number of texts in a language's catalogue that are shown in English."""
    if language is ENGLISH:
        return 0
    with (CATALOGUES / f"{language.code}.po").open("rb") as source:
        return sum(not message.string or not any(message.string) for message in read_po(source))


def check_catalogues() -> None:
    """Check that every language has a catalogue.

    Raises:
        LanguageError: a catalogue is missing.
    """
    for code in LANGUAGES:
        if code != ENGLISH.code and not (CATALOGUES / f"{code}.po").is_file():
            raise LanguageError(
                f"the language {code!r} has no catalogue scenes/text/catalogues/{code}.po. Create "
                "it with: make catalogues, and translate its texts"
            )

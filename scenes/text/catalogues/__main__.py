"""``python -m scenes.text.catalogues`` brings every catalogue up to date with the code."""

from scenes.text.catalogues import update
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES

for language in LANGUAGES:
    if language != ENGLISH.code:
        print(f"{language}: {update(language)} texts want a translation")

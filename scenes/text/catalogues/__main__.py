"""``python -m scenes.text.catalogues`` brings every catalogue up to date with the code."""

from scenes.text.catalogues import update
from scenes.text.languages import ENGLISH, LANGUAGES

for language in LANGUAGES:
    if language != ENGLISH:
        print(f"{language}: {update(language)} texts want a translation")

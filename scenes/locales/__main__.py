"""``python -m scenes.locales``: bring every catalogue up to date with the texts in the code."""

from scenes.language import ENGLISH, LANGUAGES
from scenes.locales import update

for language in LANGUAGES:
    if language != ENGLISH:
        print(f"{language}: {update(language)} texts want a translation")

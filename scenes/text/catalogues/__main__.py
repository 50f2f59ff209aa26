"""``python -m scenes.text.catalogues`` updates every catalogue from the code."""

from scenes.text.catalogues import update
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES

for language in LANGUAGES:
    if language != ENGLISH.code:
        print(f"{language}: {update(language)} texts without a translation")

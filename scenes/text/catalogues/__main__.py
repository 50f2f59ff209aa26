"""``python -m scenes.text.catalogues`` updates every catalogue from the code."""

from scenes.text.catalogues import update
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES

SHOWN = 5  # texts that are listed

for language in LANGUAGES:
    if language != ENGLISH.code:
        texts = update(language)
        many = f"{len(texts) or 'no'} texts to translate or mend"
        print(f"scenes/text/catalogues/{language}.po: {many}")
        for text in texts[:SHOWN]:
            print(f"  {text}")
        if len(texts) > SHOWN:
            print(f"  and {len(texts) - SHOWN} more")

"""What is seen in each beat is said in words: for every beat told, in every language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import scenes
from scenes import FILM
from scenes.story import one_round
from scenes.story.descriptions import _CHAPTERS, shown
from scenes.text import languages as language
from scenes.text.lines import DIGIT

SCRIPTS = Path(scenes.__file__).parent
CHAPTERS = [chapter.name for chapter in FILM]
SHORTEST = 60
LONGEST = {"en": 220, "de": 260, "es": 260, "fr": 260}  # others need more letters than English

SAMPLE = {
    "en": "Row by row, the other strategies get their dots, one for each run, and a short stroke "
    "at their mean, with its value.",
    "de": "Zeile für Zeile erhalten die anderen Strategien ihre Punkte, einen je Lauf, und einen "
    "kurzen Strich an ihrem Mittelwert, mit dessen Zahl.",
    "es": "Fila a fila, las demás estrategias reciben sus puntos, uno por ensayo, y un trazo corto "
    "en su media, con el valor.",
    "fr": "Ligne par ligne, les autres stratégies reçoivent leurs points, un par essai, et un "
    "trait court à leur moyenne, avec sa valeur.",
}


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """Leave the language as it was found."""
    yield
    language.use(language.ENGLISH)


def beats_of(chapter: str) -> list[str]:
    """Return the names of the beats that a chapter's script tells, in its order.

    A beat is a ``with`` around a call of a method whose first argument is the name.
    """
    tree = ast.parse((SCRIPTS / f"{chapter}.py").read_text(encoding="utf-8"))
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            for item in node.items:
                match item.context_expr:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name(id="self")),
                        args=[ast.Constant(value=str(name)), *_],
                    ):
                        names.append((item.context_expr.lineno, name))
    return [name for _, name in sorted(names)]


def test_the_beats_are_those_of_the_scripts() -> None:
    assert beats_of("cast") == ["task", "photos", "coordinator", "front_end"]
    assert set(beats_of("one_round")) == set(one_round.PHASES)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_beat_told_is_described_and_no_other(chapter: str) -> None:
    assert sorted(_CHAPTERS[chapter]()) == sorted(beats_of(chapter))


def test_the_chapters_are_those_of_the_film() -> None:
    assert list(_CHAPTERS) == CHAPTERS


@pytest.mark.parametrize("spoken", language.LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_description_is_short_has_no_number_and_ends_as_a_sentence(
    chapter: str, spoken: str
) -> None:
    english = {beat: shown(chapter, beat) for beat in beats_of(chapter)}
    language.use(spoken)
    for beat, original in english.items():
        spec = shown(chapter, beat)
        assert SHORTEST <= len(spec) <= LONGEST[spoken], spec
        assert not DIGIT.search(spec), spec
        assert spec.endswith("."), spec
        assert (spec == original) == (spoken == language.ENGLISH), spec


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_a_description_follows_the_language_in_use(spoken: str) -> None:
    language.use(spoken)
    assert shown("remedies", "others") == SAMPLE[spoken]


@pytest.mark.parametrize(("chapter", "beat"), [("epilogue", "title"), ("opening", "epilogue")])
def test_what_is_not_told_has_no_description(chapter: str, beat: str) -> None:
    with pytest.raises(KeyError, match="epilogue"):
        shown(chapter, beat)

"""Each chapter is declared once: with its files, its beats, and what is seen in each of them."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from manim import tempconfig

import scenes
from scenes import FILM, LOOP, Beat, Chapter, When, _check
from scenes.explainer import Explainer
from scenes.render.jobs import DRY_RUN, beats_of, check_beats, jobs
from scenes.story.facts import holds
from scenes.text.errors import BeatError, ChapterError
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES
from scenes.text.lines import DIGIT, text

SCRIPTS = Path(scenes.__file__).parent
CHAPTERS = [pytest.param(chapter, id=chapter.name) for chapter in (*FILM, LOOP)]
LANGUAGES_ = [pytest.param(language, id=code) for code, language in LANGUAGES.items()]
SHORTEST, SHORTEST_SENTENCE = 45, 15
LONGEST, LONGEST_ENGLISH = 280, 240  # others need more letters than English
# What a description may not talk about: what would be seen if something else were recorded.
CONDITIONAL = re.compile(
    r"\b(if|unless|any|as far as|as cards or|where (?!it belongs|the balls balance))\b"
)

SAMPLE = {
    "en": "A further column shows the best of the other remedies.",
    "de": "Eine weitere Säule zeigt das beste der anderen Mittel.",
    "es": "Otra columna muestra el mejor de los otros remedios.",
    "fr": "Une autre colonne montre le meilleur des autres remèdes.",
}


def played(chapter: str) -> list[str]:
    """Return the beats that a chapter's scene plays, as they stand in its file.

    A beat is a ``with`` around a call of one of the scene's methods; its first argument is the
    name.
    """
    names = []
    for node in ast.walk(ast.parse((SCRIPTS / f"{chapter}.py").read_text("utf-8"))):
        for item in node.items if isinstance(node, ast.With) else ():
            match item.context_expr:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="self")),
                    args=[ast.Constant(value=str(name)), *_],
                ):
                    names.append((item.context_expr.lineno, name))
    return [name for _, name in sorted(names)]


def test_the_beats_are_found() -> None:
    assert played("ledger") == ["moved", "stayed", "balance"]
    (chapter,) = (chapter for chapter in FILM if chapter.name == "one_round")
    assert sorted(played("one_round")) == sorted(beat.name for beat in chapter.beats)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_a_scene_and_a_story(chapter: Chapter) -> None:
    story = ast.parse((SCRIPTS / "story" / f"{chapter.name}.py").read_text("utf-8"))
    assert "tell" in {node.name for node in story.body if isinstance(node, ast.FunctionDef)}
    script = ast.parse((SCRIPTS / f"{chapter.name}.py").read_text("utf-8"))
    assert chapter.scene in {node.name for node in script.body if isinstance(node, ast.ClassDef)}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_beats_played_are_the_declared_ones(chapter: Chapter) -> None:
    declared = [beat.name for beat in chapter.beats]
    assert sorted(declared) == sorted(played(chapter.name))
    assert len(set(declared)) == len(declared)
    check_beats(chapter)


def test_no_two_chapters_share_a_name_or_a_scene() -> None:
    every = (*FILM, LOOP)
    assert len({chapter.name for chapter in every}) == len(every)
    assert len({chapter.scene for chapter in every}) == len(every)


# --- descriptions


@pytest.mark.parametrize("language", LANGUAGES_)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_description_is_translated_short_has_no_number_and_ends_as_a_sentence(
    chapter: Chapter, language: Any
) -> None:
    longest = LONGEST_ENGLISH if language == ENGLISH else LONGEST
    for beat in chapter.beats:
        for sentence in beat.sentences:
            translated = language.translate(sentence)
            assert len(translated) >= SHORTEST_SENTENCE, translated
            assert not DIGIT.search(translated), translated
            assert translated.endswith("."), translated
            assert (translated == sentence) == (language == ENGLISH), translated
        for every in (True, False):
            sentences = beat.seen(lambda fact, every=every: every)  # type: ignore[misc]
            description = " ".join(map(language.translate, sentences))
            assert len(description) <= longest, description
            assert len(description) >= (SHORTEST if every else SHORTEST_SENTENCE), description


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_description_says_what_is_seen_not_what_might_be(chapter: Chapter) -> None:
    for beat in chapter.beats:
        assert not [one for one in beat.sentences if CONDITIONAL.search(one)]


def test_a_description_is_that_of_the_run_that_is_shown(hand: Callable[..., str]) -> None:
    few = described("one_round", hand(workers=4))
    assert few["assemble"].startswith("The workers come in as cards in a row, ")
    assert few["untrained"] == (
        "The front end is highlighted, with the result of the untrained model."
    )
    crowd = described("one_round", hand(workers=40))
    assert crowd["assemble"].startswith("The workers come in as a field of squares. ")
    one_round = described("one_round", hand(workers=40, picked=3, failed=1))
    assert one_round["sample"] == (
        "The squares of the workers picked for this round stand out. The other workers fade into "
        "the background. A dial shows the round."
    )
    assert one_round["collect"] == (
        "The red updates travel along the wires to the coordinator and come to rest in its tray. "
        "Workers that send nothing fade back."
    )
    assert "fade back" not in described("one_round", "reference")["collect"]


def described(chapter: str, run: str) -> dict[str, str]:
    """Return the description of each beat of a chapter for a run."""
    (job,) = jobs((chapter,), (run,))
    spec = job.tell()
    return {
        beat.name: " ".join(beat.seen(lambda fact: holds(fact, spec))) for beat in job.chapter.beats
    }


@pytest.mark.parametrize("code", SAMPLE)
def test_a_description_reads_so_in_each_language(code: str) -> None:
    (remedies,) = (chapter for chapter in FILM if chapter.name == "remedies")
    (sentence,) = {beat.name: beat for beat in remedies.beats}["others"].sentences
    assert LANGUAGES[code].translate(sentence) == SAMPLE[code]


# --- what is refused


@pytest.mark.parametrize(
    ("chapter", "sentence"),
    [
        (
            Chapter("credits", "Credits", (), "it opens"),
            "scenes.FILM: the chapter 'credits' has no beats. Declare them",
        ),
        (
            Chapter(
                "credits", "Credits", (Beat("runs", "A title."), Beat("thanks", "")), "it opens"
            ),
            "scenes.FILM: the beat 'thanks' of the chapter 'credits' has no description. "
            "Describe its picture in a sentence",
        ),
        (
            Chapter("credits", "Credits", (Beat("runs", (When("red", "It is."),)),), "it opens"),
            "scenes.FILM: the beat 'runs' of the chapter 'credits' depends on 'red', which "
            "scenes/story/facts.py does not define. Define it there, or choose a fact from there",
        ),
        (
            Chapter("credits", "Credits", beats=(Beat("runs", "A title."),)),
            "scenes.FILM: the chapter 'credits' has no `about`. Say in a few words what it shows",
        ),
        (
            Chapter("epilogue", "Epilogue", beats=(Beat("end", "The end."),)),
            "scenes.FILM: the chapter 'epilogue' has no file scenes/epilogue.py. Write it, or "
            "remove the chapter from the film",
        ),
        (
            # A scene of the package that has no story.
            Chapter("explainer", "Explainer", beats=(Beat("end", "The end."),)),
            "scenes.FILM: the chapter 'explainer' has no file scenes/story/explainer.py. Write "
            "it, or remove the chapter from the film",
        ),
    ],
)
def test_a_chapter_that_is_not_declared_in_full_is_refused(chapter: Chapter, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        _check(chapter, frozenset())


@pytest.mark.parametrize(
    ("beats", "sentence"),
    [
        (
            ("runs",),
            "the beat 'thanks' is played in scenes/credits.py and not declared in "
            "scenes/__init__.py. Add it there with a description",
        ),
        (
            ("runs", "thanks", "end"),
            "the beat 'end' is declared in scenes/__init__.py and not played in "
            "scenes/credits.py. Play it, or remove it from the film",
        ),
    ],
)
def test_beats_that_differ_from_the_scene_s_are_refused_before_anything_is_drawn(
    beats: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter = Chapter("credits", "Credits", tuple(Beat(beat, "It is seen.") for beat in beats))
    with pytest.raises(ChapterError, match=f"^{re.escape(sentence)}$"):
        check_beats(chapter)
    monkeypatch.setattr("scenes.render.jobs.FILM", (*FILM[:-1], chapter))
    with pytest.raises(ChapterError, match=f"^{re.escape(sentence)}$"):
        jobs(("ledger",))


def test_a_scene_class_that_is_not_there_is_refused() -> None:
    chapter = Chapter("credits", "Start", (Beat("runs", "A title."),), "it opens")
    with pytest.raises(ChapterError, match=r"^scenes/credits\.py has no class Start, which"):
        check_beats(chapter)


def test_what_a_package_s_scene_calls_beats_is_read_without_running_it() -> None:
    script = ast.parse("with self.beat('a', x), open(path) as file:\n    with self.phase('b'): ...")
    assert list(beats_of(script)) == ["a", "b"]


class Credits(Explainer):
    """A scene by the name of a chapter's, with another beat."""

    def construct(self) -> None:
        """Tell it."""
        with self.beat("epilogue", text("The end.")):
            pass


class Backwards(Explainer):
    """A chapter's scene that plays its beats in another order."""

    def construct(self) -> None:
        """Tell it."""
        for beat in ("thanks", "runs"):
            with self.beat(beat, text("Soon.")):
                pass


class OnesOwn(Credits):
    """A scene that is no chapter of the film: its beats are its own."""


@pytest.fixture
def played_beats(tmp_path: Path) -> Callable[[type[Explainer]], list[str]]:
    """Return a function that builds a scene and returns the names of its beats."""

    def play(scene_class: type[Explainer]) -> list[str]:
        with tempconfig({**DRY_RUN, "media_dir": str(tmp_path), "progress_bar": "none"}):
            scene = scene_class()
            scene.render()
        return [beat.name for beat in scene.beats]

    return play


def test_an_undeclared_beat_is_refused_with_where_to_add_it(
    played_beats: Callable[[type[Explainer]], list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        played_beats(Credits)
    assert isinstance(ended.value.__cause__, BeatError)
    assert capsys.readouterr().err == (
        "fedreel: the beat 'epilogue' of Credits is not declared. Add it with a "
        "description to the chapter 'credits' in scenes/__init__.py\n"
    )


def test_beats_in_another_order_are_refused(
    played_beats: Callable[[type[Explainer]], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        played_beats(type("Credits", (Backwards,), {}))
    assert capsys.readouterr().err == (
        "fedreel: the beat 'runs' of Credits is played after 'thanks'; "
        "scenes/__init__.py declares another order\n"
    )


def test_a_scene_of_one_s_own_declares_no_beats(
    played_beats: Callable[[type[Explainer]], list[str]],
) -> None:
    assert played_beats(OnesOwn) == ["epilogue"]

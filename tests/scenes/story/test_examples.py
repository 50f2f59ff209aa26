"""What examples are called: photos where there are some, else data and the app's own noun."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from any_run import CHANGES
from filmed import CHAPTERS
from hand import hand_pair, hand_run, hand_seeds
from spec_texts import lines_in

from fl_sim import record
from fl_sim.record import Dataset, Run
from scenes import FILM, LOOP
from scenes.story import different_data, one_round, weighted_average
from scenes.story.build import build_spec
from scenes.story.examples import NOUNS, REWORDED, are_photos, in_words_of, sentence_for
from scenes.text.catalogues import forms, template
from scenes.text.errors import NotRecordedError
from scenes.text.languages import LANGUAGES
from scenes.text.lines import in_language, text

PICTURED = re.compile(r"\b(photo|foto|motiv|(?<!{)kinds?\b)", re.IGNORECASE)


# A page has these parts only where the run's photos were recorded.
WITH_PHOTOS = tuple(
    f"scenes/release/page/{part}"
    for part in ("site.py", "questions.py", "what_if.py", "templates/trial.html",
                 "templates/coordinator.html", "templates/questions.html")
)  # fmt: skip


def without_images(run: Run, examples: str | None = None) -> Run:
    """Return a run of the same numbers, whose examples are no photos."""
    return CHANGES["no_photos"](run).model_copy(update={"examples": examples})


def others() -> Iterator[tuple[Run, ...]]:
    """Yield runs of other data, for every chapter."""
    yield (without_images(hand_run(workers=4, picked=4, failed=2)),)
    yield (without_images(hand_run(classes=20), "patients"),)
    yield (without_images(hand_run(workers=30, classes=5), "graphs"),)
    yield tuple(map(without_images, hand_pair(workers=3, picked=3)))
    yield tuple(map(without_images, hand_seeds()))


def test_every_text_on_photos_has_one_on_data_and_no_other_is_replaced() -> None:
    known = {forms(message.id) for message in template()}
    assert set(REWORDED) <= known
    on_photos = {
        forms(message.id)
        for message in template()
        if any(map(PICTURED.search, forms(message.id)))
        and not all(place.startswith(WITH_PHOTOS) for place, _ in message.locations)
    }
    assert on_photos - set(REWORDED) == set()
    assert not [text for text in REWORDED.values() if any(map(PICTURED.search, text))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_film_of_other_data_speaks_of_no_photos(chapter: str, language: str) -> None:
    for runs in others():
        try:
            spec = build_spec(import_module(f"scenes.story.{chapter}").tell, runs)
        except NotRecordedError:
            continue
        texts = [str(line) for line in lines_in(in_language(spec, LANGUAGES[language]))]
        assert not [text for text in texts if PICTURED.search(text)]


def test_descriptions_of_other_data_speak_of_no_photos() -> None:
    runs = (without_images(hand_run()),)
    for chapter in (*FILM, LOOP):
        for beat in chapter.beats:
            for sentence in beat.sentences:
                assert not PICTURED.search(sentence_for(runs, sentence))
    on_photos = "A frame moves from one of its photos to the next."
    assert sentence_for((hand_run(),), on_photos) == on_photos


@pytest.mark.parametrize(
    ("run", "photos"),
    [
        (hand_run(), True),
        (without_images(hand_run()), False),
        (without_images(hand_run(), "photos"), True),
        (hand_run().model_copy(update={"examples": "scans"}), False),
        (without_images(hand_run()).model_copy(update={"dataset": Dataset(name="cifar10")}), True),
    ],
)
def test_photos_are_what_has_images_if_the_app_does_not_say(run: Run, photos: bool) -> None:
    assert are_photos([run]) == photos
    assert not are_photos([run, without_images(hand_run())])


@pytest.mark.parametrize(
    ("examples", "language", "expected"),
    [
        (None, "en", "12 examples"),
        ("patients", "en", "12 patients"),
        ("Patient", "de", "12 Patienten"),
        ("rows", "es", "12 filas"),
        ("graphs", "fr", "12 graphs"),
        ("samples", "de", "12 Beispiele"),
    ],
)
def test_examples_are_called_what_the_app_says(
    examples: str | None, language: str, expected: str
) -> None:
    run = without_images(hand_run(), examples)
    each = [reply.model_copy(update={"num_examples": 300}) for reply in replies(run)]
    run = with_replies(run, each)
    spec = build_spec(weighted_average.tell, [run])
    found = map(str, lines_in(in_language(spec, LANGUAGES[language])))
    assert expected in set(found)


def replies(run: Run) -> tuple[record.TrainReply, ...]:
    train = run.rounds[1].train
    assert train is not None
    return train.replies


def with_replies(run: Run, each: list[record.TrainReply]) -> Run:
    train = run.rounds[1].train
    assert train is not None
    first = run.rounds[1].model_copy(
        update={"train": train.model_copy(update={"replies": tuple(each)})}
    )
    return run.model_copy(update={"rounds": (run.rounds[0], first, *run.rounds[2:])})


@pytest.mark.parametrize(
    ("examples", "expected"),
    [("patients", "1 patient"), ("graphs", "1 example"), (None, "1 example")],
)
def test_one_example_is_in_the_singular(examples: str | None, expected: str) -> None:
    pair = [without_images(run, examples) for run in hand_pair()]
    assert str(build_spec(different_data.tell, pair).deal.light) == expected


def test_a_noun_without_a_number_is_in_the_plural() -> None:
    run = without_images(hand_run(), "patients")
    (spec,) = in_words_of([run], [text("of new photos,")])
    assert str(spec) == "of new patients,"


def test_the_words_of_photos_stay() -> None:
    spec = one_round.tell([hand_run()])
    assert in_words_of([hand_run()], spec) is spec


@pytest.mark.parametrize("language", LANGUAGES)
def test_nouns_have_two_forms_in_every_language(language: str) -> None:
    spoken = LANGUAGES[language]
    for noun in NOUNS:
        one, many = spoken.wording(noun, 1), spoken.wording(noun, 2)
        assert one
        assert (one == many) == (one == "avis")

"""Questions between the chapters: what is right is what was recorded, and is found by doing it."""

from typing import Any

import numpy as np
import pytest
from visits import NARROW, Visit, loaded_trial

from fl_sim import record
from scenes.release.page.questions import Question, Shown, questions
from scenes.release.page.record_pages import RecordPages
from scenes.release.page.trial import trial_of
from scenes.text.languages import LANGUAGES

pytestmark = pytest.mark.xdist_group("release")

RUNS = ("iid-30", "dirichlet-30", "dropouts", "local-only")
CHAPTERS = {
    "one_round": ("iid-30",),
    "many_rounds": ("local-only", "iid-30"),
    "different_data": ("iid-30", "dirichlet-30"),
    "when_workers_fail": ("dropouts",),
    "closing": ("iid-30",),
    "credits": RUNS,
}


@pytest.fixture(scope="module")
def pages() -> RecordPages:
    """Return the pages of some records."""
    return RecordPages.of(RUNS)


def asked(pages: RecordPages, code: str, *chapters: str, **changed: Any) -> list[Question]:
    """Return the questions on chapters, of runs with some fields changed."""
    runs = {page.run.name: page.run.model_copy(update=changed) for page in pages.pages}
    shown = [Shown(name, [runs[run] for run in CHAPTERS[name]]) for name in chapters]
    return questions(shown, pages, LANGUAGES[code], trial_of(pages.pages))


def test_right_answers_are_those_of_the_records(pages: RecordPages) -> None:
    found = asked(pages, "en", *CHAPTERS)
    assert [(one.after, one.kind, one.run) for one in found] == [
        ("one_round", "guess", "iid-30"),
        ("many_rounds", "round", "iid-30"),
        ("different_data", "round", "dirichlet-30"),
        ("when_workers_fail", "round", "dropouts"),
        ("closing", "photo", "iid-30"),
    ]
    accuracies = {
        page.run.name: [one.central and one.central.accuracy for one in page.run.rounds]
        for page in pages.pages
    }
    run = record.load("iid-30")
    confusion = np.array(run.rounds[-1].confusion)
    shares = confusion.diagonal() / confusion.sum(axis=1)
    assert found[0].right == [shares.min()]
    assert f"least is: {run.dataset and run.dataset.class_names[shares.argmin()]}." in found[0].text
    assert found[1].right == [int(np.diff(accuracies["iid-30"]).argmax()) + 1]
    assert found[2].right == [int(np.diff(accuracies["dirichlet-30"]).argmin()) + 1]
    (lost,) = map(int, found[2].right)
    before, after = accuracies["dirichlet-30"][lost - 1 : lost + 1]
    assert found[2].answer == f"Round {lost}: from {before:.1%} to {after:.1%}."
    assert found[2].href == f"records/dirichlet-30/index.html#rounds[{lost}].central.accuracy"
    failures = [len(one.train.failures) if one.train else 0 for one in record.load(RUNS[2]).rounds]
    assert found[3].right == [failures.index(max(failures))]
    assert run.samples is not None
    given, labels = np.array(run.samples.last), np.array(run.samples.labels)
    wrong = np.where(given.argmax(axis=1) != labels, given.max(axis=1), 0)
    assert found[4].right == [int(wrong.argmax())]
    assert found[4].answer.startswith(f"Photo {wrong.argmax() + 1}: ")
    assert found[4].answer.endswith(f", with {wrong.max():.1%}.")


def test_what_a_film_or_a_record_lacks_is_not_asked(pages: RecordPages) -> None:
    assert [one.after for one in asked(pages, "de", "many_rounds")] == ["many_rounds"] * 2
    assert [one.kind for one in asked(pages, "fr", "one_round", "credits")] == ["photo"]
    first = record.load("iid-30").rounds[:2]
    kinds = [one.kind for one in asked(pages, "es", *CHAPTERS, rounds=first)]
    assert kinds == ["photo"]
    assert questions([], pages, LANGUAGES["en"], None) == []


def test_a_guess_is_compared_and_a_round_and_a_photo_are_found(visit: Visit) -> None:
    with visit(viewport=NARROW) as seen:
        page = seen.page
        guess, walk, photo = page.locator(".question").all()
        guess.locator("input").fill("90")
        assert guess.locator(".guessed").inner_text() == "90"
        guess.get_by_role("button").click()
        run = record.load("reference")
        confusion = np.array(run.rounds[-1].confusion)
        share = (confusion.diagonal() / confusion.sum(axis=1)).min()
        apart = round(90 - 100 * share)
        assert guess.locator(".reply").inner_text() == f"You said 90, which is {apart} away."
        assert (
            guess.locator("details p").inner_text().startswith(f"{confusion.diagonal().min()} of")
        )
        walk.get_by_role("button").click()
        assert page.evaluate("document.activeElement.id") == "round"
        page.keyboard.press("Home")
        assert walk.locator(".reply").inner_text() == ""
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        assert walk.locator(".reply").inner_text() == "You found it."
        assert walk.locator("details p").inner_text().startswith("Round 2: from 19.6% to ")
        photo.get_by_role("link", name="To the photos").click()
        loaded_trial(page)
        assert run.samples is not None
        given, labels = np.array(run.samples.last), np.array(run.samples.labels)
        wrong = np.where(given.argmax(axis=1) != labels, given.max(axis=1), 0)
        chosen = page.locator("[name=photo]").nth(int(wrong.argmax()))
        chosen.check()
        assert photo.locator(".reply").inner_text() == "You found it."
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


def test_without_scripts_answers_can_be_opened(visit: Visit) -> None:
    with visit(java_script_enabled=False) as seen:
        for question in seen.page.locator(".question").all():
            assert not question.locator(".act").is_visible()
            question.locator("summary").click()
            assert question.locator("details a").is_visible()

"""A film's title and author: the user's, or the usual ones."""

import re
from typing import Any

import pytest

from scenes.render.digests import digest
from scenes.render.jobs import jobs, renderable
from scenes.text.errors import NamingError
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES
from scenes.text.naming import Naming
from scenes.text.sources import GIVEN_TITLE


def test_without_a_title_it_is_the_usual_one_in_each_language() -> None:
    assert Naming().metadata(ENGLISH) == {"title": "Federated learning, as it was recorded"}
    assert Naming().title_in(LANGUAGES["de"]) != Naming().title_in(ENGLISH)


def test_a_title_is_the_same_in_each_language() -> None:
    naming = Naming("Our run", "Ada Lovelace")
    for language in LANGUAGES.values():
        assert naming.metadata(language) == {"title": "Our run", "artist": "Ada Lovelace"}


@pytest.mark.parametrize(
    ("naming", "sentence"),
    [
        (
            {"title": "one\ntwo"},
            r"--title: 'one\ntwo' is empty or has characters that cannot be shown. Give a text on "
            "one line",
        ),
        (
            {"author": " "},
            "--author: ' ' is empty or has characters that cannot be shown. Give a text on one "
            "line",
        ),
        ({"title": "a " * 25}, "--title: the text has 50 characters. Give at most 48"),
        (
            {"title": f"My {'x' * 19}"},
            f"--title: the word '{'x' * 19}' has 19 characters. Use words of at most 18, so that "
            "they fit on a narrow picture",
        ),
    ],
)
def test_what_cannot_be_shown_is_refused(naming: dict[str, str], sentence: str) -> None:
    with pytest.raises(NamingError, match=f"^{re.escape(sentence)}$"):
        Naming(**naming)


def specs(title: str) -> dict[str, Any]:
    """Return the spec of each chapter of the reference run."""
    told, _ = renderable(jobs((), ("reference",), title=title))
    return {job.chapter.name: spec for job, spec in told.items()}


def test_the_credits_alone_show_a_title() -> None:
    usual, named = specs(""), specs("Our 1st run")
    assert [name for name, spec in named.items() if digest(spec) != digest(usual[name])] == [
        "credits"
    ]
    title = named["credits"].film
    assert str(title) == "Our 1st run"
    assert title.source == GIVEN_TITLE

"""A release is whole or as it was before: killed, beside others, and whatever a record says."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from pathlib import Path

import av
import pytest
import short_release
from hand import hand_run, imported, of_others, saved
from processes import Child, finish, start
from short_page import written
from short_release import LOOK, state

from fl_sim import record
from fl_sim.record import Run
from scenes.release import manifest
from scenes.release.plan import Request
from scenes.render.store import Store
from scenes.text.naming import Naming

ROOT = Path(__file__).parents[3]
SHORT = [sys.executable, short_release.__file__]
COMMAND = "fedreel release --run reference --quality low --theme dark --shape 16:9 --language en"
OTHER = f"{COMMAND} --language de"
SCRIPTS = ["assets/page.js", "assets/questions.js", "application/json"]  # of a page's first view


def started(*words: str) -> AbstractContextManager[Child]:
    """Start a program in the current folder."""
    places = [str(Path(short_release.__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
    return start(*words, stderr=subprocess.STDOUT, env=environment)


def output(program: Child) -> str:
    """Return what a program printed, which has gone well."""
    printed, _ = finish(program)
    assert program.returncode == 0, printed
    return printed


def printed(*words: str) -> str:
    """Return what a program prints in the current folder."""
    with started(*words) as program:
        return output(program)


def test_killed_at_any_moment_the_earlier_release_is_whole() -> None:
    spec = json.loads(printed(*SHORT, "reference", "site", "5").splitlines()[-1])
    assert len(spec["found"]) >= 5
    assert set(spec["found"]) == {COMMAND, OTHER}
    # What was half made is gone after the next release.
    assert spec["left"] == ["media", "site"]
    assert spec["last"] == COMMAND


def test_releases_and_manim_side_by_side_do_not_disturb_each_other(tmp_path: Path) -> None:
    scene = ROOT / "scenes" / "credits.py"
    manim = [sys.executable, "-m", "manim", "-ql", "--disable_caching", "--progress_bar", "none"]
    with (
        started(*SHORT, "reference", "one") as one,
        started(*SHORT, "reference", "other") as other,
        started(*manim, "--media_dir", "media", str(scene), "Credits") as stock,
    ):
        for program in (one, other, stock):
            output(program)
    assert state(Path("one")) == state(Path("other")) == COMMAND
    (movie,) = tmp_path.glob("media/videos/**/Credits.mp4")
    with av.open(str(movie)) as film:
        assert sum(1 for _ in film.decode(video=0)) > 100


# --- what a record says

LONG = "x" * 10_000
EVIL = {
    "markup": "<img src=x onerror=alert(1)></script><script>alert(2)</script>",
    "path": "../../../../etc/passwd",
    "separators": "a/b\\c:d|e?f*g",
    "control": "one\x00two\x07three\x1b[31m\nfour",
    "directions": "\u202egnp.exe\u2066\u200f",
    "long": LONG,
    "empty": "",
    "template": "{{ 7 * 7 }} {% raw %} {run}",
}


class Texts(HTMLParser):
    """What elements a page has, with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def evil(text: str) -> Run:
    """Return a run that says something evil wherever it can."""
    run = record.load("reference")
    assert run.dataset is not None
    assert run.dataset.class_names is not None
    names = [f"{text}{i}" for i in range(len(run.dataset.class_names))]
    dataset = run.dataset.model_copy(update={"name": text, "class_names": tuple(names)})
    versions = {**run.provenance.versions, text: text}
    provenance = run.provenance.model_copy(update={"versions": versions, "source": text})
    config = {**run.config, text: text}
    return run.model_copy(
        update={
            "name": text,
            "strategy": text,
            "dataset": dataset,
            "provenance": provenance,
            "config": config,
        }
    )


def pages(out: Path) -> Iterator[Texts]:
    """Yield every page of a release."""
    for path in out.rglob("*.html"):
        yield Texts(path.read_text("utf-8"))


@pytest.mark.parametrize("kind", EVIL)
def test_a_record_cannot_escape_into_a_page(kind: str, tmp_path: Path, store: Store) -> None:
    record.save(evil(EVIL[kind]), tmp_path / "evil")
    shutil.copy(record.RUNS / "reference" / "model.safetensors", tmp_path / "evil")
    files = written(str(tmp_path / "evil"), tmp_path / "site", store)
    check_files(files)
    check_pages(tmp_path / "site")
    there = {path.relative_to(tmp_path / "site").as_posix() for path in tmp_path.rglob("*.html")}
    assert there == {file for file in files if file.endswith(".html")}
    assert [name for name in files if name.endswith("/model.js")]
    if EVIL[kind].isprintable() and len(EVIL[kind]) < 100:
        assert all(EVIL[kind] in page.text for page in pages(tmp_path / "site"))


def test_a_title_and_an_author_stand_on_each_page_and_in_the_citation(
    tmp_path: Path, store: Store
) -> None:
    naming = Naming('<b>50% of "it"</b> & {more}', "Ada Lovelace and R\u00f3zsa P\u00e9ter")
    files = written("reference", tmp_path / "site", store, naming)
    check_pages(tmp_path / "site")
    html = (file for file in files if file.endswith(".html"))
    for page in (Texts((tmp_path / "site" / name).read_text("utf-8")) for name in html):
        assert naming.title in page.text
        assert "b" not in {tag for tag, _ in page.elements}
    front = Texts((tmp_path / "site" / "index.de.html").read_text("utf-8"))
    assert ("meta", {"name": "author", "content": naming.author}) in front.elements
    assert (
        "  title  = {<b>50\\% of \\textquotedbl{}it\\textquotedbl{}</b> \\& "
        "\\textbraceleft{}more\\textbraceright{}},\n"
        f"  author = {{{naming.author}}},\n"
    ) in front.text
    transcript = (tmp_path / "site" / "captions" / "fedreel.fr.txt").read_text("utf-8")
    assert transcript.startswith(f"{naming.title}\n\n")


def test_a_page_without_an_author_names_the_usual_one_in_the_citation_alone(
    tmp_path: Path, store: Store
) -> None:
    written("reference", tmp_path / "site", store)
    page = Texts((tmp_path / "site" / "index.html").read_text("utf-8"))
    assert "  author = {{fedreel contributors}},\n" in page.text
    assert "author" not in {attributes.get("name") for _, attributes in page.elements}


REPEATABLE = "A fingerprint is the same wherever the run is made again."
FROM_A_FILE = "The record of an imported run holds what a file says that the run had left."


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (hand_run(), {REPEATABLE}),
        (of_others(hand_run()), set()),
        (imported(hand_run()), {FROM_A_FILE}),
    ],
    ids=["own", "of others", "imported"],
)
def test_a_page_says_of_records_what_is_known_of_them(
    run: Run, said: set[str], tmp_path: Path, store: Store
) -> None:
    written(saved(tmp_path, run), tmp_path / "site", store)
    page = Texts((tmp_path / "site" / "index.html").read_text("utf-8"))
    assert {note for note in (REPEATABLE, FROM_A_FILE) if note in page.text} == said


def test_the_command_of_a_release_has_all_options_and_no_path_of_this_machine(
    tmp_path: Path,
) -> None:
    record.save(evil("Mine & yours"), tmp_path / "evil")
    slug = f"records/mine-yours-{record.fingerprint(record.load('evil'))[:16]}"
    naming = Naming("Ada's run", "Ada Lovelace")
    request = Request(("reference", "evil"), LOOK, ("16:9", "1:1"), ("en", "de"), naming)
    assert request.command == (
        f"fedreel release --run reference --run {slug} --quality low --theme dark --shape 16:9 "
        "--shape 1:1 --language en --language de --title 'Ada'\"'\"'s run' "
        "--author 'Ada Lovelace'"
    )
    usual = (
        "fedreel release --quality high --theme dark --shape 16:9 --shape 9:16 --shape 1:1 "
        "--language en"
    )
    assert Request().command == usual
    heard = Request(sound="all", voice="kokoro:/home/ada/ef_dora.bin")
    assert heard.command == f"{usual} --sound all --voice kokoro:ef_dora.bin"


def test_a_record_cannot_escape_into_a_release(tmp_path: Path) -> None:
    record.save(evil(EVIL["path"] + EVIL["markup"] + EVIL["control"]), tmp_path / "evil")
    printed(*SHORT, "evil", "site")
    spec = manifest.read(tmp_path / "site")
    assert spec is not None
    assert manifest.is_complete(tmp_path / "site", spec)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil", "media", "site"]
    check_files([file.path for file in spec.files])
    check_pages(tmp_path / "site")
    with av.open(str(tmp_path / "site" / "fedreel.mp4")) as film:
        assert EVIL["path"] in film.metadata["comment"]


def check_files(names: Iterable[str]) -> None:
    """See that files have names that every system and every address can have."""
    for name in names:
        assert re.fullmatch(r"[a-z0-9_-]+([./][a-zA-Z0-9_-]+)*", name), name
        assert len(name) < 120


def check_pages(out: Path) -> None:
    """See that nothing from a record has become markup."""
    for page in pages(out):
        assert not [tag for tag, _ in page.elements if tag == "img"]
        scripts = [found for tag, found in page.elements if tag == "script"]
        assert [found.get("src") or found["type"] for found in scripts] in (
            SCRIPTS,
            [],
        )
        assert not [
            name for _, found in page.elements for name in found if name.startswith(("on", "style"))
        ]

"""The parts of a release: digests, the store, the folder that appears whole."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import run

from fl_sim import record
from scenes import FILM
from scenes.outputs import encode as encoding
from scenes.outputs.captions import translations
from scenes.outputs.encode import WEBM, Progress, encode
from scenes.release.manifest import Manifest, read
from scenes.release.plan import check_place
from scenes.release.products import Film
from scenes.render import folders
from scenes.render.clips import ClipInputs, PlannedClip, changed, check_inputs, inputs_of
from scenes.render.digests import Maker, code_of, digest, maker_code, release_inputs
from scenes.render.folders import replace_folder, restore
from scenes.render.jobs import jobs
from scenes.render.looks import Look
from scenes.render.store import KEPT, Store
from scenes.text.errors import ReleaseError
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES

# --- digests


@dataclass(frozen=True)
class Spec:
    """Something that is shown."""

    text: str
    values: tuple[float, ...]


ALIKE = [
    (Spec("a", (1.0, 2.0)), Spec("a", (1.0, 2.0))),
    (np.arange(3), np.arange(3)),
    ({"a": [1, None, b"x"]}, {"a": (1, None, b"x")}),
    (float("nan"), float("nan")),
]
UNLIKE = [
    (Spec("a", (1.0, 2.0)), Spec("a", (1.0, 2.5))),
    (np.arange(3), np.arange(3).astype(np.float32)),
    (np.zeros((2, 3)), np.zeros((3, 2))),
    (["ab", "c"], ["a", "bc"]),
    ([["a"], "b"], ["a", ["b"]]),
    ("1", 1),
    (1, 1.0),
    (True, 1),
    ({"a": 1, "b": 2}, {"a": 2, "b": 1}),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_equal_values_have_one_digest(one: object, other: object) -> None:
    assert digest(one) == digest(other)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_other_values_have_another_digest(one: object, other: object) -> None:
    assert digest(one) != digest(other)


def test_what_has_no_digest_is_named() -> None:
    with pytest.raises(TypeError, match="set has no digest"):
        digest([{1, 2}])


def test_the_code_of_a_chapter_is_what_draws_it() -> None:
    code = code_of("scenes.ledger")
    assert {"scenes/ledger.py", "scenes/explainer.py", "scenes/charts/amounts.py"} <= code.keys()
    others = ("scenes/story/ledger", "scenes/check/", "scenes/release/", "scenes/outputs/")
    assert not [file for file in code if file.startswith(others)]
    assert "scenes/charts/climb.py" not in code
    assert "scenes/charts/climb.py" in code_of("scenes.many_rounds")


def test_everything_sees_a_changed_record_and_setting(hand: Callable[..., str]) -> None:
    one, other = record.parts(hand(step=0)), record.parts(hand(step=1))
    found = release_inputs([one], {"--quality": "low"})
    assert release_inputs([one], {"--quality": "low"}) == found
    changed_record = changed(release_inputs([other], {"--quality": "low"}), found)
    names = {files[0].parent.name for files in (one, other)}
    assert changed_record == sorted(f"the record {name} [0]" for name in names)
    assert changed(release_inputs([one], {"--quality": "high"}), found) == ["--quality"]
    assert not [name for name in found if Path(name).is_absolute()]


def test_sources_say_what_has_changed(hand: Callable[..., str]) -> None:
    (job,) = jobs(("ledger",), (hand(step=0),), Look("low"))
    before = inputs_of(job)
    assert before.changes(before) == []
    assert before.changes(None) == ["there is no earlier clip"]
    other = inputs_of(replace(job, runs=(hand(step=1),)))
    assert other.changes(before) == ["its texts or numbers changed"]
    assert other.key != before.key
    german = inputs_of(replace(job, look=Look("low", language="de")))
    assert german.changes(before) == [
        "its texts or numbers changed",
        "language changed from en to de",
    ]
    recoded = replace(before, code={**before.code, "scenes/ledger.py": "0"})
    assert recoded.changes(before) == ["scenes/ledger.py changed"]
    newer = replace(before, versions={**before.versions, "manim": "9"})
    assert newer.changes(before) == [f"manim changed from {before.versions['manim']} to 9"]


def test_what_changes_while_it_is_rendered_is_not_kept(hand: Callable[..., str]) -> None:
    (job,) = jobs(("credits",), (hand(step=0),), Look("low"))
    planned = PlannedClip(job, inputs_of(job))
    check_inputs(planned)
    run = record.load(job.runs[0])
    provenance = run.provenance.model_copy(update={"seed": 12345})
    record.save(run.model_copy(update={"provenance": provenance}), Path(job.runs[0]))
    with pytest.raises(
        ReleaseError, match="credits was not stored: its texts or numbers changed while"
    ):
        check_inputs(planned)


def test_a_number_that_one_chapter_shows_changes_that_chapter(hand: Callable[..., str]) -> None:
    run = record.load(hand(step=0))
    provenance = run.provenance.model_copy(update={"seed": 12345})
    record.save(run.model_copy(update={"provenance": provenance}), Path("changed"))

    def spec(run: str, chapter: str) -> str:
        (job,) = jobs((chapter,), (run,), Look("low"))
        return inputs_of(job).spec

    as_it_was = hand(step=0)
    assert spec("changed", "credits") != spec(as_it_was, "credits")
    assert spec("changed", "ledger") == spec(as_it_was, "ledger")


def test_the_code_of_a_product_counts_for_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    (job,) = jobs(("ledger",))
    planned = PlannedClip(job, ClipInputs("a", {}, {}, {}))
    film = Film([planned], [], Store(Path("store")))

    def keys() -> dict[Maker, tuple[str, str]]:
        return {maker: (film.product_key(maker), planned.product_key(maker)) for maker in Maker}

    before = keys()
    assert len({key for pair in before.values() for key in pair}) == 2 * len(Maker)
    assert film.product_key(Maker.LOOPS, 480) != before[Maker.LOOPS][0]
    recoded = {"scenes/outputs/encode.py": "other"}

    def code(*makers: Maker) -> dict[str, str]:
        return maker_code(*makers) | (recoded if makers == (Maker.WEBM,) else {})

    for module in ("release.products", "render.clips"):
        monkeypatch.setattr(f"scenes.{module}.maker_code", code)
    after = keys()
    assert [maker for maker in Maker if after[maker] != before[maker]] == [Maker.WEBM]


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
@pytest.mark.parametrize("chapter", [chapter.name for chapter in FILM])
def test_every_caption_of_the_film_has_one_in_each_language(chapter: str, code: str) -> None:
    (job,) = jobs((chapter,))
    snapshot = Path(__file__).parents[1] / "snapshots" / f"{chapter}.txt"
    lines = snapshot.read_text("utf-8").splitlines()
    captions = [line.split("] ", 1)[1] for line in lines if line.startswith("[")]
    meanings = {
        one.text: str(other)
        for one, other in translations(job.tell(), ENGLISH, LANGUAGES[code]).items()
    }
    assert captions
    assert not [caption for caption in captions if meanings[caption] == caption]


# --- the store


def test_a_thing_is_made_once(tmp_path: Path) -> None:
    store, calls = Store(tmp_path / "store"), []

    def make(path: Path) -> None:
        calls.append(path)
        path.write_text("made")

    first = store.get("abcdef", ".txt", make)
    assert store.get("abcdef", ".txt", make) == first
    assert first.read_text() == "made"
    assert len(calls) == 1
    assert calls[0].suffix == ".txt"
    assert store.has("abcdef", ".txt")
    assert not store.has("abcdef", ".mp4")


def test_what_could_not_be_made_is_not_there(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def fail(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.get("abcdef", ".txt", fail)
    assert not store.has("abcdef", ".txt")
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] in ([], [".lock"])


def test_what_nobody_asked_for_goes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old = store.get("aaaa", ".txt", lambda path: path.write_text("12345"))
    new = store.get("bbbb", ".txt", lambda path: path.write_text("1"))
    now = new.stat().st_mtime
    os.utime(old, (now - KEPT - 1,) * 2)
    assert store.prune(now) == 5
    assert (old.exists(), new.exists()) == (False, True)
    os.utime(new, (now - KEPT + 1,) * 2)
    assert store.prune(now) == 0


def test_what_a_killed_program_left_half_made_goes_and_that_of_others_stays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = store.get("aaaa", ".txt", lambda path: path.write_text("12345"))
    ended = run(sys.executable, "-c", "import os; print(os.getpid())").stdout.strip()
    left, own = (made.with_name(f".{owner}-bbbb.txt") for owner in (ended, os.getpid()))
    within = left.with_name(f".{ended}.{left.name}")
    left.write_text("123")
    within.write_text("12")
    own.write_text("1")
    assert store.prune() == 5
    assert [path.exists() for path in (made, left, within, own)] == [True, False, False, True]


# --- the folder

KILLED = """
import os, signal, sys
from pathlib import Path
from scenes.render.folders import work_folder
with work_folder(Path(sys.argv[1]), ".site") as folder:
    (folder / "page").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_work_of_a_killed_program_goes_with_the_next_and_its_release_stays(
    tmp_path: Path,
) -> None:
    (tmp_path / "site").mkdir()
    assert run(sys.executable, "-c", KILLED, tmp_path).returncode == -signal.SIGKILL
    half_made, site = sorted(os.listdir(tmp_path))
    assert (half_made[:6], site) == (".site-", "site")
    with folders.work_folder(tmp_path, ".site") as folder:
        assert sorted(os.listdir(tmp_path)) == [folder.name, "site"]
        assert os.listdir(folder) == []
    assert os.listdir(tmp_path) == ["site"]


def test_only_a_release_makes_room_for_another(tmp_path: Path) -> None:
    check_place(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    check_place(tmp_path / "empty")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("Dear")
    with pytest.raises(ReleaseError, match="mine is not empty and holds no release"):
        check_place(mine)
    Manifest("title", "author", "fedreel release", {}, [], {}, {}, [], []).write(mine)
    check_place(mine)
    # One of an earlier fedreel, of which nothing more is understood.
    (mine / "manifest.json").write_text('{"fedreel": "0.0.1", "files": []}')
    check_place(mine)
    assert read(mine) is None
    for other in ("[]", '{"files": []}', "{"):
        (mine / "manifest.json").write_text(other)
        with pytest.raises(ReleaseError):
            check_place(mine)


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_new_folder_takes_the_place_of_the_old_one(
    tmp_path: Path, exchanges: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchanges:
        monkeypatch.setattr(folders, "_system_call", lambda: None)
    place = tmp_path / "site"
    for number in range(3):
        new = tmp_path / f"new{number}"
        new.mkdir()
        (new / "page").write_text(str(number))
        replace_folder(new, place)
        assert (place / "page").read_text() == str(number)
        assert os.listdir(tmp_path) == ["site"]


def test_a_folder_that_stepped_aside_comes_back(tmp_path: Path) -> None:
    place, aside = tmp_path / "site", tmp_path / ".site.before"
    aside.mkdir()
    (aside / "page").write_text("old")
    restore(place)
    assert (place / "page").read_text() == "old"
    aside.mkdir()
    restore(place)
    assert (place / "page").read_text() == "old"
    assert not aside.exists()


def test_a_folder_that_cannot_come_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_system_call", lambda: None)
    place = tmp_path / "site"
    place.mkdir()
    with pytest.raises(FileNotFoundError):
        replace_folder(tmp_path / "none", place)
    assert os.listdir(tmp_path) == ["site"]


def test_the_key_says_all_of_the_sources() -> None:
    sources = ClipInputs("a", {"x.py": "1"}, {"shape": "16:9"}, {"manim": "0.22"})
    others = [
        replace(sources, spec="b"),
        replace(sources, code={"x.py": "2"}),
        replace(sources, look={"shape": "1:1"}),
        replace(sources, versions={"manim": "0.23"}),
    ]
    assert len({one.key for one in (sources, *others)}) == 5


# --- encoding


def test_an_encoder_that_is_stuck_is_ended_and_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    ended = encoding._ended

    def noting(process: Any, progress: Progress, patience: float) -> bool:
        begun.append(process.pid)
        return ended(process, progress, patience)

    monkeypatch.setattr(encoding, "_work", stuck)
    monkeypatch.setattr(encoding, "_ended", noting)
    with pytest.raises(ReleaseError, match=r"the encoder of \.webm files got stuck 3 times"):
        encode(tmp_path / "none.mp4", tmp_path / "film.webm", WEBM, patience=1.0)
    assert len(set(begun)) == 3
    assert not [process for process in begun if Path(f"/proc/{process}").exists()]


def stuck(movie: Path, path: Path, coding: object, progress: Progress) -> None:
    """Encode two frames, and go no further."""
    for _ in range(2):
        time.sleep(0.3)
        progress.frames.value += 1
    time.sleep(60)


def test_what_cannot_be_encoded_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        ReleaseError, match=r"none\.mp4 cannot be encoded as libsvtav1: .*[Nn]o such"
    ):
        encode(tmp_path / "none.mp4", tmp_path / "film.webm", WEBM)

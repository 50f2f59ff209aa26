"""What is kept is what was made: damage is found, said, and mended."""

import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
import pytest
from manim import ManimColor, config, tempconfig
from processes import run

from scenes import FILM, theme
from scenes.fast.scheduler import DONE, OnProgress
from scenes.outputs.joins import JOIN
from scenes.render.clips import (
    METADATA,
    MOVIE,
    PlannedClip,
    RenderTask,
    check_frames,
    inputs_of,
    load_or_render,
)
from scenes.render.digests import digest
from scenes.render.figures import LISTED, FigureTask
from scenes.render.jobs import Clip, jobs, scene_for
from scenes.render.looks import Look
from scenes.render.store import CONTENT, Store
from scenes.text.errors import ReleaseError

KEY = "abcdef"
MADE = b"what was made"
DAMAGE = {
    "a byte": MADE[:-1] + b"E",
    "cut off": MADE[:4],
    "empty": b"",
    "longer": MADE + b"!",
}
CLIP = json.dumps({"seconds": 1, "beats": [], "effects": [], "speeches": []})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(tmp_path / "store")


def make(path: Path) -> None:
    """Make a file."""
    path.write_bytes(MADE)


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_made_again_and_one_line_says_so(
    content: bytes, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    path = store.get(KEY, ".txt", make)
    path.write_bytes(content)
    assert store.get(KEY, ".txt", make).read_bytes() == MADE
    _, said = capsys.readouterr()
    assert said == f"fedreel: {path} was damaged and is removed; it is made again\n"
    store.get(KEY, ".txt", lambda path: pytest.fail("made once more"))
    assert capsys.readouterr().err == ""


def test_a_damaged_file_is_not_there(store: Store) -> None:
    path = store.get(KEY, ".txt", make)
    path.write_bytes(b"else")
    assert not store.has(KEY, ".txt")
    assert not path.exists()


def test_a_file_whose_digest_is_gone_is_made_again(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    path = store.get(KEY, ".txt", make)
    path.with_name(f"{path.name}{CONTENT}").unlink()
    assert not store.has(KEY, ".txt")
    store.get(KEY, ".txt", make)
    assert store.has(KEY, ".txt")
    assert capsys.readouterr().err == ""


def test_a_damaged_file_is_made_once_however_many_want_it(store: Store) -> None:
    store.get(KEY, ".txt", make).write_bytes(b"else")
    made: list[Path] = []

    def note(path: Path) -> None:
        made.append(path)
        make(path)

    with ThreadPoolExecutor(4) as threads:
        found = [*threads.map(lambda _: store.get(KEY, ".txt", note).read_bytes(), range(8))]
    assert found == [MADE] * 8
    assert len(made) == 1


def test_a_file_is_on_the_disk_before_it_has_its_name(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def note(file: int) -> None:
        assert not store.path(KEY, ".txt").exists()
        synced.append(os.fstat(file).st_ino)
        sync(file)

    monkeypatch.setattr(os, "fsync", note)
    path = store.get(KEY, ".txt", make)
    both = (path.with_name(f"{path.name}{CONTENT}"), path)
    assert synced == [each.stat().st_ino for each in both]


def test_a_clip_with_a_damaged_part_is_rendered_again(store: Store) -> None:
    todo = [PlannedClip(job, inputs_of(job)) for job in jobs(("ledger", "credits"))]
    rendered: list[str] = []

    def render(tasks: Sequence[RenderTask], on_progress: OnProgress) -> None:
        for task in tasks:
            rendered.append(task.name)
            store.get(task.planned.key, MOVIE, make)
            store.get(task.planned.key, METADATA, lambda path: path.write_text(CLIP))
            on_progress(task.name, DONE)

    def load() -> list[str]:
        rendered.clear()
        load_or_render(todo, store, lambda name, step: None, renderer=render)
        return rendered

    assert load() == ["ledger", "credits"]
    assert load() == []
    for suffix in (MOVIE, METADATA):
        store.path(todo[1].key, suffix).write_bytes(b"else")
        assert load() == ["credits"]
        assert load() == []
    for content in ('{"seconds": 1}', "[]", "{"):  # as another version may have written it
        store.remove(todo[1].key, METADATA)
        store.get(todo[1].key, METADATA, lambda path: path.write_text(content))  # noqa: B023
        assert load() == ["credits"]
        assert load() == []


def test_figures_with_one_damaged_are_drawn_again(store: Store) -> None:
    (job,) = jobs(("credits",))
    task = FigureTask(job, KEY, store)
    (figure,) = (store.get(digest([KEY, name]), ".svg", make) for name in ("1-one.svg",))
    store.get(KEY, LISTED, lambda path: path.write_text(json.dumps(["1-one.svg"])))
    assert task.is_stored
    figure.write_bytes(b"else")
    assert not task.is_stored


def test_a_movie_that_lacks_frames_is_not_kept(tmp_path: Path) -> None:
    (job,) = jobs(("credits",), look=Look("low"))
    planned = PlannedClip(job, inputs_of(job))
    movie = tmp_path / "movie.mp4"
    with av.open(str(movie), "w") as out:
        stream = out.add_stream("libx264", rate=15)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        black = np.zeros((64, 64, 3), np.uint8)
        for _ in range(30):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(black, format="rgb24")))
        out.mux(stream.encode(None))
    check_frames(Clip(FILM[0], movie, (), 2.0), planned)
    for short, found, wanted in ((movie, 30, 45), (tmp_path / "none.mp4", 0, 45)):
        expected = f"credits was not stored: its movie has {found} of {wanted} frames"
        with pytest.raises(ReleaseError, match=expected):
            check_frames(Clip(FILM[0], short, (), 3.0), planned)


# --- Manim's settings

FEDREEL = (sys.executable, "-m", "scenes.cli")
FILM_COMMAND = (*FEDREEL, "film", "credits", "--quality", "low")
USERS = {
    "from_animation_number": 3,
    "upto_animation_number": 5,
    "format": "webm",
    "dry_run": True,
    "frame_rate": 7,
    "pixel_width": 300,
    "background_color": ManimColor("#ff0000"),
    "background_opacity": 0.5,
    "zero_pad": 9,
    "save_sections": True,
    "video_codec": "libx265",
    "video_encoder_options": {"crf": "50"},
    "partial_movie_dir": "/nowhere",
    "disable_caching": False,
    "plugins": ["none"],
    "preview": True,
    "seed": 5,
    "frame_height": 4.0,
}


def test_a_users_settings_of_manim_do_not_reach_a_chapter() -> None:
    (job,) = jobs(("credits",), look=Look("low"))
    with scene_for(job, {}):
        usual = dict(config)
    with tempconfig(USERS):
        assert {name: config[name] for name in USERS} == USERS
        with scene_for(job, {}):
            assert dict(config) == usual
        assert config.zero_pad == 9


def test_a_film_is_whole_whatever_the_users_own_file_says(tmp_path: Path) -> None:
    users = "[CLI]\nfrom_animation_number = 3\nupto_animation_number = 5\nformat = webm\n"
    for folder in (tmp_path, tmp_path / ".config" / "manim"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manim.cfg").write_text(users)
    done = run(*FILM_COMMAND, "-o", "film.mp4", env={**os.environ, "HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    (metadata,) = tmp_path.glob("media/store/??/*.json")
    with av.open("film.mp4") as film:
        frames = film.streams.video[0].frames
    around = theme.CARD + 2 * JOIN  # the card again in the end, and two dissolves
    seconds = json.loads(metadata.read_text())["seconds"] + around
    assert frames == round(15 * seconds)


@pytest.mark.parametrize("command", [FILM_COMMAND, (*FEDREEL, "check"), (*FEDREEL, "watch")])
def test_a_users_file_that_manim_cannot_read_is_named_in_one_line(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "manim.cfg"
    file.write_text("[CLI]\nframe_rate = fast\n")
    done = run(*command, env={**os.environ, "HOME": str(tmp_path)})
    assert (done.returncode, done.stderr) == (
        2,
        f"fedreel: Manim cannot read its settings in {file}: could not convert string to float: "
        "'fast'. Correct or remove the file\n",
    )

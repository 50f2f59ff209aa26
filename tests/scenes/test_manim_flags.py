"""Manim's own command and flags work with a chapter, or say in one line why not."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from manim import config, tempconfig
from manim.cli.render.commands import render
from PIL import Image
from processes import run

import scenes
from scenes.render.jobs import manim_settings

CHAPTER = Path(str(scenes.__file__)).with_name("credits.py")
SMALL = ("-r", "64,36", "--fps", "5")
ODD = ("-r", "63,35", "--fps", "5")
Manim = Callable[..., list[Path]]


@pytest.fixture
def manim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manim:
    """Return a function that runs Manim's command in this process, and returns what it wrote."""
    monkeypatch.setattr(sys, "path", [*sys.path])

    def command(*words: object, **settings: Any) -> list[Path]:
        with tempconfig({}):
            config.digest_parser(manim_settings())
            own: dict[str, Any] = {"notify_outdated_version": False, "media_dir": str(tmp_path)}
            with tempconfig(own | settings):
                render.main([str(word) for word in words], standalone_mode=False)
        kinds = ("videos/*/*/*.*", "images/*/*")
        return [path for kind in kinds for path in tmp_path.glob(kind) if path.suffix != ".srt"]

    return command


MOVIES = {
    ("--format", "mp4"): (".mp4", "h264", "yuv420p"),
    ("--format", "webm"): (".webm", "vp9", "yuv420p"),
    ("--format", "gif"): (".gif", "gif", "bgra"),
    ("-t",): (".mov", "qtrle", "argb"),
    ("-t", "--format", "gif"): (".gif", "gif", "bgra"),
}


@pytest.mark.parametrize(("flags", "expected"), MOVIES.items(), ids=str)
def test_a_movie_is_written_in_any_format(
    flags: tuple[str, ...], expected: tuple[str, str, str], manim: Manim
) -> None:
    (path,) = manim(*SMALL, *flags, CHAPTER, "Credits")
    with av.open(str(path)) as movie:
        video = movie.streams.video[0]
        frames = [frame.to_ndarray(format="rgba") for frame in movie.decode(video)]
        assert (path.suffix, video.codec_context.name, video.pix_fmt) == expected
    assert frames[0].shape == (36, 64, 4)
    assert len(frames) == 39
    assert (frames[-1][0, 0, 3] == 0) == ("-t" in flags)  # the corner is empty
    if path.suffix != ".gif":  # so small a text is too faint for a GIF, which has no half-tones
        assert frames[24][..., 3].max() > 100


OWN = """
from manim import Create, Scene, Square
from scenes.fast.scene import FastScene


class Own({}):
    def construct(self):
        self.play(Create(Square()), run_time=0.4)
"""


@pytest.mark.parametrize("base", ["Scene", "FastScene"])
@pytest.mark.parametrize("flags", [("-t",), ("--format", "webm"), ("-t", "--format", "gif")])
def test_a_scene_of_ones_own_is_written_in_any_format(
    flags: tuple[str, ...], base: str, manim: Manim, tmp_path: Path
) -> None:
    (tmp_path / "own.py").write_text(OWN.format(base))
    (path,) = manim(*SMALL, *flags, tmp_path / "own.py", "Own")
    suffix, codec, colours = MOVIES[flags]
    with av.open(str(path)) as movie:
        video = movie.streams.video[0]
        found = (path.suffix, video.codec_context.name, video.pix_fmt)
        assert found == (suffix, codec, colours)
        assert len([*movie.decode(video)]) == 2


def test_a_transparent_webm_says_that_it_is(manim: Manim) -> None:
    (path,) = manim(*SMALL, "-t", "--format", "webm", CHAPTER)
    with av.open(str(path)) as movie:
        assert movie.streams.video[0].metadata["alpha_mode"] == "1"


@pytest.mark.parametrize("flags", [("-s",), ("--format", "png", "-t")], ids=str)
def test_the_last_picture_is_written_in_any_size(flags: tuple[str, ...], manim: Manim) -> None:
    (path,) = manim(*ODD, *flags, CHAPTER, "Credits")
    with Image.open(path) as picture:
        assert picture.size == (63, 35)


def test_a_transparent_movie_has_any_size(manim: Manim) -> None:
    (path,) = manim(*ODD, "-t", CHAPTER)
    with av.open(str(path)) as movie:
        assert (movie.streams.video[0].width, movie.streams.video[0].height) == (63, 35)


REFUSED: dict[tuple[object, ...], str] = {
    (*ODD, CHAPTER): "a movie of 63x35 pixels cannot be encoded: width and height have to be even. "
    "Use -r 64,36",
    (*ODD, "--format", "gif", CHAPTER): "a movie of 63x35 pixels cannot be encoded: width and "
    "height have to be even. Use -r 64,36",
    ("-r", "0,36", CHAPTER): "a picture of 0x36 pixels cannot be drawn. Use -r 854,480, for "
    "example",
    (*SMALL, "-t", "--format", "mp4", CHAPTER): "MP4 output does not support an alpha channel. "
    "Use --format=mov or --format=webm for transparent video.",
    (*SMALL, "-s", "--save_sections", CHAPTER): "Section output requires a video output format.",
    (*SMALL, CHAPTER, "Nowhere"): f"{CHAPTER} has no scene Nowhere. It has Credits, for example",
    (*SMALL, CHAPTER, "Credits", "Nowhere"): f"{CHAPTER} has no scene Nowhere. It has Credits, "
    "for example",
}


@pytest.mark.parametrize(("words", "expected"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_cannot_be_is_refused_in_one_line(
    words: tuple[object, ...],
    expected: str,
    manim: Manim,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        manim(*words)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"fedreel: {expected}\n"
    assert not [*tmp_path.rglob("*.*")]


def test_another_renderer_is_refused_in_one_line(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "manim", "--renderer=opengl", CHAPTER, "Credits")
    done = run(*command, env={**os.environ, "HOME": str(tmp_path)})
    assert (done.returncode, done.stderr) == (
        2,
        "fedreel: a chapter is drawn by Manim's Cairo renderer only. Leave out --renderer=opengl\n",
    )


HEARD = """
from manim import Wait
from scenes.explainer import Explainer
from scenes.sound.effects import tone
from scenes.sound.heard import heard
from scenes.text.lines import text


class Heard(Explainer):
    def construct(self):
        with self.beat("one", text("Silence")):
            self.play(Wait(1))
        with self.beat("two", text("A tone")):
            self.play(heard(Wait(1), tone(0.5)))
"""


def loudest(path: Path) -> list[float]:
    """Return the loudest sample of each second of a movie; of none without sound."""
    with av.open(str(path)) as movie:
        if not movie.streams.audio:
            return []
        parts = [frame.to_ndarray().max(axis=0) for frame in movie.decode(audio=0)]
        rate = movie.streams.audio[0].rate
    sound = np.concatenate(parts)
    return [round(float(sound[at : at + rate].max()), 2) for at in range(0, len(sound), rate)]


@pytest.mark.parametrize("sound", ["none", "effects", "all"])
def test_a_chapter_is_heard(
    sound: str, manim: Manim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEDREEL_SOUND", sound)
    (tmp_path / "heard.py").write_text(HEARD)
    command = *SMALL, "--save_sections", tmp_path / "heard.py", "Heard"
    heard = [
        loudest(*manim(*command, disable_caching=not cached)) for cached in (False, True, True)
    ]
    assert heard[0] == heard[1] == heard[2]  # the third has every animation from the cache
    if sound == "none":
        assert heard[0] == []
    else:
        tones = [second for second, level in enumerate(heard[0]) if level > 0.1]
        assert tones[:1] == [3]  # a caption of two seconds, and the play after the next one's
        assert (heard[0][2] > 0.01) == (sound == "all")

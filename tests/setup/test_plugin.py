"""Manim's plugin, a distribution of its own: what is in it, and that it works without the film."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path

import av
import pytest
from PIL import Image
from processes import run
from wheels import build, unpack

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugin"
README = (PLUGIN / "README.md").read_text("utf-8")
SCENES = """
import sys

from manim import BLUE, RIGHT, Circle, Scene, Text
from manim_fastscene import FastScene


class Stock(Scene):
    def construct(self) -> None:
        circle = Circle(color=BLUE, fill_opacity=1)
        self.add(circle)
        self.play(circle.animate.shift(RIGHT), run_time=0.4)


class Fast(FastScene, Stock):
    def construct(self) -> None:
        super().construct()
        ours = {name.partition(".")[0] for name in sys.modules} & {"scenes", "fl_sim"}
        assert not ours and type(self.renderer).__name__ == "FastRenderer"
        self.wait(0.4)


class Faint(Scene):
    def construct(self) -> None:
        self.add(Text("Hardly seen", color="#222222"))
        self.wait()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the wheel is unpacked into."""
    wheel = build(PLUGIN, tmp_path_factory.mktemp("dist"))
    return unpack(wheel, wheel.parents[1] / "plugin")


def test_it_has_the_modules_under_its_own_names_and_imports_nothing_else(installed: Path) -> None:
    package = installed / "manim_fastscene"
    names = {file.relative_to(package).as_posix() for file in package.rglob("*.py")}
    assert {"scene.py", "writer.py", "check/rules.py", "check/screen.py"} < names
    assert not {"check/figures.py", "check/run.py"} & names
    code = "".join((package / name).read_text("utf-8") for name in names)
    assert not re.findall(r"^\s*(?:from|import) (?:scenes|fl_sim)\b", code, re.M)


def test_what_the_checker_knows_of_the_film_has_a_stand_in() -> None:
    known = (ROOT / "scenes" / "check" / "film.py", PLUGIN / "manim_fastscene/check/film.py")
    ours, stand_in = (re.search(r"^__all__ = .*$", file.read_text("utf-8"), re.M) for file in known)
    assert ours
    assert stand_in
    assert ours[0] == stand_in[0]


@pytest.fixture
def program(installed: Path, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Return what runs a module in a folder that has scenes: its exit status, and what it said."""
    (block,) = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
    (tmp_path / "my.py").write_text(SCENES + block, "utf-8")
    variables = os.environ | {"PYTHONPATH": str(installed), "COLUMNS": "160"}

    def run_module(*words: str) -> tuple[int, str]:
        done = run(sys.executable, "-m", *words, cwd=tmp_path, env=variables)
        return done.returncode, done.stdout + done.stderr

    return run_module


def test_a_faulty_scene_is_found(program: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    code, said = program("manim_fastscene", "check", "my.py", "Fast", "Faint")
    assert code == 1, said
    (row,) = [line for line in said.splitlines() if line.startswith("F")]
    assert re.match(r"Faint +scene +1\.0 s +contrast +Hardly seen ", row)
    assert len(list((tmp_path / "media/check").glob("Faint-*.png"))) == 1
    assert "1 finding." in said


def test_manim_lists_it_and_it_renders_a_gif(
    program: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    assert "manim_fastscene" in program("manim", "plugins", "-l")[1]
    how = "-ql", "--fps", "10", "--format", "gif", "--disable_caching"
    code, said = program("manim", *how, "my.py", "Stock", "Fast", "MyScene")
    assert code == 0, said
    assert [*tmp_path.rglob("MyScene_*.gif")]
    colours = {}
    for name in ("Stock", "Fast"):
        (path,) = tmp_path.rglob(f"{name}_*.gif")
        with Image.open(path) as gif:
            assert gif.n_frames > 1
            colours[name] = gif.convert("RGB").getpixel((gif.width // 2, gif.height // 2))
    asked = 0x58, 0xC4, 0xDD  # Manim's BLUE
    gaps = {
        name: sum(abs(a - b) for a, b in zip(c, asked, strict=True)) for name, c in colours.items()
    }
    assert gaps["Fast"] < gaps["Stock"]


def pictures_of(movie: Path) -> list[bytes]:
    """Return the packets of a movie's pictures."""
    with av.open(str(movie)) as source:
        return [bytes(packet) for packet in source.demux(video=0) if packet.dts is not None]


@pytest.fixture(params=[".mp4"])
def movie(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a movie of two seconds, beside its captions in two languages."""
    texts = {"eng": "Hello <all>", "deu": "Hallo"}
    for code, text in texts.items():
        captions = f"1\n00:00:00,500 --> 00:00:01,250\n{text}\n"
        (tmp_path / f"movie.{code}.srt").write_text(captions, "utf-8")
    path = (tmp_path / "movie").with_suffix(request.param)
    with av.open(str(path), "w") as target:
        stream = target.add_stream({".mp4": "libx264", ".webm": "libvpx-vp9"}[path.suffix], rate=5)
        stream.width = stream.height = 64
        for _ in range(10):
            target.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        target.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("movie", [".mp4", ".webm"], indirect=True)
def test_captions_are_put_into_a_movie(
    program: Callable[..., tuple[int, str]], movie: Path
) -> None:
    suffix, head = movie.suffix, {".mp4": 2, ".webm": 0}[movie.suffix]
    files = [f"movie{suffix}", "movie.eng.srt", "movie.deu.srt", f"new{suffix}"]
    code, said = program("manim_fastscene", "captions", *files)
    assert (code, said.split()) == (0, [f"new{suffix}", "new.eng.vtt", "new.deu.vtt"])
    new = movie.with_name(f"new{suffix}")
    assert pictures_of(new) == pictures_of(movie)
    with av.open(str(new)) as source:
        for number, (language, text) in enumerate((("eng", "Hello <all>"), ("deu", "Hallo"))):
            track = source.streams.subtitles[number]
            assert track.metadata["language"] == language
            (packet,) = [one for one in source.demux(track) if len(bytes(one)) > head]
            assert (bytes(packet)[head:].decode(), packet.pts, packet.duration) == (text, 500, 750)
            source.seek(0)
    assert new.with_suffix(".eng.vtt").read_text("utf-8") == (
        "WEBVTT\nLanguage: eng\n\n00:00:00.500 --> 00:00:01.250\nHello &lt;all&gt;\n"
    )


def test_what_is_no_movie_and_no_captions_is_refused(
    program: Callable[..., tuple[int, str]], movie: Path
) -> None:
    for name in ("other.eng.srt", "other.de.srt"):
        shutil.copy(movie.with_name("movie.eng.srt"), movie.with_name(name))
    for words, why in (
        (("movie.mp4", "my.py", "new.mp4"), "my.py is no SubRip file"),
        (("movie.mp4", "movie.eng.srt", "new.webm"), "new.webm: name it as movie.mp4 ends"),
        (("movie.mp4", "movie.eng.srt", "movie.mp4"), "movie.mp4 is the movie itself"),
        (("movie.eng.srt", "movie.eng.srt", "new.srt"), "new.srt: name it as movie.eng.srt ends"),
        (
            ("movie.mp4", "movie.eng.srt", "other.eng.srt", "new.mp4"),
            "captions are of one language",
        ),
        (("movie.mp4", "other.de.srt", "new.mp4"), "other.de.srt: name its language by three"),
    ):
        code, said = program("manim_fastscene", "captions", *words)
        assert code == 2
        assert why in said
        assert "Traceback" not in said
    assert not [*movie.parent.glob("new*")]


def test_its_readme_has_the_settings_and_figures_that_were_measured() -> None:
    ours, said = ConfigParser(), ConfigParser()
    ours.read(ROOT / "manim.cfg", "utf-8")
    said.read_string(re.findall(r"```ini\n(.*?)```", README, re.S)[0])
    assert said["video_encoder.options"] == ours["video_encoder.options"]
    benchmarks = (ROOT / "tests" / "benchmarks" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (?:.*) s \|.*\|$", README, re.M)
    assert len(rows) == 6
    assert all(row in benchmarks for row in rows)

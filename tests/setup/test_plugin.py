"""Manim's plugin, a distribution of its own: what is in it, and that it works without the film."""

import os
import re
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from PIL import Image
from processes import run
from wheels import build, unpack

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugin"
README = (PLUGIN / "README.md").read_text("utf-8")
SCENES = """
import sys

from manim import BLUE, RIGHT, Circle, Scene
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
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the wheel is unpacked into."""
    wheel = build(PLUGIN, tmp_path_factory.mktemp("dist"))
    return unpack(wheel, wheel.parents[1] / "plugin")


def test_it_has_the_modules_of_the_fast_renderer_under_its_own_name(installed: Path) -> None:
    package = installed / "manim_fastscene"
    sources = {file.name for file in (ROOT / "scenes" / "fast").glob("*.py")}
    assert {file.name for file in package.glob("*.py")} == sources
    code = "".join(file.read_text("utf-8") for file in package.glob("*.py"))
    assert not re.findall(r"^\s*(?:from|import) (?:scenes|fl_sim)\b", code, re.M)


def test_manim_lists_it_and_it_renders_a_scene_and_a_gif(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "my.py").write_text(SCENES, "utf-8")
    variables = os.environ | {"PYTHONPATH": str(installed)}

    def manim(*words: str) -> str:
        done = run(sys.executable, "-m", "manim", *words, cwd=tmp_path, env=variables)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    assert "manim_fastscene" in manim("plugins", "-l")
    manim("-a", "-ql", "--fps", "10", "--format", "gif", "--disable_caching", "my.py")
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


def test_its_readme_has_the_settings_and_figures_that_were_measured() -> None:
    ours, said = ConfigParser(), ConfigParser()
    ours.read(ROOT / "manim.cfg", "utf-8")
    said.read_string(re.findall(r"```ini\n(.*?)```", README, re.S)[0])
    assert said["video_encoder.options"] == ours["video_encoder.options"]
    benchmarks = (ROOT / "tests" / "benchmarks" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (?:.*) s \|.*\|$", README, re.M)
    assert len(rows) == 6
    assert all(row in benchmarks for row in rows)

"""``fedreel check`` as a person uses it."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from checked import check, found
from click.testing import CliRunner
from manim import Scene, Text
from PIL import Image

from scenes.check.stills import MARK
from scenes.cli import cli

FILE = """
from manim import DOWN, RIGHT, Scene, Square, Text


class Good(Scene):
    def construct(self):
        self.next_section("stand")
        self.add_subcaption("A text stands.", duration=2)
        self.add(Text("Words"))
        self.wait(2)


class Bad(Scene):
    def construct(self):
        self.next_section("cross")
        self.add(Text("one"), Text("other").shift(0.1 * DOWN))
        self.wait()
        self.clear()
        self.next_section("leave")
        self.play(Square().animate.shift(9 * RIGHT))
        self.wait()


class Broken(Scene):
    def construct(self):
        raise ValueError("no such thing")
"""


def test_help_shows_examples() -> None:
    done = check("--help")
    assert done.returncode == 0
    assert "fedreel check my.py MyScene" in done.stdout


def test_a_scene_that_keeps_the_rules(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FILE)
    done = check("mine.py", "Good")
    assert done.returncode == 0
    assert re.fullmatch(r"check: Good, 1 of 1, \d+ s\n", done.stderr)
    assert done.stdout.splitlines()[-1] == "no findings in 1 scene, 1 beat, 2 s"
    assert not (tmp_path / "media" / "check").exists()


def test_what_breaks_a_rule_is_listed_and_drawn(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FILE)
    done = check("mine.py", "Bad", "Good", "--json", "found.json", "-o", "stills")
    assert done.returncode == 1, done.stderr
    rows = json.loads((tmp_path / "found.json").read_text())
    assert [(row["chapter"], row["beat"], row["rule"]) for row in rows] == [
        ("Bad", "cross", "overlap"),
        ("Bad", "leave", "in frame"),
    ]
    assert rows[0]["about"] == "one / other"
    assert rows[0]["measured"] > rows[0]["limit"] == 1
    assert {row["still"] for row in rows} == {
        str(path.relative_to(tmp_path)) for path in (tmp_path / "stills").iterdir()
    }
    assert "one / other" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("2 findings in 2 scenes, 3 beats")


def test_what_cannot_be_checked_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FILE)
    (tmp_path / "torn.py").write_text("class")
    (tmp_path / "none.py").write_text("from manim import Scene")
    (tmp_path / "opengl.py").write_text("from manim import config\nconfig.renderer = 'opengl'")
    cases = {
        ("nowhere.py",): "no file nowhere.py",
        ("mine.py", "Other"): "mine.py has no scene 'Other'. It has: Good, Bad, Broken",
        ("mine.py", "god"): "mine.py has no scene 'god'. Did you mean Good? It has: Good, Bad",
        ("mine.py", "Broken"): "Broken cannot be built: ValueError: no such thing",
        ("none.py",): "none.py defines no scene",
        ("opengl.py",): "opengl.py chooses the renderer opengl",
        ("torn.py",): "torn.py cannot be loaded: SyntaxError",
        ("many_round",): "there is no chapter 'many_round'. Did you mean many_rounds? Choose from",
    }
    in_processes = {("mine.py", "Broken"), ("opengl.py",)}  # of their own
    for arguments, says in cases.items():
        if arguments in in_processes:
            done = check(*arguments)
            status, printed = done.returncode, done.stderr
        else:
            result = CliRunner().invoke(cli, ["check", *arguments])
            status, printed = result.exit_code, result.stderr
        assert status == 2, arguments
        (line,) = (line for line in printed.splitlines() if not line.startswith("check: "))
        assert says in line


def test_a_scene_that_cannot_be_built_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FILE)
    done = check("mine.py", "Broken", "Good")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "no findings in 1 scene, 1 beat, 2 s"
    said = "fedreel: Broken cannot be built: ValueError: no such thing at mine.py:26"
    assert done.stderr.splitlines()[-1] == said


class Crossing(Scene):
    """Two texts, one over the other."""

    def construct(self) -> None:
        self.add(Text("one"), Text("one").shift([0.1, 0.1, 0]))
        self.wait()


def test_a_still_shows_boxes_where_the_fault_is(tmp_path: Path) -> None:
    (finding,) = (f for f in found(Crossing, tmp_path) if f.fault.rule == "overlap")
    assert finding.still is not None
    with Image.open(finding.still) as image:
        pixels = np.asarray(image)[:720]
    marked = np.argwhere((pixels == [int(MARK[i : i + 2], 16) for i in (1, 3, 5)]).all(axis=-1))
    (top, left), (bottom, right) = marked.min(axis=0), marked.max(axis=0)
    (one, other) = finding.fault.boxes
    scale = 720 / 8
    expected = [
        (one.left + 64 / 9) * scale,
        (4 - other.top) * scale,
        (other.right + 64 / 9) * scale,
        (4 - one.bottom) * scale,
    ]
    assert [left, top, right, bottom] == pytest.approx(expected, abs=6)

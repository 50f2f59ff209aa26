"""Files with scenes are loaded as Manim loads them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from checked import check
from manim import config

import scenes
from scenes.check.files import scenes_in
from scenes.text.errors import CheckError

FILE = """
from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import beside
from manim import *
from parts.shapes import ring


@dataclass
class Row:
    sides: list[beside.Side] = field(default_factory=lambda: [beside.Side()])


class Base(Scene, ABC):
    @abstractmethod
    def shape(self): ...

    def construct(self):
        self.play(Create(self.shape()))
        self.wait()


class Second(Base):
    def shape(self):
        return Row().sides[0].square()


class First(Base):
    def shape(self):
        import parts.late

        return ring()


Again = First
"""
BESIDE = """
from dataclasses import dataclass
from manim import BLUE, Scene, Square


@dataclass
class Side:
    length: float = 2.0

    def square(self):
        return Square(self.length, color=BLUE)


class Elsewhere(Scene):
    pass
"""
TALL = """
from manim import *

config.pixel_width, config.pixel_height = 540, 960
config.frame_width, config.frame_height = 9, 16
config.background_color = "#112233"


class Tall(Scene):
    def construct(self):
        self.next_section("at the top")
        self.add(Text("Tall", color=WHITE).shift(5 * UP), Square(color=YELLOW).shift(5 * DOWN))
        self.wait()
        self.next_section("left out", skip_animations=True)
        self.add(Text("wide", color=GREY).shift(20 * RIGHT))
        self.wait()
"""


@pytest.fixture(autouse=True)
def modules_as_before() -> Iterator[None]:
    """Forget what a test has imported."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if not name.startswith(("scenes", "manim", "numpy", "PIL", "scipy")):
            del sys.modules[name]


def write_project(folder: Path, name: str = "mine.py") -> Path:
    """Write a file with scenes, a module and a package beside it, and return the file."""
    (folder / "parts").mkdir()
    (folder / "parts" / "__init__.py").touch()
    (folder / "parts" / "late.py").touch()
    (folder / "parts" / "shapes.py").write_text("from manim import Circle as ring")
    (folder / "beside.py").write_text(BESIDE)
    (folder / name).write_text(FILE)
    return Path(name)


def test_modules_beside_and_dataclasses(tmp_path: Path) -> None:
    path = sys.path.copy()
    with scenes_in(write_project(tmp_path), {}) as found:
        assert list(found) == ["Second", "First"]  # no base class, no alias, no other's
        assert sys.path == [str(tmp_path), *path]  # for what is imported while a scene plays
    assert sys.path == path


@pytest.mark.parametrize("name", ["scenes.py", "manim.py"])
def test_a_file_with_the_name_of_a_package(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("from manim.scene.scene import Scene\nclass My(Scene): pass")
    before = sys.modules["scenes"], sys.modules["manim"]
    with scenes_in(Path(name), {}) as found:
        assert list(found) == ["My"]
    assert (sys.modules["scenes"], sys.modules["manim"]) == before
    assert sys.modules["scenes"] is scenes


def test_settings_in_a_file_are_the_files(tmp_path: Path) -> None:
    (tmp_path / "tall.py").write_text(TALL)
    before = dict(config.items())
    with scenes_in(Path("tall.py"), {"pixel_width": 854, "frame_rate": 24}) as found:
        assert (config.pixel_width, config.pixel_height, config.frame_rate) == (540, 960, 24)
        camera = found["Tall"]().camera
        assert (camera.frame_width, camera.frame_height) == (9, 16)
        assert camera.background_color.to_hex() == "#112233"
    assert dict(config.items()) == before


def test_a_file_that_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import no_such_module")
    with (
        pytest.raises(CheckError, match=r"^mine\.py cannot be loaded: ModuleNotFoundError: No mod"),
        scenes_in(Path("mine.py"), {}),
    ):
        pass


def test_scenes_of_a_project_are_checked_with_their_settings(tmp_path: Path) -> None:
    file = write_project(tmp_path)
    file.write_text(file.read_text() + TALL)
    done = check("mine.py")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "no findings in 3 scenes, 3 beats, 6 s"

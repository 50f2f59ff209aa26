"""Checks a scene that a test defines, in the test's own process or by the command line."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from manim import Scene, tempconfig
from processes import run

from scenes.check.finding import Fault, Finding
from scenes.check.inspector import Inspector
from scenes.check.run import NO_MOVIE
from scenes.drawing.text import register_font

# Pango takes no notice of a font that is registered after it has drawn with another one.
register_font()


def found(scene: type[Scene], folder: Path, **settings: Any) -> list[Finding]:
    """Return what is wrong with a scene; stills go to ``folder / "stills"``."""
    chosen = {
        "pixel_width": 480,
        "pixel_height": 270,
        "progress_bar": "none",
        **NO_MOVIE,
        **settings,
    }
    with tempconfig({"media_dir": str(folder / "manim"), **chosen}):
        return Inspector(scene.__name__, folder / "stills").inspect(scene())


def faults(scene: type[Scene], folder: Path, rule: str, **settings: Any) -> list[Fault]:
    """Return what one rule finds in a scene."""
    return [
        finding.fault for finding in found(scene, folder, **settings) if finding.fault.rule == rule
    ]


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``fedreel check`` in the current folder."""
    variables = {**os.environ, "NO_COLOR": "1", "COLUMNS": "160"}
    return run(sys.executable, "-m", "scenes.cli", "check", *arguments, env=variables)

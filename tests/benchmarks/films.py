"""Chapters as fedreel and as Manim render them: the commands, and what they leave behind."""

import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Options, Watched, cpu_seconds, seconds, watched

from scenes import FILM, Chapter

HERE = Path(__file__).resolve().parent
STOCK, VARIANTS, LOSSLESS = HERE / "stock_film.py", HERE / "variants.py", HERE / "lossless.cfg"
OURS = HERE.parents[1] / "manim.cfg"
SCRIPTS = Path(sysconfig.get_path("scripts"))
SAMPLE = "one_round"  # what is measured on one chapter is measured on this one


def chosen(options: Options) -> list[Chapter]:
    """Return the chapters that are asked for, or the whole film."""
    return [chapter for chapter in FILM if chapter.name in (options.chapters or (chapter.name,))]


def sample(options: Options) -> list[Chapter]:
    """Return the chapters that are asked for, or one."""
    names = options.chapters or (SAMPLE,)
    return [chapter for chapter in FILM if chapter.name in names]


def called(chapters: Sequence[Chapter]) -> str:
    """Return what a table calls some chapters."""
    if len(chapters) == len(FILM):
        return "the film"
    return ", ".join(chapter.name for chapter in chapters)


def fedreel(chapters: Sequence[Chapter], *arguments: str) -> list[str]:
    """Return the command that films chapters, into ``media/film/fedreel.mp4`` or another ``-o``."""
    names = [each.name for each in chapters]
    return [str(SCRIPTS / "fedreel"), "film", *names, "-o", "media/film/fedreel.mp4", *arguments]


def manim(scenes: Path, *names: str, settings: Path | None = None) -> list[str]:
    """Return the command that renders scenes of a file by ``manim``, at 1080p60.

    Args:
        scenes: the file.
        names: of scenes.
        settings: a file with some; the rest is as Manim has it.
    """
    options = ["-qh", "--disable_caching", "--silent"]  # silent: no question after a newer version
    settled = ["--config_file", str(settings)] if settings else []
    return [str(SCRIPTS / "manim"), *options, *settled, str(scenes), *names]


def stock(chapters: Sequence[Chapter]) -> list[str]:
    """Return the command that renders chapters by stock Manim."""
    everything = len(chapters) == len(FILM)
    return manim(STOCK, *(["-a"] if everything else [chapter.scene for chapter in chapters]))


def movies(folder: Path, scenes: Path, names: Sequence[str]) -> list[Path]:
    """Return what ``manim`` left in the folder that it ran in."""
    return [folder / "media" / "videos" / scenes.stem / "1080p60" / f"{name}.mp4" for name in names]


def cores(count: int) -> list[str]:
    """Return what a command begins with that is to use some processors, if that can be said."""
    if shutil.which("taskset") is None or not hasattr(os, "sched_getaffinity"):
        return []
    numbers = sorted(os.sched_getaffinity(0))[:count]
    return ["taskset", "--cpu-list", ",".join(map(str, numbers))]


@dataclass(frozen=True)
class Workshop:
    """Runs commands, each in an empty folder of its own, and tells on the way what it measured."""

    folder: Path

    def place(self, name: str) -> Path:
        """Return the folder of a command, which remains until it is run again.

        It is named in letters: Manim cannot join files under a path with an apostrophe.
        """
        return self.folder / re.sub(r"\W+", "-", name)

    def seconds(self, name: str, command: list[str]) -> float:
        """Return how long a command runs."""
        return _spec(name, seconds(command, self._emptied(name)))

    def cpu_seconds(self, name: str, command: list[str]) -> float:
        """Return the processor time of a command that is one process."""
        return _spec(name, cpu_seconds(command, self._emptied(name)))

    def watched(self, name: str, command: list[str]) -> Watched:
        """Run a command, and look at its processes meanwhile."""
        result = watched(command, folder=self._emptied(name))
        _spec(name, result.seconds)
        return result

    def _emptied(self, name: str) -> Path:
        place = self.place(name)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return place


def _spec(name: str, seconds: float) -> float:
    print(f"  {name}: {seconds:.1f} s", file=sys.stderr, flush=True)
    return seconds

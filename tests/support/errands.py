"""Pieces of work for processes of their own."""

import multiprocessing
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from manim import tempconfig

from scenes.fast.scene import FastScene
from scenes.fast.scheduler import Sections, WorkerContext


@dataclass(frozen=True)
class Errand:
    """Something to be done: ``how`` names it, and it leaves a trace in ``folder``."""

    name: str
    how: str
    folder: Path


class EndedError(Exception):
    """An error whose process is ended while it tells of it."""

    def __reduce__(self) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        return "EndedError"


class Full(FastScene):
    """A scene whose disk is full."""

    def construct(self) -> None:
        """Fail in a section."""
        self.next_section("full")
        raise RuntimeError("not written") from OSError(28, "No space left on device", "x.mp4")


def draw_in_sections(folder: Path) -> None:
    """Draw that scene, each section in a process of its own."""
    slots = multiprocessing.Semaphore(1)
    slots.acquire()
    with tempconfig({"media_dir": str(folder), "progress_bar": "none", "verbosity": "WARNING"}):
        scene = Full()
        scene.sections = Sections(slots)
        scene.render()


def work(errand: Errand, context: WorkerContext) -> tuple[str, int]:
    """Do an errand, and return its name and the process that did it."""
    context.report(errand.name, "begins")
    (errand.folder / f"{time.monotonic_ns()}-{errand.name}").touch()
    if errand.how == "fail":
        raise ZeroDivisionError(errand.name)
    if errand.how == "ended":
        raise EndedError
    if errand.how == "exit":
        raise SystemExit(2)
    if errand.how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if errand.how == "full":
        raise RuntimeError("not written") from OSError(28, "No space left on device", "x.mp4")
    if errand.how == "section":
        draw_in_sections(errand.folder)
    if errand.how == "wait":
        time.sleep(60)
    if errand.how == "copy":
        child = os.fork()
        if not child:
            context.report(errand.name, "a copy reports nothing")
            os._exit(0)
        os.waitpid(child, 0)
    return errand.name, os.getpid()

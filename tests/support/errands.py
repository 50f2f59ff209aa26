"""Pieces of work for processes of their own."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from scenes.fast.scheduler import WorkerContext


@dataclass(frozen=True)
class Errand:
    """Something to be done: ``how`` names it, and it leaves a trace in ``folder``."""

    name: str
    how: str
    folder: Path


def work(errand: Errand, context: WorkerContext) -> tuple[str, int]:
    """Do an errand, and return its name and the process that did it."""
    context.report(errand.name, "begins")
    (errand.folder / f"{time.monotonic_ns()}-{errand.name}").touch()
    if errand.how == "fail":
        raise ZeroDivisionError(errand.name)
    if errand.how == "exit":
        raise SystemExit(2)
    if errand.how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if errand.how == "wait":
        time.sleep(60)
    if errand.how == "copy":
        child = os.fork()
        if not child:
            context.report(errand.name, "a copy reports nothing")
            os._exit(0)
        os.waitpid(child, 0)
    return errand.name, os.getpid()

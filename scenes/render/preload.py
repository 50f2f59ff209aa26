"""The import of what all workers need: Manim, and the modules of all chapters.

What cannot be imported here, as where memory runs out, is imported again by a worker, which can say
what is wrong.
"""

import sys
from contextlib import suppress
from importlib import import_module
from types import TracebackType


def say_unless_of_system(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Print an error, unless the program that waits for this process prints it in one line."""
    if not issubclass(kind, MemoryError | ImportError | OSError):
        sys.__excepthook__(kind, error, traceback)


sys.excepthook = say_unless_of_system
with suppress(Exception):
    import_module("scenes.fast.preload")
    import_module("scenes.stage.scene")

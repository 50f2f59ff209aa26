"""Manim, imported for processes that only render: seven tenths of a second sooner.

Manim imports IPython to add a magic to notebooks, and goes without where it is not installed. It
imports NetworkX for the layouts of graphs; here that is left to the first scene that has one. And
nothing that is imported is garbage: the collector begins when work does.
"""

import gc
import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class Deferred(ModuleType):
    """A module, or something in it, that is imported where it is called."""

    def __getattr__(self, name: str) -> "Deferred":
        """Return something in it, by name."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Deferred(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Import the module, and call what this stands for."""
        module, *names = self.__name__.split(".")
        found: Any = import_module(module)
        for name in names:
            found = getattr(found, name)
        return found(*args, **options)


def _import_manim() -> None:
    """Import Manim with stand-ins, which are gone afterwards: the modules are there for others."""
    wanted: dict[str, Any] = {"IPython": None, "networkx": Deferred("networkx")}
    stand_ins = {name: module for name, module in wanted.items() if name not in sys.modules}
    sys.modules.update(stand_ins)
    import_module("manim")
    for name in stand_ins:
        del sys.modules[name]


gc.disable()
if "manim" not in sys.modules:
    _import_manim()

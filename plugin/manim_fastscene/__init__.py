"""Manim scenes rendered several times as fast, with the same pixels; good GIFs; captions.

Manim loads each of its plugins while it is imported itself, so that nothing is imported here before
it is asked for.
"""

from importlib import import_module
from typing import Any

_PLACES = {
    "FastScene": "manim_fastscene.scene",
    "write_captioned": "manim_fastscene.captions",
    "write_gif": "manim_fastscene.gif",
}

__all__ = ["FastScene", "write_captioned", "write_gif"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)

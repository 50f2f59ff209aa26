"""Files with Manim scenes, loaded as Manim loads them."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import isabstract
from pathlib import Path
from typing import Any

from manim import RendererType, Scene, config, tempconfig
from manim.utils.module_ops import get_module, get_scene_classes_from_module

from scenes.check.film import CheckError


@contextmanager
def scenes_in(file: Path, settings: Mapping[str, Any]) -> Iterator[dict[str, type[Scene]]]:
    """Give the scenes of a file by name, in the order of the file.

    Inside the ``with`` block, Manim's settings are those of the file, as with Manim, and the file
    can import the modules beside it. A base class with abstract methods is no scene.

    Args:
        file: the file.
        settings: Manim's settings; those that the file sets itself are the file's.

    Raises:
        CheckError: the file cannot be loaded.
    """
    path = sys.path.copy()
    try:
        with tempconfig({**settings}):
            module = _loaded(file)
            known = get_scene_classes_from_module(module)
            kinds = [kind for kind in vars(module).values() if isinstance(kind, type)]
            yield {k.__name__: k for k in kinds if k in known and not isabstract(k)}
    finally:
        sys.path[:] = path


def _loaded(file: Path) -> Any:
    """Return the module of a file."""
    # Manim names a module by its path as it was given; a whole path is no other module's name.
    known = file.parts[0].removesuffix(file.suffix) in sys.modules
    try:
        module = get_module(file.absolute() if known else file)
    except Exception as error:
        raise CheckError(f"{file} cannot be loaded: {type(error).__name__}: {error}") from error
    if config.renderer != RendererType.CAIRO:
        raise CheckError(
            f"{file} chooses the renderer {config.renderer.value}, whose pictures cannot be "
            "checked. Remove that setting, or check a file without it"
        )
    return module

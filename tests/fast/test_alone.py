"""The fast renderer needs nothing of the project around it, and what starts it no Manim."""

import subprocess
import sys


def imported(module: str) -> set[str]:
    """Return the modules that are there after an import in a fresh process."""
    program = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_a_scene_needs_only_manim() -> None:
    own = {name for name in imported("scenes.fast.scene") if name.split(".")[0] == "scenes"}
    assert {name for name in own if not name.startswith("scenes.fast")} == {"scenes"}


def test_the_scheduler_does_not_import_manim() -> None:
    assert "manim" not in imported("scenes.fast.scheduler")


def test_what_renders_has_manim_without_ipython_which_is_there_for_others() -> None:
    told = (
        "import sys, scenes.fast.preload\n"
        "print('manim' in sys.modules, 'IPython' in sys.modules)\n"
        "import IPython\n"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]

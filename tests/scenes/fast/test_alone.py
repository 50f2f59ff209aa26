"""The fast renderer needs nothing of the project around it, and what starts it no Manim."""

import sys

from processes import run


def printed(program: str) -> str:
    """Return what a fresh process prints."""
    done = run(sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    return done.stdout


def imported(module: str) -> set[str]:
    """Return the modules that are there after an import in a fresh process."""
    return set(printed(f"import {module}, sys; print(*sys.modules)").split())


def test_a_scene_needs_only_manim() -> None:
    own = {name for name in imported("scenes.fast.scene") if name.split(".")[0] == "scenes"}
    assert {name for name in own if not name.startswith("scenes.fast")} == {"scenes"}


def test_the_scheduler_does_not_import_manim() -> None:
    assert "manim" not in imported("scenes.fast.scheduler")


def test_what_renders_has_manim_without_what_only_others_need() -> None:
    program = """
import sys
import scenes.fast.preload
left_out = {"IPython", "networkx"}
print("manim" in sys.modules, *left_out & set(sys.modules))
import manim
graph = manim.Graph([1, 2], [(1, 2)], layout="circular")
print(len(graph.vertices), *left_out & set(sys.modules))
import IPython
"""
    assert printed(program).splitlines() == ["True", "2 networkx"]


def test_a_graph_is_laid_out_as_ever() -> None:
    graph = "; print(Graph([1, 2, 3], [(1, 2), (2, 3)], layout='tree', root_vertex=1).get_center())"
    late = printed(f"import scenes.fast.preload; from manim import Graph{graph}")
    assert late == printed(f"from manim import Graph{graph}")

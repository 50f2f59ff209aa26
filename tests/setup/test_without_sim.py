"""Rendering works where only the base dependencies are installed."""

import os
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from processes import run

ROOT = Path(__file__).parents[2]
SIM = ("flwr", "flwr_datasets", "datasets", "ray", "safetensors", "torch", "torchvision")


def base_distributions() -> dict[str, Distribution]:
    """Return the base dependencies of pyproject.toml, with all that they need in turn."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: dict[str, Distribution] = {}
    seen: set[Requirement] = set()
    todo = [Requirement(text) for text in pyproject["project"]["dependencies"]]
    while todo:
        requirement = todo.pop()
        if requirement in seen:
            continue
        seen.add(requirement)
        found[requirement.name] = distribution(requirement.name)
        for text in found[requirement.name].requires or ():
            needed = Requirement(text)
            extras = requirement.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                todo.append(needed)
    return found


@pytest.fixture(scope="module")
def film_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment whose Python finds fedreel, its base dependencies and nothing else."""
    packages = tmp_path_factory.mktemp("packages")
    for base in base_distributions().values():
        for top in {path.parts[0] for path in base.files or ()} - {"..", "__pycache__"}:
            link = packages / top
            if not link.exists():
                link.symlink_to(Path(str(base.locate_file(top))))
    return os.environ | {"PYTHONPATH": f"{packages}{os.pathsep}{ROOT}"}


def python(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    # -S keeps this environment's own site-packages out.
    return run(sys.executable, "-S", *arguments, cwd=ROOT, env=environment)


def test_the_environment_has_nothing_of_sim(film_environment: dict[str, str]) -> None:
    script = "import sys, importlib.util as u; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    done = python(film_environment, "-c", script, "manim", "scenes", "pytest", *SIM)
    assert done.stdout == "['manim', 'scenes']\n", done.stderr


def test_a_chapter_renders(film_environment: dict[str, str], tmp_path: Path) -> None:
    quick = ("-ql", "--fps", "5", "--disable_caching", "--media_dir", str(tmp_path))
    done = python(film_environment, "-m", "manim", *quick, "scenes/ledger.py", "Ledger")
    assert done.returncode == 0, done.stderr
    (film,) = tmp_path.rglob("Ledger.mp4")
    assert film.stat().st_size > 0

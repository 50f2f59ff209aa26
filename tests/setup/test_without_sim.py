"""The wheel works by itself, in a folder of its own, with its base dependencies alone."""

import os
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from processes import run
from wheels import build, unpack

from fl_sim import grid

ROOT = Path(__file__).parents[2]
SIM = ("flwr", "flwr_datasets", "datasets", "ray", "safetensors", "torch", "torchvision")
MOST = 20e6  # bytes of the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built wheel."""
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """Return the folder that the wheel is unpacked into."""
    return unpack(wheel, wheel.parents[1] / "site-packages")


def base_distributions(requires: list[str]) -> dict[str, Distribution]:
    """Return the distributions that are required, with all that they need in turn."""
    found: dict[str, Distribution] = {}
    seen: set[Requirement] = set()
    todo = [Requirement(text) for text in requires]
    while todo:
        requirement = todo.pop()
        extras = requirement.extras or {""}
        if requirement in seen:
            continue
        seen.add(requirement)
        found[requirement.name] = distribution(requirement.name)
        for text in found[requirement.name].requires or ():
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                todo.append(needed)
    return found


@pytest.fixture(scope="module")
def environment(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment whose Python finds the wheel, what it requires and nothing else."""
    packages = tmp_path_factory.mktemp("packages")
    (metadata,) = installed.glob("*.dist-info")
    requires = PathDistribution(metadata).requires or []
    base = [text for text in requires if "extra ==" not in text]
    for each in base_distributions(base).values():
        for top in {path.parts[0] for path in each.files or ()} - {"..", "__pycache__"}:
            link = packages / top
            if not link.exists():
                link.symlink_to(Path(str(each.locate_file(top))))
    paths = {"PYTHONPATH": f"{packages}{os.pathsep}{installed}", "PYTHONDONTWRITEBYTECODE": "1"}
    own = {name: value for name, value in os.environ.items() if not name.startswith("FEDREEL_")}
    return own | paths


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of somebody's, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    # -S keeps this environment's own site-packages out.
    return run(sys.executable, "-S", *arguments, env=environment)


def test_the_wheel_has_the_runs_that_come_with_the_project(installed: Path) -> None:
    runs = installed / "fl_sim" / "runs"
    listed = tomllib.loads((runs / "suite.toml").read_text("utf-8"))
    assert {path.name for path in runs.iterdir() if path.is_dir()} == set(listed)


def test_the_wheel_has_the_grid_that_comes_with_the_project(installed: Path) -> None:
    there = {path.parent.name for path in (grid.GRIDS / grid.USUAL).glob("*/run.json.gz")}
    made = (installed / "fl_sim" / "grids" / grid.USUAL).glob("*/run.json.gz")
    assert {path.parent.name for path in made} == there


def test_the_wheel_is_small(wheel: Path) -> None:
    assert 1e6 < wheel.stat().st_size < MOST


def test_the_environment_has_nothing_of_sim(environment: dict[str, str], elsewhere: Path) -> None:
    script = "import sys, importlib.util as u; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    done = python(environment, "-c", script, "manim", "scenes", "pytest", "tests", *SIM)
    assert done.stdout == "['manim', 'scenes']\n", done.stderr


def test_a_chapter_renders_in_the_current_folder(
    environment: dict[str, str], installed: Path, elsewhere: Path
) -> None:
    before = sorted(installed.rglob("*"))
    done = python(environment, "-m", "scenes.cli", "film", "ledger", "-q", "low")
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "media/film/fedreel-ledger-low.mp4").stat().st_size > 0
    assert sorted(installed.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "mine"), "install with: pip install 'fedreel[sim]'"),
        (("run", "reference"), "a run reference comes with fedreel; choose another name"),
        (("attack", "members", "reference"), "install with: pip install 'fedreel[sim]'"),
        (("suite", "--list"), "the committed runs are made in a checkout"),
        (("sweep", "what-if"), "a grid what-if comes with fedreel; name a folder of your own"),
        (("sweep", "mine", "--over", "seed=1,2"), "install with: pip install 'fedreel[sim]'"),
    ],
)
def test_what_cannot_be_done_here_is_said_in_one_line(
    environment: dict[str, str], elsewhere: Path, words: tuple[str, ...], said: str
) -> None:
    done = python(environment, "-m", "fl_sim.cli", *words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert said in line


def test_runs_are_made_in_the_current_folder_and_found_there(
    environment: dict[str, str], elsewhere: Path
) -> None:
    (elsewhere / "results.csv").write_text("round,server_accuracy\n0,0.1\n1,0.5\n", "utf-8")
    made = python(environment, "-m", "fl_sim.cli", "import", "results.csv", "--name", "mine")
    assert made.returncode == 0, made.stderr
    assert (elsewhere / "runs/mine/run.json.gz").is_file()
    listed = python(environment, "-m", "fl_sim.cli", "list").stdout
    assert {"mine", "reference"} < {line.split()[0] for line in listed.splitlines()}
    shown = python(environment, "-m", "fl_sim.cli", "show", "mine")
    assert "50.0%" in shown.stdout, shown.stderr

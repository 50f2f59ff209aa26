"""requirements.txt pins, with hashes, all that pyproject.toml asks for, and names no host."""

import re
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Extras that are no part of the environment.
APART = {"tensorboard", "wandb", "mlflow", "kokoro"}
PYTHONS = ("3.11", "3.12", "3.13")


def entries() -> list[str]:
    """Return the logical lines, each a requirement with its hashes."""
    lines = TEXT.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def pins() -> dict[str, list[Requirement]]:
    """Return the pins by name; a name has several where they differ by Python or platform."""
    found = defaultdict(list)
    for entry in entries():
        requirement = Requirement(entry.split(" --hash=")[0])
        found[canonicalize_name(requirement.name)].append(requirement)
    return found


def version(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


def declared() -> list[str]:
    project = PYPROJECT["project"]
    known = project["optional-dependencies"]
    extras = [texts for name, texts in known.items() if name not in APART]
    groups = PYPROJECT["dependency-groups"].values()
    return [text for texts in (project["dependencies"], *extras, *groups) for text in texts]


def applies(requirement: Requirement, python: str, platform: str) -> bool:
    system = {"linux": "Linux", "darwin": "Darwin"}[platform]
    target = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": platform,
        "platform_system": system,
        "os_name": "posix",
    }
    return requirement.marker is None or requirement.marker.evaluate(target)


def test_every_entry_is_pinned_and_hashed() -> None:
    assert entries()
    for entry in entries():
        assert re.match(r"[\w.-]+==[\w.!+]+( ;.*?)?\s+--hash=sha256:[0-9a-f]{64}\b", entry), entry


def test_no_host_is_named() -> None:
    assert "://" not in TEXT
    assert not re.search(r"^\s*(-|--)(i|f|index-url|extra-index-url|find-links)\b", TEXT, re.M)
    assert " @ " not in TEXT


@pytest.mark.parametrize("platform", ["linux", "darwin"])
@pytest.mark.parametrize("python", PYTHONS)
def test_one_pin_satisfies_each_declared_dependency(python: str, platform: str) -> None:
    pinned = pins()
    for requirement in map(Requirement, declared()):
        if not applies(requirement, python, platform):
            continue
        name = canonicalize_name(requirement.name)
        versions = [version(pin) for pin in pinned[name] if applies(pin, python, platform)]
        assert len(versions) == 1, f"{requirement} has the pins {versions}; run `make lock`"
        assert versions[0] in requirement.specifier, f"{requirement} is pinned to {versions[0]}"


def test_the_pythons_are_the_declared_ones() -> None:
    assert PYPROJECT["project"]["requires-python"] == ">=3.11,<3.14"


def test_what_keeps_a_version_back_is_said_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    kept_back = [line for line in lines if re.search(r"[\[\w]<\d|,<\d|< '", line)]
    assert len(kept_back) > 5
    assert not [line for line in kept_back if not re.search(r"# \w", line)]


def test_pillow_is_below_13() -> None:
    # manim 0.22 admits Pillow 13 and cannot draw an image with it.
    assert all(Version(version(pin)).major < 13 for pin in pins()["pillow"])


def test_no_lock_file_that_names_hosts_is_tracked() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "*uv.lock", "*pylock*.toml"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert tracked.stdout == ""


def test_the_makefile_takes_every_other_extra() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (extras,) = re.findall(r"^EXTRAS := (.*)$", makefile, re.MULTILINE)
    known = set(PYPROJECT["project"]["optional-dependencies"])
    assert set(re.findall(r"--extra (\S+)", extras)) == known - APART

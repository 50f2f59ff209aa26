"""The Dockerfile as far as it can be read: what it copies is there, and both images have no rights.

Where Docker is, `docker build .` says the rest.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text("utf-8")
IGNORED = (ROOT / ".dockerignore").read_text("utf-8")


def stages() -> dict[str, str]:
    """Return the text of each stage by its name, without comments."""
    text = re.sub(r"^#.*\n", "", TEXT, flags=re.M).replace("\\\n", " ")
    _, *parts = re.split(r"^FROM ", text, flags=re.M)
    return {re.match(r"\S+ AS (\S+)", part)[1]: part for part in parts}  # type: ignore[index]


def test_what_is_copied_is_there_and_sent_to_docker() -> None:
    lines = re.findall(r"^COPY (?!--)(.*) \S+$", "\n".join(stages().values()), re.M)
    copied = {name for line in lines for name in line.split()}
    assert copied > {"pyproject.toml", "requirements.txt", "fl_sim", "scenes"}
    assert all((ROOT / name).exists() for name in copied)
    assert set(re.findall(r"^!(\S+)$", IGNORED, re.M)) == copied


def test_all_that_the_wheel_takes_is_copied() -> None:
    hatch = (ROOT / "pyproject.toml").read_text("utf-8").partition("[tool.hatch")[2]
    taken = re.findall(r'"([\w.]+)"', hatch.partition("[tool.flwr")[0])
    names = {name for name in taken if (ROOT / name).exists()}
    assert {"fl_sim", "scenes", "manim.cfg"} <= names <= set(re.findall(r"!(\S+)", IGNORED))


def test_both_images_run_without_rights_and_with_nothing_that_builds() -> None:
    found = stages()
    assert list(found)[-1] == "film"
    for name in ("all", "film"):
        assert found[name].startswith("base AS")
        assert "\nUSER fedreel\n" in found[name]
    assert "-dev" not in found["base"]


def test_the_extras_are_the_projects() -> None:
    known = re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert set(re.findall(r"--extra (\w+)", TEXT)) <= set(known)

"""The README's two commands are what the Makefile offers and what `.ci/run` calls."""

import os
import re
from pathlib import Path

import pytest
from processes import run

ROOT = Path(__file__).parents[2]
RUN = ROOT / ".ci" / "run"


def readme_commands() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    return [line.strip() for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("command", ["make film", "make test"])
def test_the_readme_gives_the_command(command: str) -> None:
    assert command in readme_commands()


def test_ci_runs_the_test_command_and_nothing_else() -> None:
    assert os.access(RUN, os.X_OK)
    lines = RUN.read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]


def test_make_alone_lists_the_targets() -> None:
    done = run("make", cwd=ROOT)
    for target in ("film", "test", "lint", "lock", "clean"):
        assert f"make {target}" in done.stdout

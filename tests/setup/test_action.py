"""The action and the workflow to copy: what they name is there, and what they run is understood."""

import os
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from processes import run

from fl_sim.cli import cli as fl_sim
from scenes.cli import cli as fedreel

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "film.sh"
PROGRAMS: dict[str, click.Group] = {"fedreel": fedreel, "fl-sim": fl_sim}
# Writes its words to a log, and ends with the status that a variable of its command names.
PROGRAM = """#!/bin/sh
echo "$(basename "$0") $*" >>"$LOG"
eval "exit \\${$1:-0}"
"""
OPTIONS = ("--quality", "low", "--shape", "16:9")
CALLS = [
    "fl-sim check mine",
    "fedreel check --run mine",
    "fedreel audit --run mine --json site-numbers.json",
    "fedreel release --run mine --quality low --shape 16:9 site",
]


def document(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def ended(folder: Path, **statuses: str) -> tuple[int, list[str]]:
    """Run the script with stand-ins for both programs: its exit status, and what it called."""
    for name in PROGRAMS:
        (folder / name).write_text(PROGRAM, "utf-8")
        (folder / name).chmod(0o755)
    log = folder / "log"
    variables = {"PATH": f"{folder}:{os.environ['PATH']}", "LOG": str(log), **statuses}
    done = run("sh", SCRIPT, "mine", "site", *OPTIONS, cwd=folder, env=variables)
    return done.returncode, log.read_text("utf-8").splitlines()


def test_the_script_checks_audits_and_makes_a_release(tmp_path: Path) -> None:
    assert ended(tmp_path) == (0, CALLS)
    for first, command, *words in map(shlex.split, CALLS):
        known = PROGRAMS[first]
        there = [str(ROOT / "fl_sim/runs/reference") if word == "mine" else word for word in words]
        known.commands[command].make_context(command, there, parent=click.Context(known))


@pytest.mark.parametrize(("command", "calls"), [("audit", 3), ("release", 4)])
def test_the_script_ends_with_what_is_wrong(tmp_path: Path, command: str, calls: int) -> None:
    assert ended(tmp_path, **{command: "1"}) == (1, CALLS[:calls])


def test_a_damaged_record_ends_the_script_before_anything_is_rendered(tmp_path: Path) -> None:
    assert ended(tmp_path, check="2") == (2, CALLS[:1])


def test_what_the_workflow_gives_the_action_takes() -> None:
    (job,) = document("examples/film.yml")["jobs"].values()
    (ours,) = [step for step in job["steps"] if "fedreel" in step.get("uses", "")]
    action = document("action.yml")
    required = {name for name, one in action["inputs"].items() if one.get("required")}
    assert required <= ours["with"].keys() <= action["inputs"].keys()
    steps = [*job["steps"], *action["runs"]["steps"]]
    assert all(re.fullmatch(r"[\w/.-]+@\w+", step["uses"]) for step in steps if "uses" in step)
    (last,) = [step["run"] for step in action["runs"]["steps"] if "RECORD" in step.get("env", {})]
    assert f"$GITHUB_ACTION_PATH/{SCRIPT.relative_to(ROOT)}" in last

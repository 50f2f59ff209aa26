"""What a process has started ends with it, also where it is killed, and its keys are removed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from processes import Child, run, start, wait_for

from fl_sim.running.flower import OWNED, private_home
from fl_sim.running.guard import Guard

PROGRAM = """
import time
from fl_sim.running.flower import Programs, private_home
with private_home() as home, Programs(home) as programs:
    (home / "key").touch()
    ended = programs.start("ended", "true")
    program = programs.start("sleeper", "sh", "-c", "sleep 600 & wait")
    print(program.process.pid, home, flush=True)
    time.sleep(600)
"""
JOBS = """
from fl_sim.running import jobs
for _ in jobs.run({"one": ["sh", "-c", "echo $$ > $0; exec sleep 600", "PATH"]}, 1):
    pass
"""


def group_lives(group: int) -> bool:
    listing = run("ps", "-A", "-o", "pgid=,stat=").stdout.split("\n")
    pairs = (line.split() for line in listing if line.strip())
    return any(int(pgid) == group and not stat.startswith("Z") for pgid, stat in pairs)


@pytest.fixture
def owner() -> Iterator[Child]:
    with start(sys.executable, "-c", PROGRAM) as child:
        yield child


def test_programs_and_keys_go_with_a_process_that_is_killed(owner: Child) -> None:
    assert owner.stdout is not None
    group, home = owner.stdout.readline().split()
    assert group_lives(int(group))
    assert Path(home, "key").exists()
    owner.kill()
    wait_for(lambda: not group_lives(int(group)), "the end of the programs")
    wait_for(lambda: not Path(home).exists(), "the end of the home")


def test_jobs_go_with_a_process_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with start(sys.executable, "-c", JOBS.replace("PATH", str(note))) as child:
        wait_for(lambda: note.is_file() and note.read_text(), "a job that runs", child=child)
        group = int(note.read_text())
        assert group_lives(group)
        child.kill()
        wait_for(lambda: not group_lives(group), "the end of the job")


def test_a_guard_that_is_let_go_spares_what_it_guarded(tmp_path: Path) -> None:
    with start("sleep", "600") as child:
        with Guard(tmp_path) as guard:
            guard.note(child.pid)
        assert child.poll() is None
    assert tmp_path.exists()


def test_a_guard_that_was_killed_is_no_error() -> None:
    with Guard() as guard:
        guard._process.kill()
        guard._process.wait()
        guard.note(1)


def test_homes_that_were_left_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left, used, other = (tmp_path / name for name in ("fl-left", "fl-used", "fl-other"))
    for folder in (left, used, other):
        folder.mkdir()
        (folder / "key").touch()
    (left / OWNED).touch()
    monkeypatch.setattr("fl_sim.running.flower.TEMPORARY", tmp_path)
    with FileLock(used / OWNED), private_home() as home:
        assert sorted(tmp_path.iterdir()) == sorted([used, other, home])
    assert (used / "key").exists()

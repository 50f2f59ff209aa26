"""Commands that run as child processes: a few at a time, and ended with their owner."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from fl_sim.running import jobs

# A job that makes a file and then waits; another one ends as soon as the file is there.
TIDY = """
import pathlib, signal, sys, time
note = pathlib.Path(sys.argv[1])
def tidy(*_):
    note.write_text("tidy")
    sys.exit()
signal.signal(signal.SIGTERM, tidy)
note.touch()
time.sleep(600)
"""
DEAF = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""
SOON = """
import pathlib, sys, time
for _ in range(18000):
    if pathlib.Path(sys.argv[1]).exists():
        sys.exit()
    time.sleep(0.05)
sys.exit("waited 900 s for the other job")
"""


def python(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def test_jobs_are_yielded_as_they_end(tmp_path: Path) -> None:
    bad = "import pathlib, sys; print('one'); pathlib.Path(sys.argv[1]).touch(); sys.exit('two')"
    note = tmp_path / "note"
    commands = {"slow": python(SOON, note), "bad": python(bad, note)}
    ended = {job.name: job for job in jobs.run(commands, at_a_time=2)}
    assert {name: job.status for name, job in ended.items()} == {"bad": 1, "slow": 0}
    assert sorted(ended["bad"].said.split()) == ["one", "two"]
    assert all(job.seconds > 0 for job in ended.values())


def test_no_more_jobs_at_a_time_than_are_allowed(tmp_path: Path) -> None:
    note = "import pathlib, sys; print(len([*pathlib.Path(sys.argv[1]).iterdir()])); "
    work = "import time; f = pathlib.Path(sys.argv[1], sys.argv[2]); f.touch(); time.sleep(0.3); "
    commands = {name: python(note + work + "f.unlink()", tmp_path, name) for name in "abc"}
    ended = list(jobs.run(commands, at_a_time=1))
    assert [(job.name, job.said) for job in ended] == [("a", "0\n"), ("b", "0\n"), ("c", "0\n")]


def stop_when_both_run(job: str, note: Path) -> None:
    """Run a job, and stop it after it made the file."""
    commands = {"first": python(SOON, note), "job": python(job, note)}
    with closing(jobs.run(commands, 2)) as ended:
        first = next(ended)
        assert (first.name, first.status) == ("first", 0), first.said


def test_jobs_that_run_are_stopped_with_their_owner(tmp_path: Path) -> None:
    stop_when_both_run(TIDY, tmp_path / "note")
    assert (tmp_path / "note").read_text() == "tidy"


def test_a_job_that_ignores_sigterm_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "GRACE", 0.2)
    stop_when_both_run(DEAF, tmp_path / "note")  # does not return before the job has ended

"""Work is spread over processes, comes back in order, and ends when it is told to."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from errands import Errand, work
from processes import run

from scenes.fast import scheduler
from scenes.fast.scheduler import DONE, WorkerError, side_by_side

Errands = Callable[..., list[Errand]]


@pytest.fixture
def errands(tmp_path: Path) -> Errands:
    """Return a function that makes errands by name, with what each of them does."""
    return lambda **hows: [Errand(name, how, tmp_path) for name, how in hows.items()]


def begun(folder: Path) -> list[str]:
    """Return the names of the errands that were begun, in that order."""
    return [path.name.partition("-")[2] for path in sorted(folder.iterdir())]


def test_results_come_in_order_and_from_processes_of_their_own(errands: Errands) -> None:
    todo = errands(a="do", b="do", c="do")
    results = side_by_side(work, todo, lambda *news: None)
    assert [name for name, _ in results] == ["a", "b", "c"]
    assert len({os.getpid(), *(process for _, process in results)}) == 4


def test_news_tell_what_begins_and_what_is_done(errands: Errands) -> None:
    news: list[tuple[str, str]] = []
    side_by_side(work, errands(a="copy"), lambda *one: news.append(one))
    assert news == [("a", "begins"), ("a", DONE)]


def test_the_longest_is_begun_first(
    errands: Errands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "processors", lambda: 1)
    lengths = {"a": 1.0, "b": 3.0, "c": 2.0}
    todo = errands(a="do", b="do", c="do")
    side_by_side(work, todo, lambda *news: None, length=lambda job: lengths[job.name])
    assert begun(tmp_path) == ["b", "c", "a"]


def test_what_was_raised_is_raised_here_and_ends_the_others(errands: Errands) -> None:
    start = time.monotonic()
    with pytest.raises(ZeroDivisionError, match="b") as raised:
        side_by_side(work, errands(a="wait", b="fail"), lambda *news: None)
    assert time.monotonic() - start < 50
    assert "in work" in raised.value.__notes__[0]  # where it was raised


@pytest.mark.parametrize("how", ["full", "section"])
def test_an_error_comes_with_its_cause_and_nothing_is_printed(
    how: str, errands: Errands, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RuntimeError, match="not written") as raised:
        side_by_side(work, errands(a=how), lambda *news: None)
    cause = raised.value.__cause__
    assert isinstance(cause, OSError)
    assert (cause.errno, cause.filename) == (28, "x.mp4")
    assert capfd.readouterr().err == ""


def test_a_program_that_ends_itself_ends_this_one(errands: Errands) -> None:
    with pytest.raises(SystemExit) as raised:
        side_by_side(work, errands(a="exit"), lambda *news: None)
    assert raised.value.code == 2


def test_a_process_that_is_killed_is_told_of(errands: Errands) -> None:
    with pytest.raises(WorkerError, match="the system ended b with status -9"):
        side_by_side(work, errands(b="die"), lambda *news: None)


def test_a_process_that_is_ended_while_it_tells_of_an_error_prints_nothing(
    errands: Errands, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WorkerError, match="the system ended b with status"):
        side_by_side(work, errands(b="ended"), lambda *news: None)
    assert capfd.readouterr().err == ""


def test_an_interrupt_ends_every_process(errands: Errands) -> None:
    def interrupt(name: str, what: str) -> None:
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        side_by_side(work, errands(a="wait", b="wait"), interrupt)
    assert time.monotonic() - start < 50


NOTING = """
import os, signal
with open("part", "w") as file:
    print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN, file=file)
os.rename("part", "noted")
"""
PREPARING = """
import os, time
from scenes.fast import scheduler
scheduler.prepare(["noting"])
while not os.path.exists("noted"):
    time.sleep(0.02)
"""


def test_ctrl_c_does_not_reach_the_process_that_imports_for_others(tmp_path: Path) -> None:
    (tmp_path / "noting.py").write_text(NOTING)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = run(sys.executable, "-c", PREPARING, seconds=60, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "noted").read_text() == "True\n"


def test_work_sees_this_process_environment_and_folder(
    errands: Errands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The process that theirs are copied from may have begun with others.
    monkeypatch.setenv("SET_LATER", "yes")
    (seen,) = side_by_side(environment, errands(a="do"), lambda *news: None)
    assert seen == ("yes", str(tmp_path))


def environment(errand: Errand, channel: object) -> tuple[str, str]:
    """Return what a process sees."""
    return os.environ["SET_LATER"], str(Path.cwd())

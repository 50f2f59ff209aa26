"""The bars of long work, and drafts that are made again after a change."""

import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import finish, start, wait_for
from rich.console import Console
from rich.progress import Progress

from fl_sim import record
from scenes.fast.scheduler import DONE
from scenes.outputs.watch import watched
from scenes.render.progress import Bars
from scenes.render.workers import count_beats


@dataclass(frozen=True)
class Job:
    """Some work."""

    name: str


def test_a_chapter_is_as_long_as_it_has_beats() -> None:
    assert count_beats("ledger") == count_beats("ledger-9x16") == count_beats("ledger figures") == 3
    assert count_beats("loop") == 1
    assert count_beats("fedreel.webm") == 1


def test_bars_follow_the_beats() -> None:
    progress = Progress(console=Console(quiet=True))
    bars = Bars(progress, [Job("ledger"), Job("opening")], "film")
    whole, ledger, opening = progress.tasks
    assert (whole.total, ledger.total, opening.total) == (5, 3, 2)
    bars.update("ledger", "moved")
    assert (whole.completed, ledger.completed, ledger.fields["beat"]) == (0, 0, "moved")
    bars.update("ledger", "stayed")
    bars.update("ledger", "balance")
    assert (whole.completed, ledger.completed) == (2, 2)
    bars.update("ledger", "one more than was known")
    assert (whole.completed, ledger.completed) == (2, 2)
    bars.update("ledger", DONE)
    bars.update("opening", "subject")
    bars.update("opening", DONE)
    assert (whole.completed, ledger.completed, opening.completed) == (5, 3, 2)
    assert progress.finished
    bars.update("page", "")
    bars.update("page", DONE)
    assert progress.tasks[-1].completed == progress.tasks[-1].total == 1


def test_of_many_only_those_at_work_are_shown() -> None:
    progress = Progress(console=Console(quiet=True))
    bars = Bars(progress, [Job(f"ledger-{i}") for i in range(20)], "film")
    assert len(progress.tasks) == 1
    bars.update("ledger-3", "moved")
    assert [task.visible for task in progress.tasks] == [True, True]
    bars.update("ledger-3", DONE)
    assert [task.visible for task in progress.tasks] == [True, False]


def test_what_is_watched(hand: Callable[..., str]) -> None:
    mine = Path(hand(step=0))
    names = [path.name for path in watched([str(mine)])]
    assert names == ["scenes", "fl_sim", "manim.cfg", mine.name]
    assert "reference" in [path.name for path in watched([])]


def wait_for_text(log: Path, text: str, times: int) -> None:
    """Wait until a log has a text so many times."""
    wait_for(lambda: log.read_text("utf-8").count(text) >= times, f"{text!r} in the log")


@pytest.mark.xdist_group("watch")
def test_drafts_are_made_again_when_the_record_changes(hand: Callable[..., str]) -> None:
    mine, log = Path(hand(step=0)), Path("log")
    command = [sys.executable, "-m", "scenes.cli", "watch", "credits", "--run", str(mine)]
    with log.open("w") as out, start(*command, stdout=out, stderr=out) as program:
        wait_for_text(log, "Waiting for changes", 1)
        movie = Path("media/draft/credits.mp4")
        before = movie.read_bytes()
        assert Path("media/draft/fedreel.srt").is_file()
        run = record.load(mine)
        origin = run.provenance.model_copy(update={"seed": 12345})
        record.save(run.model_copy(update={"provenance": origin}), mine)
        wait_for_text(log, "Waiting for changes", 2)
        assert re.search(r"(run|arrays).* changed \.\.\.", log.read_text("utf-8"))
        assert movie.read_bytes() != before
        for times in range(3, 8):  # each of them ends a program that has hardly begun
            (mine / record.RUN_FILE).write_bytes(b"{}")
            wait_for_text(log, "changed ...", times - 1)
        wait_for_text(log, "fedreel: ", 1)
        os.killpg(program.pid, signal.SIGINT)
        finish(program)
        assert program.returncode == 0
    assert not re.search("Traceback|Interrupt|process already", log.read_text("utf-8"))

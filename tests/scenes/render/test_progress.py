"""The bars of long work, and drafts that are made again after a change."""

import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from processes import finish, start, wait_for
from rich.console import Console
from rich.progress import Progress

from fl_sim import record, terminal
from scenes.fast.scheduler import DONE, OnProgress
from scenes.outputs.watch import watched
from scenes.render.progress import Bars, with_bars
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
    bars = Bars(progress, [Job("ledger"), Job("credits")], "film")
    whole, ledger, credits_ = progress.tasks
    assert (whole.total, ledger.total, credits_.total) == (6, 3, 2)
    bars.update("ledger", "moved")
    assert (whole.completed, ledger.completed, ledger.fields["beat"]) == (0, 0, "moved")
    bars.update("ledger", "stayed")
    bars.update("ledger", "balance")
    assert (whole.completed, ledger.completed) == (2, 2)
    bars.update("ledger", "one more than was known")
    assert (whole.completed, ledger.completed) == (2, 2)
    bars.update("ledger", DONE)
    bars.update("credits", "subject")
    bars.update("credits", DONE)
    assert (whole.completed, ledger.completed, credits_.completed) == (5, 3, 2)
    assert not whole.finished  # what is made of the chapters is still to come
    bars.update("page", "")
    bars.update("page", DONE)
    assert progress.tasks[-1].completed == progress.tasks[-1].total == 1
    assert not whole.finished
    bars.finish()
    assert progress.finished


def test_without_a_terminal_there_is_a_line_for_each_that_is_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work(on_progress: OnProgress) -> str:
        for name, step in (
            ("ledger", "moved"), ("ledger", DONE), ("credits", DONE), ("credits", DONE),
            ("page", ""), ("page", DONE),
        ):  # fmt: skip
            on_progress(name, step)
        return "made"

    assert with_bars([Job("ledger"), Job("credits")], "release", work) == "made"
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "release: ledger, 1 of 2, 0 s",
        "release: credits, 2 of 2, 0 s",
        "release: page, 3 of 3, 0 s",
    ]


def test_bars_go_to_standard_error_in_ascii_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = TextIOWrapper(BytesIO(), "ascii")  # refuses what it cannot write
    monkeypatch.setattr(
        terminal, "console", lambda err: Console(file=out, force_terminal=err, width=100)
    )
    with_bars([Job("ledger")], "sheet", lambda on_progress: on_progress("ledger", DONE))
    out.flush()
    assert b"+ sheet" in out.buffer.getvalue()  # type: ignore[attr-defined]
    assert capsys.readouterr() == ("", "")


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

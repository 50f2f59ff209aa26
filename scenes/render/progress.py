"""Progress on the terminal: a bar for each chapter, or a line where there is no terminal."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fl_sim import terminal
from scenes.fast.scheduler import DONE, OnProgress
from scenes.render.workers import count_beats

MOST_ROWS = 16  # with more, only the running ones are shown
WINDOW = 3600.0  # seconds of the past from which the remaining time is estimated
Result = TypeVar("Result")


class Named(Protocol):
    """A task with a name."""

    @property
    def name(self) -> str: ...


def with_bars(todo: Sequence[Named], title: str, work: Callable[[OnProgress], Result]) -> Result:
    """Return the result of some work, shown with a bar for all of it and one for each task.

    Without a terminal there is a line for each task that is done. All goes to standard error.

    Args:
        todo: the tasks known beforehand; others may follow.
        title: the title of the first bar.
        work: does the work; it calls its argument with a task's name and each step, and
            (name, ``DONE``).
    """
    console = terminal.console(err=True)
    if not console.is_terminal:
        return work(Lines(todo, title).update)
    ascii_only = console.options.ascii_only
    columns = (
        SpinnerColumn("line" if ascii_only else "dots", finished_text="+" if ascii_only else "✓"),
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[beat]:<12}"),
        TimeElapsedColumn(),
        TextColumn("[dim]left"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Progress(*columns, console=console, speed_estimate_period=WINDOW) as progress:
        bars = Bars(progress, todo, title)
        result = work(bars.update)
        bars.finish()
        return result


class Lines:
    """A line for each task that is done: its name, how many are done, and the seconds so far."""

    def __init__(self, todo: Sequence[Named], title: str) -> None:
        self.title = title
        self.begun = time.monotonic()
        self.names = dict.fromkeys(one.name for one in todo)
        self.done: set[str] = set()

    def update(self, name: str, beat: str) -> None:
        """Print a line if a task is done for the first time."""
        self.names.setdefault(name)
        if beat != DONE or name in self.done:
            return
        self.done.add(name)
        many = f"{len(self.done)} of {len(self.names)}"
        seconds = f"{time.monotonic() - self.begun:.0f} s"
        terminal.say(f"{self.title}: {name}, {many}, {seconds}", err=True)


class Bars:
    """Progress bars: the length of a chapter is its number of beats, that of other tasks 1.

    The bar of all is one longer than its tasks, so that it is full only when all the work is done.
    """

    def __init__(self, progress: Progress, todo: Sequence[Named], title: str) -> None:
        self.progress = progress
        self.few = len(todo) <= MOST_ROWS
        self.beats = {one.name: count_beats(one.name) for one in todo}
        self.started: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.whole = progress.add_task(title, total=sum(self.beats.values()) + 1, beat="")
        self.rows: dict[str, TaskID] = {}
        for one in todo if self.few else ():
            self._row(one.name)

    def update(self, name: str, beat: str) -> None:
        """Show the step of a task: a beat that begins, or ``DONE``."""
        row, beats = self._row(name), self.beats.get(name, 1)
        if not self.started[name]:
            self.progress.start_task(row)
        self.started[name] += 1
        self.done[name] = beats if beat == DONE else min(self.started[name], beats) - 1
        known = sum(self.done[name] for name in self.beats)
        self.progress.update(self.whole, completed=known)
        self.progress.update(
            row, completed=self.done[name], beat=beat, visible=self.few or beat != DONE
        )

    def finish(self) -> None:
        """Show that all the work is done."""
        self.progress.update(self.whole, completed=self.progress.tasks[0].total)

    def _row(self, name: str) -> TaskID:
        if name not in self.rows:
            self.rows[name] = self.progress.add_task(
                name, total=self.beats.get(name, 1), beat="waiting", start=False
            )
        return self.rows[name]

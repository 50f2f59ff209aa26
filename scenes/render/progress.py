"""Progress of long work on the terminal: one bar a chapter, with the time that is left."""

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

from scenes.fast.scheduler import DONE
from scenes.render.workers import beats_in

MOST_ROWS = 16  # more than that are shown only while they are at work
WINDOW = 3600.0  # seconds of the past that the time left is told from
Follow = Callable[[str, str], None]
Result = TypeVar("Result")


class Work(Protocol):
    """Something to be worked on, by name."""

    @property
    def name(self) -> str: ...


def with_bars(todo: Sequence[Work], title: str, work: Callable[[Follow], Result]) -> Result:
    """Work with a bar for the whole and one for each chapter at work.

    Args:
        todo: what is known beforehand; more may turn up on the way.
        title: of the whole.
        work: does it all, and tells what is worked on and what of it, and (name, ``DONE``).
    """
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[beat]:<12}"),
        TimeElapsedColumn(),
        TextColumn("[dim]left"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Progress(*columns, speed_estimate_period=WINDOW) as progress:
        return work(Bars(progress, todo, title).follow)


class Bars:
    """The bars of some work. A chapter is as long as it has beats; what else turns up has one."""

    def __init__(self, progress: Progress, todo: Sequence[Work], title: str) -> None:
        self.progress = progress
        self.few = len(todo) <= MOST_ROWS
        self.beats = {one.name: beats_in(one.name) for one in todo}
        self.begun: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.whole = progress.add_task(title, total=sum(self.beats.values()), beat="")
        self.rows: dict[str, TaskID] = {}
        for one in todo if self.few else ():
            self._row(one.name)

    def follow(self, name: str, beat: str) -> None:
        """Show what is worked on: a beat that begins, or ``DONE``."""
        row, beats = self._row(name), self.beats.get(name, 1)
        if not self.begun[name]:
            self.progress.start_task(row)
        self.begun[name] += 1
        self.done[name] = beats if beat == DONE else min(self.begun[name], beats) - 1
        known = sum(self.done[name] for name in self.beats)
        self.progress.update(self.whole, completed=known)
        self.progress.update(
            row, completed=self.done[name], beat=beat, visible=self.few or beat != DONE
        )

    def _row(self, name: str) -> TaskID:
        if name not in self.rows:
            self.rows[name] = self.progress.add_task(
                name, total=self.beats.get(name, 1), beat="waits", start=False
            )
        return self.rows[name]

"""Two progress bars on a terminal: the rounds, and the clients of the phase.

Where there is no terminal, such as in a file, a line for each round.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from fl_sim.terminal import console


class Bars:
    """The two bars. Each call redraws them at once."""

    def __init__(self, progress: Progress, num_rounds: int) -> None:
        self._progress = progress
        self.num_rounds = num_rounds
        self._told: int | None = None
        self._rounds = progress.add_task("rounds", total=num_rounds)
        self._clients: TaskID = progress.add_task("starting", total=None)

    def rounds(self, completed: int) -> None:
        """Show how many rounds are done; those before the first call are done by others."""
        self._progress.update(self._rounds, completed=completed)
        if self._progress.disable and self._told is not None and completed > self._told:
            said = f"round {completed} of {self.num_rounds} is done"
            self._progress.console.print(said, highlight=False, soft_wrap=True)
        self._told = completed

    def clients(self, doing: str, done: int = 0, total: int | None = None) -> None:
        """Show what the clients do, and how many of them have done it."""
        self._progress.update(self._clients, description=doing, completed=done, total=total)


@contextmanager
def bars(num_rounds: int) -> Iterator[Bars]:
    """Draw the bars while the block runs, or write lines if there is no terminal."""
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn())
    shown_on = console(err=True)
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=shown_on,
        transient=True,
        disable=not shown_on.is_terminal,
    ) as progress:
        shown = Bars(progress, num_rounds)
        yield shown
        shown.rounds(num_rounds)

"""The folder that a record goes to: what may be there, and how it is replaced at once."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fl_sim import interrupted, record
from fl_sim.interrupted import JOURNAL, RESUME, Interrupted, command
from fl_sim.running.run_folder import RunFolder, RunFolderError
from fl_sim.terminal import one_line
from fl_sim.wording import did_you_mean


class LaunchError(Exception):
    """A run that cannot start, or that failed."""


class StoppedError(KeyboardInterrupt):
    """A run that was stopped by Ctrl-C; the message says what is left of it."""


@dataclass(frozen=True)
class Target:
    """Where a record goes, and what may be there.

    Args:
        name: of the run.
        out: folder of the record, by default one of the run's name in ``record.own_runs()``.
        force: replace a record, or an interrupted run, that is there.
        resume: go on with an interrupted run.
    """

    name: str
    out: Path | None = None
    force: bool = False
    resume: bool = False

    @property
    def resume_command(self) -> str:
        """The command that goes on with the run, once it was interrupted."""
        return self._command(RESUME)

    def _command(self, option: str = "") -> str:
        return command(self.name, self.out, option)

    def folder(self) -> Path:
        """Return the folder of the record.

        Raises:
            LaunchError: the name is no folder's name, or what is there may not be replaced.
        """
        _check_name(self.name)
        folder = self._folder()
        _check_not_ours(folder)
        if not self.resume:
            _check_free(folder, self.force)
        return folder

    def interrupted_config(self) -> dict[str, Any]:
        """Return the run config of the interrupted run that is there.

        Raises:
            LaunchError: there is none.
        """
        run_folder = RunFolder(self._folder())
        if run_folder.rounds_done() is None:
            raise LaunchError(self._nothing_to_resume())
        return run_folder.config()

    def _nothing_to_resume(self) -> str:
        """Say why there is no interrupted run, and what to do instead."""
        folder = self._folder()
        if record.file_of(folder):
            return f"{self.name} is finished already; make it anew with: {self._command('--force')}"
        own = record.own_runs()
        known = [found.name for found in interrupted.find_all(own, own)]
        hint = did_you_mean(self.name, known)
        missing = f"there is no interrupted run {self.name} to go on with.{hint}"
        return f"{missing} Start it with: {self._command()}"

    @contextmanager
    def making(self, folder: Path, config: Mapping[str, Any]) -> Iterator[Path]:
        """Give a folder to write into, which takes the place of ``folder`` if all goes well.

        Args:
            folder: of the record.
            config: of the run, kept for a later process that goes on.

        Raises:
            LaunchError: an interrupted run is there, another process makes it, or it cannot be
                written.
            StoppedError: Ctrl-C.
        """
        run_folder = RunFolder(folder)
        try:
            run_folder.check_free()
            self._check_interrupted(run_folder)
            with run_folder.making({**config, "name": self.name}, resume=self.resume) as partial:
                yield partial
        except RunFolderError as error:
            raise LaunchError(str(error)) from error
        except OSError as error:
            found = error if error.filename else OSError(error.errno, error.strerror, str(folder))
            raise LaunchError(
                one_line(found if error.strerror else f"{folder}: {error}")
            ) from error
        except KeyboardInterrupt as error:
            done = run_folder.rounds_done()
            left = "nothing was written" if done is None else self._left(done)
            raise StoppedError(f"stopped; {left}") from error

    def _folder(self) -> Path:
        return (self.out or record.own_runs() / self.name).absolute()

    def _check_interrupted(self, run_folder: RunFolder) -> None:
        done = run_folder.rounds_done()
        if done is not None and not self.resume and not self.force:
            raise LaunchError(f"{self._left(done)}, or begin anew with --force")

    def _left(self, done: int) -> str:
        """Say what is left of an interrupted run."""
        return str(Interrupted(self.name, done, self.out, goes_on=False))


def place(run: record.Run, target: Target) -> Path:
    """Put a finished record where ``fl-sim run`` would put it, and return its folder.

    Raises:
        LaunchError: as for a run.
    """
    folder = target.folder()
    with target.making(folder, {}) as new:
        record.save(run, new)
    return folder


def _check_name(name: str) -> None:
    """Raise LaunchError unless ``name`` can be a folder's name on every operating system."""
    if not record.NAME.fullmatch(name):
        raise LaunchError(
            f"{name!r} is no name for a run: use up to 64 letters, digits, - and _, "
            "the first a letter or digit"
        )


def _check_not_ours(folder: Path) -> None:
    """Raise LaunchError if a run of that name comes with an installed fedreel."""
    shipped = record.RUNS / folder.name
    if folder.parent == record.own_runs() != record.RUNS and record.file_of(shipped):
        raise LaunchError(
            f"a run {folder.name} comes with fedreel; choose another name, or a folder with --out"
        )


def _check_free(folder: Path, force: bool) -> None:
    above = next(one for one in (folder, *folder.parents) if os.path.lexists(one))
    if not above.is_dir():
        raise LaunchError(f"{above} is a file, not a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if (folder / JOURNAL).is_file():
            raise LaunchError(f"{folder} holds an interrupted run; go on with it by --resume")
        if record.file_of(folder) is None:
            raise LaunchError(f"{folder} holds other files; choose another folder with --out")
        if not force:
            raise LaunchError(f"{folder} holds a run already; replace it with --force")

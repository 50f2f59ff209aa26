"""The hidden folder in which a run is made, and from which an interrupted run goes on."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fl_sim import interrupted, record
from fl_sim.interrupted import CONFIG_FILE, LOCK, place_of

OLD = "old"


class RunFolderError(Exception):
    """Another process makes the same run, or other files are where it goes."""


class RunFolder:
    """The hidden folder beside ``folder`` in which the record is made that ``folder`` will hold.

    Where the folder's own parents are missing, they are made at the very end.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._place = place_of(folder)
        self.new = self._place / folder.name

    def check_free(self) -> None:
        """Raise RunFolderError if another process makes the run."""
        if self._place.is_dir():
            with self._locked():
                pass

    def rounds_done(self) -> int | None:
        """Return the last round that an interrupted run has ended, None if there is none."""
        return interrupted.rounds_done(self.new)

    def config(self) -> dict[str, Any]:
        """Return the run config of the interrupted run."""
        config: dict[str, Any] = json.loads((self._place / CONFIG_FILE).read_text("utf-8"))
        return config

    @contextmanager
    def making(self, config: Mapping[str, Any], *, resume: bool) -> Iterator[Path]:
        """Give the folder to write into; it takes the place of ``folder`` if all goes well.

        If not, it stays as it is where a round has ended, to go on from, and else is removed.

        Args:
            config: kept for a later process that goes on.
            resume: keep what is there.

        Raises:
            OSError: it cannot be written.
            RunFolderError: another process makes the run, or ``folder`` got other files meanwhile.
        """
        self._place.mkdir(exist_ok=True)
        with self._locked():
            if not resume:
                shutil.rmtree(self.new, ignore_errors=True)
            (self._place / CONFIG_FILE).write_text(json.dumps(dict(config)), "utf-8")
            try:
                yield self.new
                self._put_in_place()
            except RunFolderError:
                raise
            except BaseException:
                if (self._place / OLD).exists() and not self._folder.exists():
                    (self._place / OLD).rename(self._folder)
                if self.rounds_done() is None:
                    shutil.rmtree(self._place, ignore_errors=True)
                raise
            shutil.rmtree(self._place, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout  # noqa: PLC0415  # comes with what training needs

        lock = FileLock(self._place / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise RunFolderError(f"{self._folder} is being made by another process") from error
        try:
            yield
        finally:
            lock.release()

    def _put_in_place(self) -> None:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        if self._folder.exists():
            if any(self._folder.iterdir()) and record.file_of(self._folder) is None:
                raise RunFolderError(
                    f"{self._folder} got other files meanwhile; the finished record is {self.new}"
                )
            self._folder.rename(self._place / OLD)
        self.new.rename(self._folder)

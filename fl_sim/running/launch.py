"""``fl-sim run``: the app in this process, its record put in place whole or not at all."""

# ruff: noqa: PLC0415  # heavy imports happen where they are used

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from logging import ERROR, WARNING, getLogger
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fl_sim.app.settings import Settings, Value
from fl_sim.record import RUN_FILE, RUNS

if TYPE_CHECKING:
    from flwr.app import Message

SIM_PACKAGES = ("flwr", "flwr_datasets", "safetensors", "torch")

SERVER = 1  # the node id that the server's context gets
OLD = "old"

DOING = {"query": "meeting the clients", "train": "training", "evaluate": "evaluating"}


class LaunchError(Exception):
    """A run that cannot start."""


def run(name: str, config: Mapping[str, Value], out: Path | None, *, force: bool) -> Path:
    """Train, and return the folder of the record.

    Args:
        name: of the run, and of its folder.
        config: the run config; ``name`` and ``out`` are filled in.
        out: folder of the record, by default one of that name among the project's runs.
        force: replace a record that is there.

    Raises:
        LaunchError: the name is no folder's name, a record is there, a package is missing, or
            the dataset cannot be used.
        SettingError: a setting is out of range.
    """
    check_name(name)
    folder = (out or RUNS / name).absolute()
    _check_free(folder, force)
    Settings.of({**config, "name": name})
    missing = [package for package in SIM_PACKAGES if find_spec(package) is None]
    if missing:
        raise LaunchError(
            f"training needs {', '.join(missing)}; install with: pip install 'fedreel[sim]'"
        )
    with _replacing(folder) as partial:
        _train({**config, "name": name, "out": str(partial)})
    return folder


def dataset_folder(path: Path) -> Path:
    """Return the absolute path of a dataset's folder, or raise LaunchError if it is none."""
    if not path.is_dir():
        raise LaunchError(f"{path}: no such folder; --data names a folder laid out as CIFAR-10")
    return path.resolve()


def check_name(name: str) -> None:
    """Raise LaunchError unless ``name`` can be a folder's name on every operating system."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise LaunchError(
            f"{name!r} is no name for a run: use up to 64 letters, digits, - and _, "
            "the first a letter or digit"
        )


def _check_free(folder: Path, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise LaunchError(f"{folder} is a file, not a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / RUN_FILE).is_file():
            raise LaunchError(f"{folder} holds other files; choose another folder with --out")
        if not force:
            raise LaunchError(f"{folder} holds a run already; replace it with --force")


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, which takes the place of ``folder`` if all goes well."""
    # Where the folder's own parents are missing, they are made at the very end.
    nearest = next(parent for parent in folder.parents if parent.is_dir())
    try:
        partial = Path(mkdtemp(prefix=f".{folder.name}.", dir=nearest))
    except OSError as error:
        raise LaunchError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        new = partial / folder.name
        yield new
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            folder.rename(partial / OLD)
        new.rename(folder)
    except BaseException:
        if (partial / OLD).exists() and not folder.exists():
            (partial / OLD).rename(folder)
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _train(config: dict[str, Value]) -> None:
    os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
    with _progress(int(config["num-server-rounds"])) as watch:
        # Flower, Torch and the data library take seconds to import.
        from datasets import disable_progress_bars  # type: ignore[import-untyped]
        from flwr.app import Context, RecordDict

        from fl_sim.app import client_app, server_app, task
        from fl_sim.running.in_process import RUN_ID, InProcessGrid

        disable_progress_bars()
        getLogger("flwr").setLevel(WARNING)
        getLogger("huggingface_hub").setLevel(ERROR)
        grid = InProcessGrid(client_app.app, config, int(config["num-partitions"]), watch)
        try:
            server_app.app(grid, Context(RUN_ID, SERVER, {}, RecordDict(), config))
        except task.DataError as error:
            local = Path(str(config["dataset"])).is_dir()
            hint = "" if local else ". If you have a local copy, give its folder by --data"
            raise LaunchError(f"{error}{hint}") from error
        except server_app.ClientError as error:
            raise LaunchError(str(error)) from error


@contextmanager
def _progress(num_rounds: int) -> Iterator[Callable[["Message", int, int], None]]:
    """Show two bars, rounds and clients; give what moves them."""
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        rounds = progress.add_task("rounds", total=num_rounds)
        clients = progress.add_task("starting", total=None)

        def watch(message: "Message", done: int, total: int) -> None:
            server_round = message.content.config_records["config"].get("server-round", 1)
            # The round that is being worked on is not done yet.
            progress.update(rounds, completed=cast(int, server_round) - 1)
            doing = DOING[message.metadata.message_type]
            progress.update(clients, description=doing, completed=done, total=total)

        yield watch
        progress.update(rounds, completed=num_rounds)

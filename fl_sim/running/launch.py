"""``fl-sim run``: starts the app, in this process, in Flower's simulation or on a deployment.

It is the same app each time, and gives the same weights.
"""

# ruff: noqa: PLC0415  # heavy imports happen where they are used

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from logging import ERROR, WARNING, getLogger
from pathlib import Path
from typing import TYPE_CHECKING

from fl_sim.app.settings import Settings, Value
from fl_sim.record import RUN_FILE
from fl_sim.running import deployment, simulation
from fl_sim.running.flower import FlowerError, ended_by_sigterm
from fl_sim.running.interrupts import late_interrupt
from fl_sim.running.progress import Bars, bars
from fl_sim.running.superlink import Address
from fl_sim.running.target import LaunchError, StoppedError, Target

if TYPE_CHECKING:
    from flwr.app import Message

SIM_PACKAGES = ("flwr", "flwr_datasets", "safetensors", "torch")
ACCOUNTING = "dp_accounting"
RAY = "ray"  # not to be had for every Python

PROCESS, SIMULATION, DEPLOYMENT = "process", "ray", "superlink"

SERVER = 1  # the node id that the server's context gets

DOING = {"query": "meeting the clients", "train": "training", "evaluate": "evaluating"}


def run(config: Mapping[str, Value], target: Target, on: str = PROCESS) -> Path:
    """Train on this machine, and return the folder of the record.

    Args:
        config: the run config; ``name`` and ``out`` are filled in.
        target: where the record goes, and how it is called.
        on: ``PROCESS``, which is this one, or ``SIMULATION``, which is Flower's, on Ray.

    Raises:
        LaunchError: the name is no folder's name, a record is there, a package is missing, the
            dataset cannot be used, or Flower's simulation failed.
        SettingError: a setting is out of range.
        StoppedError: Ctrl-C.
    """
    folder = _prepare(config, target)
    need(*packages_of(config, on))
    with ended_by_sigterm(), target.making(folder, config) as partial:
        _train({**config, "name": target.name, "out": str(partial)}, on, target.resume_command)
        if not (partial / RUN_FILE).is_file():
            raise LaunchError("the run ended without an error, and without a record")
    return folder


def _train(config: dict[str, Value], on: str, resume: str) -> None:
    with bars(int(config["num-server-rounds"])) as shown:
        if on == PROCESS:
            _train_here(config, shown)
        else:
            with _flower():
                simulation.train(config, shown, resume)


def choose(  # one parameter an option
    on: str,
    name: str | None,
    address: str | None,
    root_certificates: Path | None = None,
    insecure: bool = False,
    token_file: Path | None = None,
) -> str | Address | None:
    """Return the SuperLink that the options name, or None where they ask for none.

    Raises:
        LaunchError: the options contradict one another.
    """
    if on != DEPLOYMENT:
        if name or address or root_certificates or insecure or token_file:
            raise LaunchError(
                f"--superlink, --address and what goes with them need --on {DEPLOYMENT}"
            )
        return None
    if (name is None) == (address is None):
        raise LaunchError(f"--on {DEPLOYMENT} needs either --superlink NAME or --address HOST:PORT")
    if address is None:
        if root_certificates or insecure or token_file:
            raise LaunchError(
                "--root-certificates, --insecure and --token-file go with --address; Flower's "
                "configuration has such things for --superlink"
            )
        return name
    if root_certificates and insecure:
        raise LaunchError("--root-certificates and --insecure exclude each other")
    if not re.fullmatch(r".+:\d+", address):
        raise LaunchError(f"--address is HOST:PORT, not {address!r}")
    return Address(address, root_certificates, insecure, token_file)


def submit(
    config: Mapping[str, Value], target: Target, superlink: str | Address
) -> tuple[Path, bool]:
    """Train where a SuperLink is, whose machine writes the record.

    Args:
        config: as for ``run``; ``dataset`` is that of the machines that train.
        target: as for ``run``, but on the SuperLink's machine. An interrupted run of the same
            settings there is gone on with.
        superlink: its name in the user's configuration of Flower, or its address.

    Returns:
        the folder of the record, and whether it can be seen from this machine.

    Raises:
        LaunchError: as for ``run``, or the SuperLink cannot be reached.
        SettingError: a setting is out of range.
        StoppedError: Ctrl-C.
    """
    folder = _prepare(config, target)
    need("flwr")
    before = _written(folder)
    full = {**config, "name": target.name, "out": str(folder)}
    try:
        with bars(int(config["num-server-rounds"])) as shown, _flower():
            deployment.train(full, shown, target.resume_command, superlink)
    except KeyboardInterrupt as error:
        raise StoppedError(
            "stopped, on the SuperLink too; go on with the same command and --resume"
        ) from error
    return folder, _written(folder) != before


def _prepare(config: Mapping[str, Value], target: Target) -> Path:
    folder = target.folder()
    Settings.of({**config, "name": target.name})
    return folder


def packages_of(config: Mapping[str, Value], on: str) -> list[str]:
    """Return the packages that a run needs."""
    more = ((ACCOUNTING, config.get("dp-noise")), (RAY, on == SIMULATION))
    return [*SIM_PACKAGES, *(name for name, is_needed in more if is_needed)]


def need(*packages: str) -> None:
    """Raise LaunchError if one of these packages is not installed."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise LaunchError(
            f"training needs {', '.join(missing)}; install with: pip install 'fedreel[sim]'"
        )


@contextmanager
def _flower() -> Iterator[None]:
    """Turn an error of Flower's programs into a LaunchError, and SIGTERM into their end."""
    with ended_by_sigterm():
        try:
            yield
        except FlowerError as error:
            raise LaunchError(str(error)) from error


def _written(folder: Path) -> int | None:
    """Return when the record there was written, if there is one."""
    file = folder / RUN_FILE
    return file.stat().st_mtime_ns if file.is_file() else None


def dataset_folder(path: Path) -> Path:
    """Return the absolute path of a dataset's folder, or raise LaunchError if it is none."""
    if not path.is_dir():
        raise LaunchError(f"{path}: no such folder; --data names a folder laid out as CIFAR-10")
    return path.resolve()


def quieten() -> None:
    """Keep a download of the dataset from printing bars, and a line for each of its attempts."""
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")  # the level, once it is imported
    getLogger("huggingface_hub").setLevel(ERROR)


def _train_here(config: dict[str, Value], shown: Bars) -> None:
    os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
    quieten()
    # Flower and Torch take seconds to import.
    with late_interrupt():
        from flwr.app import Context, RecordDict
        from flwr.serverapp.exception import PrivacyBudgetExhausted

        from fl_sim.app import client_app, server_app
        from fl_sim.app.clients import ClientError
        from fl_sim.app.folder import DataError
        from fl_sim.app.threads import sensible
        from fl_sim.recording.journal import JournalError
        from fl_sim.running.in_process import RUN_ID, InProcessGrid

    getLogger("flwr").setLevel(WARNING)

    def watch(message: "Message", done: int, total: int) -> None:
        server_round = message.content.config_records["config"].get("server-round")
        if isinstance(server_round, int):  # clients that are met are in none
            shown.rounds(server_round - 1)  # it is not done yet
        shown.clients(DOING[message.metadata.message_type], done, total)

    grid = InProcessGrid(client_app.app, config, int(config["num-partitions"]), watch, sensible())
    try:
        server_app.app(grid, Context(RUN_ID, SERVER, {}, RecordDict(), config))
    except DataError as error:
        local = Path(str(config["dataset"])).is_dir()
        hint = "" if local else ". If you have a local copy, give its folder by --data"
        raise LaunchError(f"{error}{hint}") from error
    except (ClientError, JournalError, PrivacyBudgetExhausted) as error:
        raise LaunchError(str(error)) from error

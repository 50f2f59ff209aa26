"""``fl-sim deploy``: a deployment on this machine, for as long as it is wanted."""

import shlex
import sysconfig
import time
from itertools import count
from pathlib import Path

import click

from fl_sim import record
from fl_sim.interrupted import place_of
from fl_sim.running.deployment import Local, deployed
from fl_sim.running.flower import ended_by_sigterm

INTERRUPTED = 130  # exit status after Ctrl-C, as a shell gives it
LOOK = 0.5  # seconds between two looks at whether all programs run


def deploy(num_nodes: int, port: int | None, data: Path | None) -> None:
    """Start a deployment, say how to run on it, and keep it until Ctrl-C or SIGTERM.

    The process then exits with ``INTERRUPTED`` or 0.

    Args:
        num_nodes: SuperNodes.
        port: of the SuperLink; a free one by default.
        data: folder of the dataset, for the command that is told.

    Raises:
        FlowerError: the port is taken, or a program ended early.
    """
    with ended_by_sigterm(status=0):
        try:
            _keep(num_nodes, port, data)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None


def _keep(num_nodes: int, port: int | None, data: Path | None) -> None:
    with deployed(num_nodes, port, click.echo) as local:
        click.echo(_description(local, command(local, data)))
        while True:
            local.programs.check()
            time.sleep(LOOK)


def command(local: Local, data: Path | None) -> list[str]:
    """Return the command that trains on a deployment, with a name that no run has."""
    address = local.superlink
    words = [str(Path(sysconfig.get_path("scripts")) / "fl-sim"), "run", _free_name()]
    words += ["--on", "superlink", "--address", address.host_port]
    words += ["--root-certificates", str(address.root_certificates)]
    words += ["--token-file", str(address.token_file)]
    words += ["--set", f"num-partitions={local.num_nodes}"]
    return words + (["--data", str(data)] if data else [])


def _free_name() -> str:
    names = (f"mine-{number}" if number > 1 else "mine" for number in count(1))
    folders = (record.own_runs() / name for name in names)
    return next(f.name for f in folders if not f.exists() and not place_of(f).exists())


def _description(local: Local, train: list[str]) -> str:
    programs = [
        f"  {program.name:<12} pid {program.process.pid:<8} {program.log}"
        for program in local.programs
    ]
    return "\n".join(
        [
            *programs,
            f"{local.num_nodes} SuperNodes are connected to the SuperLink at "
            f"{local.superlink.host_port}. Train on them, from another terminal:",
            "",
            f"  {shlex.join(train)}",
            "",
            "Ctrl-C stops everything.",
        ]
    )

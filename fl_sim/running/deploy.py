"""``fl-sim deploy``: a deployment on this machine, for as long as it is wanted."""

import shlex
import time

import click

from fl_sim.running.deployment import Local, deployed
from fl_sim.running.flower import ended_by_sigterm

INTERRUPTED = 130  # exit status after Ctrl-C, as a shell gives it
LOOK = 0.5  # seconds between two looks at whether all programs run


def deploy(num_nodes: int, port: int | None) -> None:
    """Start a deployment, say how to run on it, and keep it until Ctrl-C or SIGTERM.

    The process then exits with ``INTERRUPTED`` or 0.

    Raises:
        FlowerError: the port is taken, or a program ended early.
    """
    with ended_by_sigterm(status=0):
        try:
            _keep(num_nodes, port)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None


def _keep(num_nodes: int, port: int | None) -> None:
    with deployed(num_nodes, port, click.echo) as local:
        click.echo(_description(local))
        while True:
            local.programs.check()
            time.sleep(LOOK)


def _description(local: Local) -> str:
    programs = [
        f"  {program.name:<12} pid {program.process.pid:<8} {program.log}"
        for program in local.programs
    ]
    address = local.superlink
    command = ["fl-sim", "run", "mine", "--on", "superlink", "--address", address.host_port]
    command += ["--root-certificates", str(address.root_certificates)]
    command += ["--set", f"num-partitions={local.num_nodes}"]
    return "\n".join(
        [
            *programs,
            f"{local.num_nodes} SuperNodes are connected to the SuperLink at "
            f"{address.host_port}. Train on them, from another terminal:",
            "",
            f"  {shlex.join(command)}",
            "",
            "Ctrl-C stops everything.",
        ]
    )

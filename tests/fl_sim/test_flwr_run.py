"""`flwr run` on the same app: Flower's own simulation gives the same weights and record."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from quick_run import SMALL, content, invoke

ROOT = Path(__file__).parents[2]
ROUNDS = "num-server-rounds=2"


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """Give an environment in which Flower disturbs nothing, and end all that it starts there."""
    # Short, for Ray's sockets lie below it; neutral, for workers import from where Flower starts.
    home = Path(tempfile.mkdtemp(prefix="fl"))
    yield {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "FLWR_HOME": str(home),
        "FLWR_LOCAL_SUPERLINK_HTTP_API_PORT": free_port(),
        "FLWR_LOCAL_CONTROL_API_PORT": free_port(),
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_TMPDIR": str(home),
    }
    for process in started_for(home):
        os.kill(process, 9)
    shutil.rmtree(home)


def started_for(home: Path) -> list[int]:
    """Return the processes of the SuperLink that lives in ``home`` and of all that it started."""
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,pgid=,command="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    table = [line.split(None, 3) for line in listing.splitlines()]
    family = {pid for pid, _, _, command in table if str(home) in command}
    while more := {pid for pid, parent, _, _ in table if parent in family} - family:
        family |= more
    # Ray's workers lose their parent, but keep its group.
    groups = {group for pid, _, group, _ in table if pid in family} - {str(os.getpgrp())}
    return [int(pid) for pid, _, group, _ in table if group in groups]


def test_flwr_run_gives_the_same_weights_and_record(
    environment: dict[str, str], tmp_path: Path
) -> None:
    in_process, simulated = tmp_path / "ours" / "run", tmp_path / "flower" / "run"
    assert invoke(in_process, "--set", ROUNDS).exit_code == 0
    settings = (
        f'name="run" out="{simulated}" dataset="{SMALL}" {ROUNDS} num-partitions=4 '
        "fraction-train=0.5"
    )
    federation = "num-supernodes=4 client-resources-num-cpus=1"
    command = ["flwr", "run", str(ROOT), "--stream", "--run-config", settings]
    done = subprocess.run(
        [*command, "--federation-config", federation],
        cwd=environment["FLWR_HOME"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    # A run that fails exits with 0 all the same: the record is the proof.
    assert (simulated / "run.json").is_file(), done.stdout + done.stderr
    weights = [(folder / "model.safetensors").read_bytes() for folder in (in_process, simulated)]
    assert weights[0] == weights[1]
    assert content(simulated) == content(in_process)

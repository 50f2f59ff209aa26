"""One seed gives one model, to the bit: in process, in Flower's simulation, on a deployment."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from quick_run import SMALL, invoke

from fl_sim import record
from fl_sim.cli import cli
from fl_sim.running.certificates import make_node_key
from fl_sim.running.flower import Programs
from fl_sim.running.servers import start_supernode
from fl_sim.running.superlink import Address, SuperLink

ROUNDS = ("--set", "num-server-rounds=2")
INTERRUPTED = 130


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def fingerprint(folder: Path) -> str:
    return record.fingerprint(record.load(folder))


def processes(*columns: str) -> list[list[str]]:
    """Return these columns of every process that lives; the last may hold spaces."""
    wanted = ",".join(f"{column}=" for column in ("stat", *columns))
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", wanted], capture_output=True, text=True, check=True
    ).stdout
    table = [line.split(None, len(columns)) for line in listing.splitlines()]
    return [row[1:] for row in table if not row[0].startswith("Z")]


# --- simulation


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder, empty and with a short path, in which temporary folders are made."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_the_simulation_gives_the_same_weights_and_record(tmp_path: Path, temporary: Path) -> None:
    here, simulated = tmp_path / "here" / "run", tmp_path / "ray" / "run"
    assert invoke(here, *ROUNDS).exit_code == 0
    done = invoke(simulated, *ROUNDS, "--on", "ray")
    assert done.exit_code == 0, done.output
    assert weights(simulated) == weights(here)
    assert fingerprint(simulated) == fingerprint(here)
    assert f"record: {simulated}" in done.output
    assert not list(temporary.iterdir())
    assert not [command for (command,) in processes("command") if str(temporary) in command]


# --- deployment


@dataclass(frozen=True)
class Deployment:
    """What `fl-sim deploy` started, as it told."""

    process: subprocess.Popen[str]
    said: Sequence[str]

    @property
    def command(self) -> list[str]:
        """The words with which it says one can train on it."""
        (line,) = [line for line in self.said if line.strip().startswith("fl-sim run")]
        return shlex.split(line)

    @property
    def superlink(self) -> Address:
        """Where its SuperLink listens."""
        options = dict(zip(self.command[3::2], self.command[4::2], strict=True))
        return Address(options["--address"], Path(options["--root-certificates"]))

    @property
    def pids(self) -> set[str]:
        """Its programs, each the first of its group."""
        return {line.split("pid")[1].split()[0] for line in self.said if " pid " in line}


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Give a SuperLink and three SuperNodes on loopback, by TLS, with keys of their own."""
    with subprocess.Popen(
        [sys.executable, "-m", "fl_sim.cli", "deploy", "--local", "3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    ) as process:
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        yield Deployment(process, said)
        process.terminate()


def test_a_deployment_gives_the_same_weights_and_admits_no_stranger(
    deployment: Deployment, tmp_path: Path
) -> None:
    assert len(deployment.pids) == 5, deployment.said
    here, deployed = tmp_path / "here" / "mine", tmp_path / "deployed" / "mine"
    # Each message starts a process, which takes seconds: nobody evaluates.
    same = (*ROUNDS, "--set", "num-partitions=3", "--set", "fraction-evaluate=0")
    assert invoke(here, *same).exit_code == 0
    superlink = deployment.superlink
    with Programs(tmp_path) as programs:
        key = make_node_key(tmp_path, "key").private
        stranger = start_supernode(programs, superlink, key, partition=3, of=4)
        words = [*deployment.command[1:], "--out", str(deployed), "--data", str(SMALL)]
        done = CliRunner().invoke(cli, [*words, "--set", "fraction-train=0.5", *same])
        assert done.exit_code == 0, done.output
        assert stranger.process.wait() != 0
        assert "Failed to activate SuperNode" in stranger.log.read_text()
    assert weights(deployed) == weights(here)
    assert fingerprint(deployed) == fingerprint(here)
    (tmp_path / "look").mkdir()
    assert SuperLink.at(superlink, tmp_path / "look").nodes_online() == 3

    os.kill(deployment.process.pid, signal.SIGINT)
    assert deployment.process.wait() == INTERRUPTED
    assert not [group for (group,) in processes("pgid") if group in deployment.pids]
    assert superlink.root_certificates
    assert not superlink.root_certificates.parents[1].exists()

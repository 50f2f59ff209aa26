"""One seed gives one model, to the bit: in process, in Flower's simulation, on a deployment."""

import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import PATIENCE, Child, finish, run, start, wait_for
from quick_run import QUICK, SMALL, invoke

from fl_sim import record
from fl_sim.running.certificates import make_node_key
from fl_sim.running.flower import Programs
from fl_sim.running.servers import start_supernode
from fl_sim.running.superlink import Address, SuperLink

# A group is begun early, so that nobody waits for it at the end.
pytestmark = pytest.mark.xdist_group("three ways")

Command = Callable[..., subprocess.CompletedProcess[str]]

ROUNDS = ("--set", "num-server-rounds=2")
# Masks are others in every run, and the sum is the same.
MASKED = ("--set", "secure-aggregation=true")
INTERRUPTED = 130


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def fingerprint(folder: Path) -> str:
    return record.fingerprint(record.load(folder))


def processes(*columns: str) -> list[list[str]]:
    """Return these columns of every process that lives; the last may hold spaces."""
    wanted = ",".join(f"{column}=" for column in ("stat", *columns))
    listing = run("ps", "-A", "-ww", "-o", wanted).stdout
    table = [line.split(None, len(columns)) for line in listing.splitlines()]
    return [row[1:] for row in table if not row[0].startswith("Z")]


# --- simulation


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Give an empty folder with a short path."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        yield Path(folder)


def test_the_simulation_gives_the_same_weights_and_record(
    tmp_path: Path, temporary: Path, fl_sim: Command
) -> None:
    here, simulated = tmp_path / "here" / "run", tmp_path / "ray" / "run"
    assert invoke(here, *ROUNDS, *MASKED).exit_code == 0
    on_ray = ("run", "run", "--out", simulated, *QUICK, *ROUNDS, *MASKED, "--on", "ray")
    done = fl_sim(*on_ray, TMPDIR=str(temporary))
    assert done.returncode == 0, done.stderr
    assert weights(simulated) == weights(here)
    assert fingerprint(simulated) == fingerprint(here)
    assert f"record: {simulated}" in done.stdout
    assert not list(temporary.iterdir())
    assert not [command for (command,) in processes("command") if str(temporary) in command]


# --- deployment


@dataclass(frozen=True)
class Deployment:
    """What `fl-sim deploy` started, and the file with what it printed."""

    process: Child
    log: Path

    @property
    def lines(self) -> list[str]:
        """What it printed."""
        return self.log.read_text().splitlines()

    @property
    def command(self) -> list[str]:
        """The words with which it says one can train on it."""
        (line,) = [line for line in self.lines if "/fl-sim run mine" in line]
        return shlex.split(line)

    @property
    def superlink(self) -> Address:
        """Where its SuperLink listens."""
        options = dict(zip(self.command[3::2], self.command[4::2], strict=True))
        return Address(
            options["--address"],
            Path(options["--root-certificates"]),
            token_file=Path(options["--token-file"]),
        )

    @property
    def pids(self) -> set[str]:
        """Its programs, each the first of its group."""
        return {line.split("pid")[1].split()[0] for line in self.lines if " pid " in line}


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Give a SuperLink and two SuperNodes on loopback, by TLS, with keys of their own."""
    log = tmp_path / "deploy.log"
    command = (sys.executable, "-m", "fl_sim.cli", "deploy", "--local", 2, "--data", SMALL)
    with (
        log.open("w") as output,
        start(*command, stdout=output, stderr=subprocess.STDOUT, cwd=tmp_path) as child,
    ):
        try:
            wait_for(lambda: "Ctrl-C" in log.read_text(), f"the end of {log}", child=child)
            yield Deployment(child, log)
        finally:
            child.terminate()
            finish(child)


def test_a_deployment_gives_the_same_weights_and_admits_no_stranger(
    deployment: Deployment, tmp_path: Path, fl_sim: Command
) -> None:
    assert len(deployment.pids) == 6, deployment.lines
    here, deployed = tmp_path / "here" / "mine", tmp_path / "deployed" / "mine"
    # Each message starts a process, which takes seconds: one round, and nobody evaluates.
    settings = ("num-server-rounds=1", "num-partitions=2")
    settings += ("fraction-train=1.0", "fraction-evaluate=0")
    same = (*MASKED, *(word for setting in settings for word in ("--set", setting)))
    assert invoke(here, *same).exit_code == 0
    superlink = deployment.superlink
    with Programs(tmp_path) as programs:
        key = make_node_key(tmp_path, "key").private
        stranger = start_supernode(programs, superlink, key, partition=2, of=3)
        words = [*deployment.command[1:], "--out", deployed]
        place = words.index("--token-file")
        done = fl_sim(*words[:place], *words[place + 2 :])
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "Authentication failed" in done.stderr
        assert "by --token-file" in done.stderr
        done = fl_sim(*words, *same)
        assert done.returncode == 0, done.stderr
        assert stranger.process.wait(PATIENCE) != 0
        assert "Failed to activate SuperNode" in stranger.log.read_text()
    assert weights(deployed) == weights(here)
    assert fingerprint(deployed) == fingerprint(here)
    (tmp_path / "look").mkdir()
    assert SuperLink.at(superlink, tmp_path / "look").nodes_online() == 2

    deployment.process.send_signal(signal.SIGINT)
    assert deployment.process.wait(PATIENCE) == INTERRUPTED
    assert not [group for (group,) in processes("pgid") if group in deployment.pids]
    assert superlink.root_certificates
    assert not superlink.root_certificates.parents[1].exists()

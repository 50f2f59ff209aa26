"""A client of one SuperLink, by Flower's command line: submits runs and follows them."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any

from fl_sim.app.settings import Value
from fl_sim.running.app_folder import stage, to_toml
from fl_sim.running.flower import FlowerError, environment, last_line
from fl_sim.running.private import read_token
from fl_sim.running.progress import Bars
from fl_sim.wording import count

CONFIG_FILE = "config.toml"  # Flower's own name
NAME = "fl-sim"
SILENCE = 1.0  # seconds between two looks at what else may have happened
FINISHED, COMPLETED = "finished", "finished:completed"

ROUND = re.compile(r"\[ROUND (\d+)/(\d+)\]")
ASKED = re.compile(r"configure_(train|evaluate): Sampled (\d+) nodes")
DOING = {"train": "training", "evaluate": "evaluating"}

UNKNOWN = "Authentication failed"  # Flower's words
WHO = "give the token of a SuperLink that `fl-sim deploy` started by --token-file"

# What Flower puts before the message of an exception that ended a run.
WRAPPING = re.compile(r"^(?:Simulation|ServerApp) failed with exception: ")

# Flower keeps a dead worker of Ray in its pool, and every message that it hands to it fails.
DEAD_WORKER = re.compile(
    r"ray\.exceptions\.(?:RayActorError|ActorDiedError|ActorUnavailableError"
    r"|OutOfMemoryError|WorkerCrashedError|NodeDiedError)\b"
)


@dataclass(frozen=True)
class Address:
    """Where a SuperLink listens.

    Args:
        host_port: as in ``192.0.2.1:8000``.
        root_certificates: PEM file to trust instead of the system's certificates.
        insecure: without TLS.
        token_file: file with the token by which its owner is known, if it asks for one.
    """

    host_port: str
    root_certificates: Path | None = None
    insecure: bool = False
    token_file: Path | None = None


@dataclass(frozen=True)
class Status:
    """What Flower says of a run."""

    state: str
    details: str

    @property
    def finished(self) -> bool:
        """Whether the run has ended, well or badly."""
        return self.state.startswith(FINISHED)


class SuperLink:
    """A SuperLink as Flower's command line sees it.

    Args:
        name: of the connection in Flower's configuration.
        flower_home: folder of that configuration; None for the user's own.
    """

    def __init__(self, name: str, flower_home: Path | None = None) -> None:
        self._name = name
        self._folder = flower_home
        self._environment = environment(flower_home)

    @classmethod
    def at(cls, address: Address, home: Path) -> "SuperLink":
        """Return the one at an address, by a configuration of its own in the folder ``home``."""
        entry: dict[str, Value] = {"address": address.host_port, "insecure": address.insecure}
        if address.root_certificates:
            entry["root-certificates"] = str(address.root_certificates.absolute())
        flower_home = home / "cli"
        flower_home.mkdir()
        text = f'[superlink]\ndefault = "{NAME}"\n\n[superlink.{NAME}]\n{to_toml(entry)}'
        (flower_home / CONFIG_FILE).write_text(text, encoding="utf-8")
        if address.token_file:
            from fl_sim.running.account import sign_in  # noqa: PLC0415  # Flower takes seconds

            sign_in(flower_home, address.host_port, read_token(address.token_file))
        return cls(NAME, flower_home)

    def submit(self, config: Mapping[str, Value], home: Path, federation: str = "") -> int:
        """Hand the app over to be run; return Flower's number of the run.

        Args:
            config: the run config.
            home: folder in which the app is put together.
            federation: settings of a simulation.
        """
        run_config = home / "run-config.toml"
        run_config.write_text(to_toml(config), encoding="utf-8")
        options = ["--federation-config", federation] if federation else []
        answer = self._ask(
            "run", str(stage(home)), self._name, "--run-config", str(run_config), *options
        )
        return int(answer["run-id"])

    def follow(self, run: int, watch: Callable[[str], None], idle: Callable[[], None]) -> None:
        """Give ``watch`` each line of a run's log until the log ends, and call ``idle`` meanwhile.

        What either raises is let through.
        """
        process = subprocess.Popen(
            ["flwr", "log", str(run), self._name, "--stream"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        with process:
            assert process.stdout is not None
            try:
                for line in _lines(process.stdout, idle):
                    watch(line)
            finally:
                process.kill()

    def status(self, run: int) -> Status:
        """Return what Flower says of a run."""
        (found,) = self._ask("list", self._name, "--run-id", str(run))["runs"]
        return Status(found["status"], found["status-details"])

    def stop(self, run: int) -> None:
        """End a run."""
        self._ask("stop", str(run), self._name)

    def register(self, public_key: Path) -> None:
        """Let the SuperNode take part that has the private half of this key."""
        self._ask("supernode", "register", str(public_key), self._name)

    def nodes_online(self) -> int:
        """Return how many SuperNodes are connected."""
        nodes = self._ask("supernode", "list", self._name)["nodes"]
        return sum(node["status"] == "online" for node in nodes)

    def _ask(self, *arguments: str) -> Any:
        """Return what ``flwr`` answers, or raise FlowerError with what it says is wrong."""
        done = subprocess.run(
            ["flwr", *arguments, "--format", "json"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        answer = _json(done.stdout)
        if answer is None or not answer["success"]:
            problem = last_line(answer["error-message"] if answer else done.stdout + done.stderr)
            hint = f"; {WHO}" if UNKNOWN in problem else ""
            raise FlowerError(f"flwr {arguments[0]}: {problem}{hint}")
        return answer


def _json(text: str) -> Any:
    try:
        return json.loads(text[text.index("{") :])
    except ValueError:
        return None


def _lines(stream: IO[str], idle: Callable[[], None]) -> Iterator[str]:
    """Give the lines of ``stream``; call ``idle`` whenever there is none for a while."""
    queue: SimpleQueue[str | None] = SimpleQueue()

    def read() -> None:
        for line in stream:
            queue.put(line)
        queue.put(None)

    Thread(target=read, daemon=True).start()
    while True:
        try:
            line = queue.get(timeout=SILENCE)
        except Empty:
            idle()
            continue
        if line is None:
            return
        yield line


class LogWatch:
    """Reads a run's log as it grows: moves the bars, and keeps the text.

    Args:
        bars: show the rounds.
        resume: the command that goes on with the run.
    """

    def __init__(self, bars: Bars, resume: str) -> None:
        self._bars = bars
        self._resume = resume
        self.text: list[str] = []

    def __call__(self, line: str) -> None:
        """Take a line of the log.

        Raises:
            FlowerError: a worker of Ray has died: no later round would be whole.
        """
        self.text.append(line)
        if DEAD_WORKER.search(line):
            raise FlowerError(
                f"a worker process of Ray has died, perhaps for lack of memory; go on with the "
                f"run from its last whole round: {self._resume}"
            )
        if found := ROUND.search(line):
            # Flower counts the rounds that are left of a run that goes on.
            self._bars.rounds(self._bars.num_rounds - int(found[2]) + int(found[1]) - 1)
        if found := ASKED.search(line):
            self._bars.clients(f"{DOING[found[1]]}, {count(int(found[2]), 'client')}")


def judge(superlink: SuperLink, run: int, log: list[str]) -> None:
    """Raise FlowerError unless a run is complete, which no exit status of Flower's tells."""
    while not (status := superlink.status(run)).finished:
        time.sleep(SILENCE)
    if status.state == COMPLETED:
        return
    outcome = status.state.rpartition(":")[2]
    reason = WRAPPING.sub("", status.details)
    if reason in ("", "N/A"):
        reason = f"the run {outcome}; the last line of its log: {last_line(''.join(log))}"
    raise FlowerError(reason)

"""Deployments of Flower: a run on one, and one that is started on this machine."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

from fl_sim.app.settings import Value
from fl_sim.running.certificates import make_node_key
from fl_sim.running.flower import FlowerError, Programs, free_port, is_taken, private_home
from fl_sim.running.progress import Bars
from fl_sim.running.servers import start_superlink, start_supernode
from fl_sim.running.superlink import Address, LogWatch, SuperLink, judge

NODES_TIMEOUT = 300.0  # seconds until all SuperNodes are connected


# --- a run


def train(config: Mapping[str, Value], bars: Bars, resume: str, superlink: str | Address) -> None:
    """Run the app where a SuperLink is. Its machine writes the record, into ``out`` there.

    Args:
        config: the run config; ``dataset`` and ``out`` are those of the machines that use them.
        bars: show how far the run is.
        resume: the command that goes on with the run.
        superlink: its name in the user's configuration of Flower, or its address.

    Raises:
        FlowerError: the run did not complete, or the SuperLink cannot be reached.
    """
    with private_home() as home:
        if isinstance(superlink, Address):
            client = SuperLink.at(superlink, home)
        else:
            client = SuperLink(superlink)
        run = client.submit(config, home)
        log = LogWatch(bars, resume)
        try:
            client.follow(run, log, lambda: None)
            judge(client, run, log.text)
        except (KeyboardInterrupt, SystemExit):
            client.stop(run)
            raise


# --- a deployment on this machine


@dataclass(frozen=True)
class Local:
    """A deployment on this machine: where its SuperLink listens, and all its programs."""

    superlink: Address
    num_nodes: int
    programs: Programs


@contextmanager
def deployed(
    num_nodes: int, port: int | None = None, say: Callable[[str], None] = lambda _: None
) -> Iterator[Local]:
    """Give a deployment on this machine's loopback, by TLS, for its owner alone.

    SuperNodes prove their keys, and whoever submits runs or admits nodes has to know a token.

    Args:
        num_nodes: SuperNodes; each holds one partition.
        port: of the SuperLink; a free one by default.
        say: called with what is being waited for.

    Raises:
        FlowerError: Flower is missing, the port is taken, a program ended early, or the nodes do
            not connect.
    """
    if find_spec("flwr") is None:
        raise FlowerError("a deployment needs flwr; install with: pip install 'fedreel[sim]'")
    if port is not None and is_taken(port):
        raise FlowerError(f"port {port} is taken; choose another with --port")
    with private_home() as home, Programs(home) as programs:
        say("starting the SuperLink")
        keys = home / "keys"
        keys.mkdir()
        address = start_superlink(programs, port or free_port(), keys)
        client = SuperLink.at(address, home)
        node_keys = [make_node_key(keys, f"node-{number}") for number in range(num_nodes)]
        say("registering the SuperNodes' keys")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(client.register, [key.public for key in node_keys]))
        say("starting the SuperNodes")
        for number, key in enumerate(node_keys):
            start_supernode(programs, address, key.private, number, num_nodes)
        _wait_for_nodes(client, programs, num_nodes)
        yield Local(address, num_nodes, programs)


def _wait_for_nodes(client: SuperLink, programs: Programs, wanted: int) -> None:
    deadline = time.monotonic() + NODES_TIMEOUT
    while (online := client.nodes_online()) < wanted:
        programs.check()
        if time.monotonic() > deadline:
            raise FlowerError(f"{online} of {wanted} SuperNodes are connected after a long time")
        time.sleep(1)

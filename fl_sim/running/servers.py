"""Flower's servers on this machine: a SuperLink, which holds runs, and SuperNodes, which train."""

import os
import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from fl_sim.running.certificates import Certificate
from fl_sim.running.flower import HOST, FlowerError, Program, Programs, free_port
from fl_sim.running.superlink import Address

START_TIMEOUT = 60.0  # seconds until a SuperLink listens
PAUSE = 0.2  # seconds


def start_simulator(programs: Programs) -> Address:
    """Start a SuperLink that simulates its nodes; return where it listens."""
    address = Address(f"{HOST}:{free_port()}", insecure=True)
    _start_superlink(programs, address, "--simulation", "--insecure")
    return address


def start_superlink(programs: Programs, port: int, certificate: Certificate) -> Address:
    """Start a SuperLink by TLS, which takes only SuperNodes whose keys are registered with it."""
    address = Address(f"{HOST}:{port}", certificate.public)
    _start_superlink(
        programs,
        address,
        *("--ssl-ca-certfile", str(certificate.public)),
        *("--ssl-certfile", str(certificate.public)),
        *("--ssl-keyfile", str(certificate.key)),
        "--enable-supernode-auth",
    )
    return address


def start_supernode(
    programs: Programs, superlink: Address, private_key: Path, partition: int, of: int
) -> Program:
    """Start the SuperNode that holds one partition, counted from 0."""
    return programs.start(
        f"supernode-{partition}",
        "flower-supernode",
        *("--superlink", superlink.host_port),
        *("--root-certificates", str(superlink.root_certificates)),
        *("--auth-supernode-private-key", str(private_key)),
        *("--node-config", f"partition-id={partition} num-partitions={of}"),
        *("--port", str(free_port())),
    )


def _start_superlink(programs: Programs, address: Address, *options: str) -> None:
    """Start a SuperLink, and what runs its apps: by itself it would start that out of reach."""
    host, port = address.host_port.split(":")
    programs.start(
        "superlink",
        "flower-superlink",
        *("--isolation", "process", "--host", host, "--port", port),
        *options,
    )
    _wait_until_it_answers(programs, address)
    trust = ("--root-certificates", str(address.root_certificates))
    programs.start(
        "superexec",
        "flower-superexec",
        *("--runtime-api-address", address.host_port, "--parent-pid", str(os.getpid())),
        *(("--insecure",) if address.insecure else trust),
    )


def _wait_until_it_answers(programs: Programs, address: Address) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not _answers(address):
        programs.check()
        if time.monotonic() > deadline:
            raise FlowerError(f"the SuperLink does not answer on {address.host_port}")
        time.sleep(PAUSE)


def _answers(address: Address) -> bool:
    """Return whether a SuperLink says that it is healthy, asked without a proxy."""
    if address.insecure:
        connection = HTTPConnection(address.host_port, timeout=START_TIMEOUT)
    else:
        trust = ssl.create_default_context(cafile=address.root_certificates)
        connection = HTTPSConnection(address.host_port, timeout=START_TIMEOUT, context=trust)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()

"""Flower's servers on this machine: a SuperLink, which holds runs, and SuperNodes, which train."""

import os
import ssl
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from fl_sim.running.certificates import make_certificate
from fl_sim.running.flower import HOST, FlowerError, Program, Programs, free_port
from fl_sim.running.private import make_token
from fl_sim.running.superlink import Address

START_TIMEOUT = 60.0  # seconds until a SuperLink listens
PAUSE = 0.2  # seconds
TOKEN = "token"
ACCOUNT = "fl_sim.running.account"  # starts a SuperLink that asks for the token


def start_simulator(programs: Programs, secrets: Path) -> Address:
    """Start a SuperLink that simulates its nodes; return where it listens.

    Args:
        programs: it becomes one of them.
        secrets: folder for the token that it asks for, and what else only its programs know.
    """
    address = Address(
        f"{HOST}:{free_port()}", insecure=True, token_file=make_token(secrets / TOKEN)
    )
    private_ray = closed_ray(os.environ, secrets / "ray.token")
    options = ("--simulation", "--insecure")
    _start_superlink(programs, address, secrets, *options, **private_ray)
    return address


def closed_ray(given: Mapping[str, str], token_file: Path) -> dict[str, str]:
    """Return variables by which Ray listens on loopback alone, and to whoever knows a token.

    Args:
        given: the environment. One that names a cluster, or says whom Ray shall trust, is left as
            it is.
        token_file: made for the token.
    """
    if "RAY_ADDRESS" in given or "RAY_AUTH_MODE" in given:
        return {}
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(make_token(token_file))}
    # Ray's name for "listen to other machines", which is off by default on other systems.
    return {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", **token}


def start_superlink(programs: Programs, port: int, secrets: Path) -> Address:
    """Start a SuperLink by TLS, which takes only SuperNodes whose keys are registered with it.

    Arguments as above; ``secrets`` gets its certificate as well.
    """
    certificate = make_certificate(secrets)
    address = Address(f"{HOST}:{port}", certificate.public, token_file=make_token(secrets / TOKEN))
    _start_superlink(
        programs,
        address,
        secrets,
        *("--ssl-ca-certfile", str(certificate.public)),
        *("--ssl-certfile", str(certificate.public)),
        *("--ssl-keyfile", str(certificate.key)),
        "--enable-supernode-auth",
    )
    return address


def start_supernode(
    programs: Programs, superlink: Address, private_key: Path, partition: int, of: int
) -> Program:
    """Start the SuperNode that holds one partition, counted from 0, and what runs its apps."""
    secret, port = make_token(private_key.with_suffix(".secret")), free_port()
    node = programs.start(
        f"supernode-{partition}",
        "flower-supernode",
        *("--superlink", superlink.host_port),
        *("--root-certificates", str(superlink.root_certificates)),
        *("--auth-supernode-private-key", str(private_key)),
        *("--node-config", f"partition-id={partition} num-partitions={of}"),
        *("--isolation", "process", "--host", HOST, "--port", str(port)),
        *("--superexec-auth-secret-file", str(secret)),
    )
    _start_superexec(programs, f"superexec-{partition}", f"{HOST}:{port}", secret, "--insecure")
    return node


def _start_superlink(
    programs: Programs, address: Address, secrets: Path, *options: str, **variables: str
) -> None:
    """Start a SuperLink, and what runs its apps: by itself it would start that out of reach.

    ``variables`` are in the environment of the apps.
    """
    secret = make_token(secrets / "superexec.secret")
    host, port = address.host_port.split(":")
    programs.start(
        "superlink",
        *(sys.executable, "-P", "-m", ACCOUNT, str(address.token_file)),
        *("--isolation", "process", "--host", host, "--port", port),
        *("--superexec-auth-secret-file", str(secret)),
        *options,
    )
    _wait_until_it_answers(programs, address)
    trust = ("--root-certificates", str(address.root_certificates))
    trusted = ("--insecure",) if address.insecure else trust
    _start_superexec(programs, "superexec", address.host_port, secret, *trusted, **variables)


def _start_superexec(  # options and variables
    programs: Programs, name: str, host_port: str, secret: Path, *trust: str, **variables: str
) -> None:
    """Start what fetches tasks from a SuperLink or a SuperNode, who give them to nobody else."""
    programs.start(
        name,
        "flower-superexec",
        *("--runtime-api-address", host_port, "--parent-pid", str(os.getpid())),
        *("--superexec-auth-secret-file", str(secret)),
        *trust,
        **variables,
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

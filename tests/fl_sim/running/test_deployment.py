"""Deployments: what one types, what goes wrong, certificates. A real one: test_three_ways.py."""

import socket
import ssl
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from threading import Thread

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import load_ssh_private_key, load_ssh_public_key
from flwr.cli.utils import load_cli_auth_plugin_from_connection
from flwr.common.constant import ACCESS_TOKEN_KEY
from flwr.supercore.credential_store.file_credential_store import FileCredentialStore
from processes import PATIENCE

from fl_sim import record
from fl_sim.app.settings import Value, defaults
from fl_sim.cli import cli
from fl_sim.interrupted import place_of
from fl_sim.running import servers
from fl_sim.running.account import TokenPlugin, sign_in
from fl_sim.running.certificates import make_certificate, make_node_key
from fl_sim.running.deploy import command
from fl_sim.running.deployment import Local
from fl_sim.running.flower import HOST, FlowerError, Programs, free_port
from fl_sim.running.launch import choose, submit
from fl_sim.running.private import make_token, read_token
from fl_sim.running.servers import closed_ray, start_superlink
from fl_sim.running.superlink import Address
from fl_sim.running.target import LaunchError, StoppedError, Target

Command = Callable[..., CompletedProcess[str]]


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port on which somebody listens."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


# --- what one types


def test_a_superlink_is_asked_for_by_name_or_address(tmp_path: Path) -> None:
    assert choose("process", None, None, None, False) is None
    assert choose("superlink", "mine", None, None, False) == "mine"
    known = choose("superlink", None, "h:1", token_file=tmp_path)
    assert known == Address("h:1", token_file=tmp_path)
    assert choose("superlink", None, "h:1", tmp_path, False) == Address("h:1", tmp_path)
    assert choose("superlink", None, "h:1", None, True) == Address("h:1", insecure=True)


@pytest.mark.parametrize(
    ("on", "name", "address", "insecure", "problem"),
    [
        ("ray", None, "h:1", False, "need --on superlink"),
        ("process", None, None, True, "need --on superlink"),
        ("superlink", None, None, False, "either --superlink NAME or --address"),
        ("superlink", "mine", "h:1", False, "either --superlink NAME or --address"),
        ("superlink", "mine", None, True, "go with --address"),
        ("superlink", None, "h", False, "HOST:PORT, not 'h'"),
    ],
)
def test_options_that_contradict_one_another(
    on: str, name: str | None, address: str | None, insecure: bool, problem: str
) -> None:
    with pytest.raises(LaunchError, match=problem):
        choose(on, name, address, None, insecure)


@pytest.fixture
def send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Path, bool]]:
    """Return a function that submits a run, given what the SuperLink does with its folder."""

    def submit_(does: Callable[[Path], object], **target: bool) -> tuple[Path, bool]:
        def train(config: dict[str, Value], *_: object) -> None:
            does(Path(str(config["out"])))

        monkeypatch.setattr("fl_sim.running.deployment.train", train)
        return submit(defaults(), Target("far", tmp_path / "far", **target), "theirs")

    return submit_


def write(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "run.json.gz").write_text("{}")


def test_a_record_on_a_shared_disk_is_found(send: Callable[..., tuple[Path, bool]]) -> None:
    folder, here = send(write)
    assert (folder.name, here) == ("far", True)
    assert send(write, force=True) == (folder, True)


def test_an_old_record_is_not_taken_for_the_new_one(
    send: Callable[..., tuple[Path, bool]], tmp_path: Path
) -> None:
    write(tmp_path / "far")
    assert send(lambda _: None, force=True) == (tmp_path / "far", False)


def test_a_record_is_not_overwritten_unasked(
    send: Callable[..., tuple[Path, bool]], tmp_path: Path
) -> None:
    write(tmp_path / "far")
    with pytest.raises(LaunchError, match="holds a run already"):
        send(write)


def test_ctrl_c_says_how_to_go_on(send: Callable[..., tuple[Path, bool]]) -> None:
    def interrupt(folder: Path) -> None:
        (folder / "journal").mkdir(parents=True)
        (folder / "journal" / "journal.jsonl").touch()
        raise KeyboardInterrupt

    with pytest.raises(StoppedError, match="--resume"):
        send(interrupt)
    with pytest.raises(LaunchError, match="holds an interrupted run; go on with it by --resume"):
        send(write)
    assert send(write, resume=True)[1]


def test_a_record_elsewhere_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("fl_sim.running.deployment.train", lambda *_: None)
    far = ["run", "far", "--on", "superlink", "--superlink", "theirs", "--out", str(tmp_path / "x")]
    done = CliRunner().invoke(cli, far)
    assert done.exit_code == 0
    assert done.stdout == (
        f"far: complete. Its record is on the SuperLink's machine: {tmp_path / 'x'}\n"
    )


def test_nobody_listens_there(fl_sim: Command, tmp_path: Path) -> None:
    address = f"{HOST}:{free_port()}"
    done = fl_sim(
        *("run", "far", "--on", "superlink", "--address", address, "--insecure"),
        *("--out", str(tmp_path / "far")),
    )
    assert done.returncode == 2
    assert done.stderr.startswith("fl-sim: flwr run: Connection to the SuperLink is unavailable")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_taken_port_is_told_at_once(fl_sim: Command, taken: int) -> None:
    done = fl_sim("deploy", "--local", "2", "--port", str(taken))
    assert done.returncode == 2
    assert done.stderr == f"fl-sim: port {taken} is taken; choose another with --port\n"


def test_a_superlink_that_does_not_start_leaves_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    certificate.key.unlink()
    monkeypatch.setattr(servers, "make_certificate", lambda _: certificate)
    with (
        Programs(tmp_path) as programs,
        pytest.raises(FlowerError, match="superlink ended early") as told,
    ):
        start_superlink(programs, free_port(), tmp_path)
    kept = Path(str(told.value).rpartition("log: ")[2])
    try:
        assert "does not point to a file" in kept.read_text()
    finally:
        kept.unlink()


def test_the_command_that_is_told_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RUNS", tmp_path)
    (tmp_path / "mine").mkdir()
    place_of(tmp_path / "mine-2").mkdir()
    address = Address("h:1", Path("/k/ca.crt"), token_file=Path("/k/token"))
    words = command(Local(address, 2, Programs(tmp_path)), Path("/data/cifar10"))
    assert Path(words[0]).parent == Path(sys.executable).parent
    assert " ".join(words[1:]) == (
        "run mine-3 --on superlink --address h:1 --root-certificates /k/ca.crt "
        "--token-file /k/token --set num-partitions=2 --data /data/cifar10"
    )
    assert Path(words[0]).is_file()


# --- the owner's token


def test_only_who_knows_the_token_is_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenPlugin, "file", make_token(tmp_path / "token"), raising=False)
    plugin, token = TokenPlugin(), read_token(tmp_path / "token")
    assert len(token) == 43
    let_in, account = plugin.validate_tokens_in_metadata([(ACCESS_TOKEN_KEY, token)])
    assert (let_in, account is not None) == (True, True)
    for others in ([], [(ACCESS_TOKEN_KEY, "")], [(ACCESS_TOKEN_KEY, f"{token}x")]):
        assert plugin.validate_tokens_in_metadata(others) == (False, None)
    assert plugin.refresh_tokens([]) == (None, None)
    assert (plugin.get_login_details(), plugin.get_auth_tokens("")) == (None, None)


def test_flowers_command_line_finds_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(tmp_path, "h:1", "secret")
    store = FileCredentialStore(tmp_path / "credentials.yaml")
    monkeypatch.setattr("flwr.cli.auth_plugin.oidc_cli_plugin.get_credential_store", lambda: store)
    monkeypatch.setattr("flwr.cli.utils.get_credential_store", lambda: store)
    client = load_cli_auth_plugin_from_connection("h:1")
    client.load_tokens()
    assert dict(client.write_tokens_to_metadata([]))[ACCESS_TOKEN_KEY] == "secret"


def test_ray_is_closed_unless_a_cluster_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ray.token"
    assert closed_ray({"RAY_ADDRESS": "192.0.2.1:6379"}, file) == {}
    assert closed_ray({"RAY_AUTH_MODE": "disabled"}, file) == {}
    assert not file.exists()
    assert closed_ray({}, file) == {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(file),
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_users_own_command_line_is_signed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLWR_HOME", str(tmp_path))
    token = make_token(tmp_path / "token")
    done = CliRunner().invoke(cli, ["sign-in", "h:1", str(token)])
    assert (done.exit_code, done.stdout) == (0, "flwr sends the token to h:1\n")
    store = FileCredentialStore(tmp_path / "credentials.yaml")
    assert store.get("flower.account-auth.h:1.oidc-access-token") == token.read_bytes()


# --- certificates and keys


def test_a_client_trusts_the_certificate(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    at_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    at_server.load_cert_chain(certificate.public, certificate.key)
    at_client = ssl.create_default_context(cafile=certificate.public)
    at_client.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does by itself
    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(PATIENCE)

        def serve() -> None:
            with at_server.wrap_socket(listener.accept()[0], server_side=True) as served:
                served.sendall(b"hello")

        thread = Thread(target=serve)
        thread.start()
        plain = socket.create_connection(listener.getsockname(), timeout=PATIENCE)
        with at_client.wrap_socket(plain, server_hostname=HOST) as connection:
            assert connection.recv(5) == b"hello"
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_nodes_key_has_two_halves(tmp_path: Path) -> None:
    key = make_node_key(tmp_path, "node")
    private = load_ssh_private_key(key.private.read_bytes(), None)
    assert load_ssh_public_key(key.public.read_bytes()) == private.public_key()


def test_only_the_owner_can_read_a_key(tmp_path: Path) -> None:
    sign_in(tmp_path, "h:1", "secret")
    secrets = (
        make_certificate(tmp_path).key,
        make_node_key(tmp_path, "node").private,
        make_token(tmp_path / "token"),
        tmp_path / "credentials.yaml",
    )
    for path in secrets:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

"""A TLS certificate for this machine, and the keys by which SuperNodes prove who they are.

Each is written to a file that its owner alone can read. For machines that others reach, have the
certificates signed by an authority of your own.
"""

# ruff: noqa: PLC0415  # what comes with Flower is imported where it is used

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from fl_sim.running.private import write_private

VALIDITY = timedelta(days=30)
NAME = "localhost"
ADDRESSES = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """PEM files: a certificate that signs itself, which clients trust, and its key."""

    public: Path
    key: Path


@dataclass(frozen=True)
class NodeKey:
    """A SuperNode's key, both halves in the format of OpenSSH, as Flower wants them."""

    private: Path
    public: Path


def make_certificate(folder: Path) -> Certificate:
    """Write a certificate for this machine's loopback into ``folder``."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    addresses = [x509.IPAddress(ip_address(address)) for address in ADDRESSES]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME), *addresses]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )
    result = Certificate(folder / "server.crt", folder / "server.key")
    write_private(result.public, certificate.public_bytes(Encoding.PEM))
    write_private(result.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return result


def make_node_key(folder: Path, name: str) -> NodeKey:
    """Write a new key of a SuperNode into ``folder``."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = ec.generate_private_key(ec.SECP384R1())
    result = NodeKey(folder / name, folder / f"{name}.pub")
    write_private(
        result.private, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    )
    write_private(
        result.public, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    )
    return result

"""Certificates for TLS on this machine, and the keys by which SuperNodes prove who they are.

Each is written to a file that its owner alone can read. For machines that others reach, have the
certificates signed by an authority of your own.
"""

# ruff: noqa: PLC0415  # what comes with Flower is imported where it is used

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import CertificateBuilder

VALIDITY = timedelta(days=30)
NAMES = ("localhost",)
ADDRESSES = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificates:
    """PEM files: the authority's certificate, which clients trust, and the server's two halves."""

    authority: Path
    server: Path
    server_key: Path


@dataclass(frozen=True)
class NodeKey:
    """A SuperNode's key, both halves in the format of OpenSSH, as Flower wants them."""

    private: Path
    public: Path


def make_certificates(folder: Path) -> Certificates:
    """Write into ``folder`` an authority, and a certificate for this machine's loopback."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = [x509.DNSName(name) for name in NAMES]
    addresses = [x509.IPAddress(ip_address(address)) for address in ADDRESSES]
    authority = (
        _builder("fedreel authority", "fedreel authority")
        .public_key(authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    server = (
        _builder("localhost", "fedreel authority")
        .public_key(server_key.public_key())
        .add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    result = Certificates(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    _write(result.authority, authority.public_bytes(Encoding.PEM))
    _write(result.server, server.public_bytes(Encoding.PEM))
    _write(
        result.server_key,
        server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
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
    _write(result.private, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    _write(result.public, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    return result


def _builder(subject: str, issuer: str) -> "CertificateBuilder":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + VALIDITY)
    )


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)

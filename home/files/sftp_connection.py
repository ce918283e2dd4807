"""Connections to SFTP servers whose host key is known in advance. Reading and writing is left to paramiko."""

import io
import logging
from collections.abc import Callable, Container
from contextlib import suppress
from pathlib import Path
from typing import Any

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)
from paramiko.sftp import SFTPError

CONNECT_WITHIN, ANSWER_WITHIN, KEEP_ALIVE = 15, 120, 30  # seconds
PORT = 22
SFTP_ERRORS: tuple[type[Exception], ...] = (OSError, EOFError, paramiko.SSHException, SFTPError)

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it raises what it logs with tracebacks


class UnknownHostKey(Exception):
    """The server showed a host key that is not pinned; nothing was sent to it."""

    def __init__(self, host: str, key: paramiko.PKey):
        self.host, self.fingerprint, self.algorithm = host, key.fingerprint, key.get_name()
        super().__init__(f"{host} shows the host key {self.fingerprint} ({self.algorithm})")


class _PinnedHostKeys(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
    """Only the given host keys: no other server learns who we are."""

    def __init__(self, fingerprints: Container[str]):
        self.fingerprints = fingerprints

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        if key.fingerprint not in self.fingerprints:
            raise UnknownHostKey(hostname, key)


def open_ssh_client(
    host: str,
    port: int | None,
    user: str,
    *,
    host_keys: Container[str],
    key: paramiko.PKey | None = None,
    password: str | None = None,
    sock: Any = None,
) -> paramiko.SSHClient:
    """Connect and sign in with a key or a password. Raise UnknownHostKey before signing in, or ``SFTP_ERRORS``.

    ``host_keys``: fingerprints as ``SHA256:…``. ``sock``: a connection that is open already.
    """
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(_PinnedHostKeys(host_keys))
    try:
        client.connect(
            host,
            port or PORT,
            user,
            password=password,
            pkey=key,
            sock=sock,
            allow_agent=False,
            look_for_keys=False,
            timeout=CONNECT_WITHIN,
            banner_timeout=CONNECT_WITHIN,
            auth_timeout=CONNECT_WITHIN,
            channel_timeout=CONNECT_WITHIN,
        )
        client.get_transport().set_keepalive(KEEP_ALIVE)
    except BaseException:
        client.close()
        raise
    return client


def open_sftp(client: paramiko.SSHClient) -> paramiko.SFTPClient:
    """Open the file transfer of a connection. A server that is silent for two minutes raises."""
    sftp = client.open_sftp()
    sftp.get_channel().settimeout(ANSWER_WITHIN)
    return sftp


def replace_file(sftp: paramiko.SFTPClient, draft: str, name: str) -> None:
    """Rename ``draft`` to ``name``, over an older file."""
    try:
        sftp.posix_rename(draft, name)
    except FileNotFoundError:  # without a draft, the older file stays
        raise
    except OSError:  # an extension of OpenSSH; the standard's rename replaces nothing
        with suppress(FileNotFoundError):
            sftp.remove(name)
        sftp.rename(draft, name)


def without_errors(act: Callable[..., object], *args: Any) -> None:
    """Call ``act``, and end at an error of the connection."""
    with suppress(*SFTP_ERRORS):
        act(*args)


def load_private_key(path: Path) -> paramiko.PKey:
    """Return the private key of SSH in a file. Raise ValueError if it is none without a passphrase."""
    try:
        return paramiko.PKey.from_path(path)
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.UnknownKeyType) as error:
        raise ValueError(f"{path} is no private key of SSH without a passphrase") from error


def parse_private_key(text: str) -> paramiko.PKey:
    """Return the private key of SSH in a text. Raise ValueError if it is none without a passphrase."""
    data = text.strip().encode() + b"\n"
    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else load_pem_private_key
    try:
        found = load(data, password=None)
        pem = found.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("no private key of SSH without a passphrase") from error
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with suppress(paramiko.SSHException, ValueError, TypeError):
            return kind.from_private_key(io.StringIO(pem))
    raise ValueError("no private key of SSH that is supported")

"""A real OpenSSH server for one key, as an ordinary process on the loopback interface."""

import getpass
import os
import resource
import shutil
import socket
import subprocess
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from .programs import needs


@dataclass(frozen=True)
class SftpServer:
    """The address of a running server, and the file of the key that it accepts."""

    port: int
    key: Path
    host_key: str  # fingerprint
    log: Path

    def url(self, folder: Path | str, port: int | None = None) -> str:
        return f"sftp://{getpass.getuser()}@127.0.0.1:{port or self.port}{folder}"


def write_ssh_key(path: Path) -> str:
    """Write a new private key. Return its public one."""
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@contextmanager
def sftp_server(folder: Path, *, options: str = "", largest_file: int | None = None) -> Iterator[SftpServer]:
    """Run sshd within the block, with its files in ``folder``.

    ``options``: of its sftp-server. ``largest_file``: bytes after which each write fails, as on a full disk.
    """
    needs("sshd")
    public = write_ssh_key(folder / "host.key")
    (folder / "authorized").write_text(write_ssh_key(folder / "client.key"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (folder / "sshd.conf").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host.key\nAuthorizedKeysFile {folder}/authorized\n"
        "PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp {options}\n"
    )
    if os.getuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)  # it wants an empty folder there

    running = subprocess.Popen(
        [shutil.which("sshd"), "-D", "-E", folder / "log", "-f", folder / "sshd.conf"],
        restore_signals=False,  # SIGXFSZ stays ignored: the write fails instead of ending the process
    )
    if largest_file is not None:
        resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        _await_port(running, port, folder / "log")
        fingerprint = b64encode(sha256(b64decode(public.split()[1])).digest()).decode().rstrip("=")
        yield SftpServer(port, folder / "client.key", f"SHA256:{fingerprint}", folder / "log")
    finally:
        running.terminate()
        running.wait(10)


def _await_port(running: subprocess.Popen, port: int, log: Path) -> None:
    for _attempt in range(200):
        assert running.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(log.read_text())

"""Backups on an SFTP server.

paramiko is used directly: the storage of django-storages accepts any host key and writes under the final name.
"""

import logging
import posixpath
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from stat import S_ISDIR
from urllib.parse import SplitResult, unquote

import paramiko
from django.conf import settings
from django.core.files.base import File
from paramiko.sftp import SFTPError

from ..exceptions import BackupError
from .target_base import MAKE_ROOM, PART, BackupTarget, refuse_open_secret

CONNECT_WITHIN, ANSWER_WITHIN, KEEP_ALIVE = 15, 120, 30  # seconds
REQUESTS = 64  # of 32 kB that are on their way when a file is read
OF_HOME = "/~/"  # begins a folder below that of the user

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it raises what it logs with tracebacks


class PinnedHostKeys(paramiko.MissingHostKeyPolicy):
    """The host keys of ``BACKUP_HOST_KEY``: no other server gets a backup or learns who we are."""

    def missing_host_key(self, client, hostname, key):
        if key.fingerprint not in settings.BACKUP_HOST_KEY:
            raise BackupError(
                f"{hostname} shows the host key {key.fingerprint} ({key.get_name()}), which BACKUP_HOST_KEY does not "
                f"name. If its operator publishes the same, set BACKUP_HOST_KEY={key.fingerprint}; else do not use it."
            )


class SftpTarget(BackupTarget):
    """A folder of an SFTP server."""

    errors = (OSError, EOFError, paramiko.SSHException, SFTPError)

    def __init__(self, url: SplitResult):
        self.url = url
        path = unquote(url.path)
        self.folder = path.removeprefix(OF_HOME) if path.startswith(OF_HOME) else path

    @cached_property
    def sftp(self) -> paramiko.SFTPClient:
        """The connection, in the folder of the backups. Made when it is needed first."""
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(PinnedHostKeys())
        weakref.finalize(self, client.close)
        client.connect(
            self.url.hostname,
            self.url.port or paramiko.client.SSH_PORT,
            unquote(self.url.username),
            pkey=read_private_key(settings.BACKUP_SSH_KEY),
            allow_agent=False,
            look_for_keys=False,
            timeout=CONNECT_WITHIN,
            banner_timeout=CONNECT_WITHIN,
            auth_timeout=CONNECT_WITHIN,
            channel_timeout=CONNECT_WITHIN,
        )
        client.get_transport().set_keepalive(KEEP_ALIVE)
        sftp = client.open_sftp()
        sftp.get_channel().settimeout(ANSWER_WITHIN)
        try:
            sftp.chdir(self.folder)
        except FileNotFoundError as error:
            raise BackupError(
                f"{self.folder} is missing on {self.url.hostname}: create it, for {self.url.username} (mode 700)."
            ) from error
        return sftp

    # -- Files ---------------------------------------------------------------------------------------------
    def _open(self, name, mode="rb"):
        file = self.sftp.open(name)
        # The thread of paramiko would print a traceback; reading raises the same error.
        file._prefetch_thread = partial(without_errors, file._prefetch_thread)
        file.prefetch(max_concurrent_requests=REQUESTS)
        return File(file)

    def _save(self, name, content):
        draft = name + PART
        try:
            self.sftp.putfo(content, draft)
        except FileNotFoundError:
            self._make_folder(posixpath.dirname(name))
            self.sftp.putfo(content, draft)
        self.sftp.chmod(draft, 0o600)
        self._rename(draft, name)
        return name

    def _rename(self, draft: str, name: str) -> None:
        try:
            self.sftp.posix_rename(draft, name)
        except OSError:  # an extension of OpenSSH; the standard's rename replaces nothing
            self.delete(name)
            self.sftp.rename(draft, name)

    def _make_folder(self, folder: str) -> None:
        if folder and not self.exists(folder):
            self._make_folder(posixpath.dirname(folder))
            self.sftp.mkdir(folder, 0o700)

    def delete(self, name):
        with suppress(FileNotFoundError):
            self.sftp.remove(name)

    def exists(self, name):
        try:
            self.sftp.stat(name)
        except FileNotFoundError:
            return False
        return True

    def listdir(self, path):
        folders, files = [], []
        for entry in self.sftp.listdir_attr(path):
            (folders if S_ISDIR(entry.st_mode or 0) else files).append(entry.filename)
        return folders, files

    # -- Failures ------------------------------------------------------------------------------------------
    def advise(self, error):
        host = f"{self.url.hostname}:{self.url.port or paramiko.client.SSH_PORT}"
        if isinstance(error, paramiko.AuthenticationException):
            return f"add the public key of BACKUP_SSH_KEY to the authorized keys of {self.url.username} there"
        if isinstance(error, PermissionError):
            return f"give {self.folder} there to {self.url.username}"
        if isinstance(error, OSError) and error.errno is None and self._is_connected():
            # The protocol has one status for this and all else.
            return f"most often a disk or a quota is full: {MAKE_ROOM}"
        return f"see that this machine reaches {host} and stays connected"

    def _is_connected(self) -> bool:
        if (sftp := self.__dict__.get("sftp")) is None:
            return False
        channel = sftp.get_channel()
        return channel.get_transport().is_active() and not channel.closed


def without_errors(act: Callable[..., object], *args) -> None:
    """Call ``act``, and end at an error of the connection."""
    with suppress(*SftpTarget.errors):
        act(*args)


def read_private_key(name: str) -> paramiko.PKey:
    """Return the private key of SSH in the file ``name``."""
    if not name:
        raise BackupError("BACKUP_SSH_KEY is empty: name the file of the private key for the SFTP server.")
    path = Path(name)
    refuse_open_secret(path, "BACKUP_SSH_KEY")
    try:
        return paramiko.PKey.from_path(path)
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.UnknownKeyType) as error:
        raise BackupError(
            f"BACKUP_SSH_KEY: {path} is no private key of SSH without a passphrase: make one with "
            f"`ssh-keygen -t ed25519 -N '' -f {path}`."
        ) from error

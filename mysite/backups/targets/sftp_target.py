"""Backups on an SFTP server.

paramiko is used directly: the storage of django-storages accepts any host key and writes under the final name.
"""

import posixpath
import weakref
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from stat import S_ISDIR
from urllib.parse import SplitResult, unquote

import paramiko
from django.conf import settings
from django.core.files.base import File

from home.files.sftp_connection import (
    PORT,
    SFTP_ERRORS,
    UnknownHostKey,
    load_private_key,
    open_sftp,
    open_ssh_client,
    replace_file,
    without_errors,
)

from ..exceptions import BackupError
from .target_base import MAKE_ROOM, PART, BackupTarget, refuse_open_secret

REQUESTS = 64  # of 32 kB that are on their way when a file is read
OF_HOME = "/~/"  # begins a folder below that of the user


class SftpTarget(BackupTarget):
    """A folder of an SFTP server."""

    errors = SFTP_ERRORS

    def __init__(self, url: SplitResult):
        self.url = url
        path = unquote(url.path)
        self.folder = path.removeprefix(OF_HOME) if path.startswith(OF_HOME) else path

    @cached_property
    def sftp(self) -> paramiko.SFTPClient:
        """The connection, in the folder of the backups. Made when it is needed first."""
        client = self._connect()
        weakref.finalize(self, client.close)
        sftp = open_sftp(client)
        try:
            sftp.chdir(self.folder)
        except FileNotFoundError as error:
            raise BackupError(
                f"{self.folder} is missing on {self.url.hostname}: create it, for {self.url.username} (mode 700)."
            ) from error
        return sftp

    def _connect(self) -> paramiko.SSHClient:
        """Sign in at the server of ``BACKUP_HOST_KEY``: no other one gets a backup or learns who we are."""
        try:
            return open_ssh_client(
                self.url.hostname,
                self.url.port,
                unquote(self.url.username),
                host_keys=settings.BACKUP_HOST_KEY,
                key=read_private_key(settings.BACKUP_SSH_KEY),
            )
        except UnknownHostKey as error:
            raise BackupError(
                f"{error}, which BACKUP_HOST_KEY does not name. If its operator publishes the same, set "
                f"BACKUP_HOST_KEY={error.fingerprint}; else do not use it."
            ) from None

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
        replace_file(self.sftp, draft, name)
        return name

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
        host = f"{self.url.hostname}:{self.url.port or PORT}"
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


def read_private_key(name: str) -> paramiko.PKey:
    """Return the private key of SSH in the file ``name``."""
    if not name:
        raise BackupError("BACKUP_SSH_KEY is empty: name the file of the private key for the SFTP server.")
    path = Path(name)
    refuse_open_secret(path, "BACKUP_SSH_KEY")
    try:
        return load_private_key(path)
    except ValueError as error:
        raise BackupError(
            f"BACKUP_SSH_KEY: {error}: make one with `ssh-keygen -t ed25519 -N '' -f {path}`."
        ) from error

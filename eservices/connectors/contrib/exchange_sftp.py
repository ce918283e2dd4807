"""Exchange of files on an SFTP server, whose host key is pinned. We sign in with a key or a password."""

import posixpath
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from stat import S_ISREG
from typing import Any

import paramiko
from django.conf import settings
from django.utils.translation import gettext as _

from home.files.sftp_connection import (
    CONNECT_WITHIN,
    PORT,
    SFTP_ERRORS,
    UnknownHostKey,
    open_sftp,
    open_ssh_client,
    parse_private_key,
    replace_file,
)
from home.web.http_client import InternalAddress, connect

from ..business_system import SystemRefused, SystemUnreachable
from ..configuration import Configuration
from .file_exchange import FileEntry, FileExchange

FINGERPRINT = "SHA256:"


class SftpArea:
    """Files below a folder of the server. The connection is made when it is needed first."""

    def __init__(self, host: str, port: int, user: str, folder: str, **credentials: Any):
        self.host, self.port, self.user, self.folder = host, port, user, folder
        self.credentials = credentials
        self.client: paramiko.SSHClient | None = None

    @cached_property
    def sftp(self) -> paramiko.SFTPClient:
        """The connection, in the configured folder."""
        try:
            sock = connect(self.host, self.port, CONNECT_WITHIN, settings.EXCHANGE_INTERNAL_HOSTS)
        except InternalAddress as fault:
            raise SystemRefused(
                _("%(host)s is in an internal network: the operator may allow it by EXCHANGE_INTERNAL_HOSTS.")
                % {"host": self.host}
            ) from fault
        try:
            self.client = open_ssh_client(self.host, self.port, self.user, sock=sock, **self.credentials)
        except UnknownHostKey as fault:
            raise SystemRefused(
                _("%(host)s shows another host key than configured: %(fingerprint)s.")
                % {"host": self.host, "fingerprint": fault.fingerprint}
            ) from fault
        except paramiko.AuthenticationException as fault:
            raise SystemRefused(_("The server refuses our key or password.")) from fault
        sftp = open_sftp(self.client)
        try:
            sftp.chdir(self.folder)
        except FileNotFoundError as fault:
            raise SystemRefused(
                _("The folder %(folder)s is missing there.") % {"folder": self.folder}
            ) from fault
        return sftp

    def entries(self, folder: str) -> list[FileEntry]:
        with self._failures():
            try:
                found = self.sftp.listdir_attr(folder)
            except FileNotFoundError:
                return []
            return [
                FileEntry(one.filename, one.st_size or 0, one.st_mtime or 0)
                for one in found
                if S_ISREG(one.st_mode or 0)
            ]

    def read(self, path: str, most: int) -> bytes | None:
        with self._failures():
            try:
                if not S_ISREG(self.sftp.lstat(path).st_mode or 0):
                    return None
                with self.sftp.open(path, "rb") as file:
                    return file.read(most)
            except FileNotFoundError:
                return None

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        with self._failures():
            size = 0
            with self.sftp.open(path, "wb") as file:
                file.set_pipelined(True)
                for chunk in chunks:
                    file.write(chunk)
                    size += len(chunk)
            if self.sftp.stat(path).st_size != size:
                raise SystemUnreachable(_("The server has stored the file incompletely."))

    def claim(self, path: str, content: bytes) -> bool:
        folder, name = posixpath.split(path)
        draft = f"{folder}/.{name}-{secrets.token_hex(4)}.unfinished"
        self.write(draft, [content])
        with self._failures():
            try:
                self.sftp.rename(draft, path)  # replaces nothing, unlike the extension of OpenSSH
            except OSError:
                with suppress(FileNotFoundError):
                    self.sftp.remove(draft)
                if self._is_there(path):
                    return False
                raise
        return True

    def move(self, path: str, target: str) -> None:
        with self._failures():
            replace_file(self.sftp, path, target)

    def delete(self, path: str) -> None:
        with self._failures(), suppress(FileNotFoundError):
            self.sftp.remove(path)

    def make_folder(self, path: str) -> None:
        with self._failures():
            if not self._is_there(path):
                self.sftp.mkdir(path)

    def close(self) -> None:
        if self.client:
            self.client.close()

    def _is_there(self, path: str) -> bool:
        try:
            self.sftp.stat(path)
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (*SFTP_ERRORS, UnicodeError) as fault:  # paramiko reads names of files as UTF-8 only
            raise SystemUnreachable(f"{self.host}: {type(fault).__name__}: {fault}") from fault


class ExchangeSftp(FileExchange):
    """Files in a folder of an SFTP server."""

    def __init__(self, values: Mapping[str, Any]):
        configuration = Configuration(values)
        super().__init__(configuration)
        host = configuration.text("host", required=True, most=253).lower()
        port = configuration.number("port", PORT, 1, 65_535)
        user = configuration.text("user", required=True, most=100)
        folder = configuration.text("folder", ".", most=500)
        host_keys = configuration.text("host_key", required=True).replace(",", " ").split()
        if not all(one.startswith(FINGERPRINT) for one in host_keys):
            configuration.refuse("host_key", _("Enter the fingerprint of the server's key, as SHA256:…"))
        password = configuration.text("password")
        key = None
        if secret := configuration.text("private_key", most=20_000):
            try:
                key = parse_private_key(secret)
            except ValueError:
                configuration.refuse("private_key", _("This is no private key of SSH without a passphrase."))
        elif not password:
            configuration.refuse("private_key", _("Enter a private key or a password."))
        configuration.check()
        credentials = {"host_keys": host_keys, "key": key, "password": password or None}
        self.area = SftpArea(host, port, user, folder, **credentials)

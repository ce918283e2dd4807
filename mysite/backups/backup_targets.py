"""Places of backups by the scheme of their address: a folder, an SFTP server or S3."""

import os
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from .exceptions import BackupError
from .target_base import PART, BackupTarget


class FolderTarget(BackupTarget, FileSystemStorage):
    """A folder. A file appears under its name once it is complete and on the disk."""

    def __init__(self, path: str):
        super().__init__(
            location=path,
            allow_overwrite=True,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )

    def _save(self, name, content):
        draft = super()._save(name + PART, content)
        with open(self.path(draft), "rb") as file:
            os.fsync(file.fileno())
        os.replace(self.path(draft), self.path(name))
        return name


def _folder(url: SplitResult) -> BackupTarget:
    path = Path(unquote(url.path))
    if not path.is_dir():
        raise BackupError(f"{path} is missing: mount or create it, for the user of the site (mode 700).")
    return FolderTarget(str(path))


# Each library is imported by those who use it: they take 30 MB.
def _sftp(url: SplitResult) -> BackupTarget:
    from .sftp_target import SftpTarget

    return SftpTarget(url)


def _s3(url: SplitResult) -> BackupTarget:
    from .s3_target import S3Target

    return S3Target(url)


TARGETS = {"file": _folder, "sftp": _sftp, "s3": _s3}


def configured_target() -> BackupTarget:
    """Return the place of ``settings.BACKUP_URL``. Raise ``BackupError`` if there is none."""
    if not settings.BACKUP_URL:
        raise BackupError("BACKUP_URL is empty: name a place for backups, such as file:///srv/backup.")
    return open_target(settings.BACKUP_URL)


def open_target(address: str) -> BackupTarget:
    url = urlsplit(address)
    if url.scheme not in TARGETS:
        raise BackupError(
            f"{url.scheme or address}: backups go to {', '.join(f'{one}://' for one in TARGETS)}."
        )
    return TARGETS[url.scheme](url)

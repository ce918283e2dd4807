"""Places of backups by the scheme of their address: a folder, an SFTP server or S3."""

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from .exceptions import BackupError
from .targets.folder_target import FolderTarget
from .targets.target_base import BackupTarget


def _folder(url: SplitResult) -> BackupTarget:
    path = Path(unquote(url.path))
    if not path.is_dir():
        raise BackupError(f"{path} is missing: mount or create it, for the user of the site (mode 700).")
    return FolderTarget(str(path))


# Each library is imported by those who use it: they take 30 MB.
def _sftp(url: SplitResult) -> BackupTarget:
    from .targets.sftp_target import SftpTarget

    return SftpTarget(url)


def _s3(url: SplitResult) -> BackupTarget:
    from .targets.s3_target import S3Target

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

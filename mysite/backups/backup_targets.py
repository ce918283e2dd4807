"""Places of backups: a folder, an SFTP server or S3, each as a storage of Django."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage

from .exceptions import BackupError

PART = ".part"  # of a file that is not written completely


class FolderTarget(FileSystemStorage):
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


def _folder(url: SplitResult) -> Storage:
    path = Path(unquote(url.path))
    if not path.is_dir():
        raise BackupError(f"{path} is missing: mount or create it, for the user of the site (mode 700).")
    return FolderTarget(str(path))


TARGETS = {"file": _folder}


def configured_target() -> Storage:
    """Return the place of ``settings.BACKUP_URL``. Raise ``BackupError`` if there is none."""
    if not settings.BACKUP_URL:
        raise BackupError("BACKUP_URL is empty: name a place for backups, such as file:///srv/backup.")
    return open_target(settings.BACKUP_URL)


def open_target(address: str) -> Storage:
    url = urlsplit(address)
    if url.scheme not in TARGETS:
        raise BackupError(
            f"{url.scheme or address}: backups go to {', '.join(f'{one}://' for one in TARGETS)}."
        )
    return TARGETS[url.scheme](url)


@contextmanager
def target_errors() -> Iterator[None]:
    """Raise ``BackupError`` if the place fails. A missing file stays a ``FileNotFoundError``."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        advice = "make room there, or retain fewer backups (BACKUP_KEEP)" if full else "see BACKUP_URL"
        raise BackupError(
            f"The place of the backups failed ({error}): {advice}. Earlier backups are intact."
        ) from error

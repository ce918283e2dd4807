"""Interface of a place of backups, and what all of them share."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import Storage

from home.web.error_messages import describe_error

from ..exceptions import BackupError

PART = ".part"  # of a file that is not written completely
MAKE_ROOM = "make room there, or retain fewer backups (BACKUP_KEEP)"


class BackupTarget(Storage):
    """A place of backups, as a storage of Django.

    A file appears under its name once it is complete, and replaces another one. ``open`` raises ``FileNotFoundError``
    if it is missing; all other failures are among ``errors``.
    """

    errors: tuple[type[Exception], ...] = (OSError,)

    def get_available_name(self, name, max_length=None):
        return name

    def advise(self, error: Exception) -> str:
        """Return what the operator can do about a failure, as a part of a sentence."""
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        return MAKE_ROOM if full else "see BACKUP_URL"

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Raise ``BackupError`` if the place fails. A missing file stays a ``FileNotFoundError``."""
        try:
            yield
        except FileNotFoundError:
            raise
        except self.errors as error:
            what = " ".join(describe_error(error).split()).removeprefix("[Errno None] ")
            raise BackupError(
                f"The place of the backups failed ({what}): {self.advise(error)}. Earlier backups are intact."
            ) from error


def refuse_open_secret(path: Path, variable: str) -> None:
    """Raise ``BackupError`` if the file of a secret is missing, or if everybody on this machine can read it."""
    try:
        open_to_all = path.stat().st_mode & 0o007
    except OSError as error:
        raise BackupError(
            f"{variable}: {path} cannot be read ({error.strerror}): name a file that the user of the site can read."
        ) from error
    if open_to_all:
        raise BackupError(f"{variable}: everybody on this machine can read {path}: run `chmod o= {path}`.")

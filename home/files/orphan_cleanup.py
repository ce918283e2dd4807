"""Cleanup of files without a row, left in a storage by a process that was killed between writing the two."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.core.files.storage import Storage

FOLDERS = 256  # named by two hexadecimal digits, below the app's folder
LOOK_EVERY = 15  # seconds, the interval of the scheduler


def delete_orphans(
    storage: Storage,
    root: str,
    now: datetime,
    before: datetime,
    without_row: Callable[[str, list[str]], Iterable[str]],
) -> None:
    """Delete files below ``root`` that are older than ``before`` and belong to no row.

    ``without_row`` returns, for a folder and its names, the names without a row. One folder per call: all folders are
    covered within about an hour.
    """
    folder = f"{root}/{int(now.timestamp()) // LOOK_EVERY % FOLDERS:02x}"
    for name in without_row(folder, _listed(storage, folder)):
        path = f"{folder}/{name}"
        if storage.get_modified_time(path) < before:
            storage.delete(path)


def _listed(storage: Storage, folder: str) -> list[str]:
    try:
        return storage.listdir(folder)[1]
    except FileNotFoundError:
        return []

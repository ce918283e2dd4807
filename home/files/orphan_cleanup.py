"""Files without a row: what a process leaves in a storage that was killed between the one and the other."""

from collections.abc import Callable, Iterable
from datetime import datetime

FOLDERS = 256  # of two hexadecimal digits, below the one folder of an app
LOOK_EVERY = 15  # seconds, as often as the scheduler looks


def delete_orphans(
    storage,
    root: str,
    now: datetime,
    before: datetime,
    without_row: Callable[[str, list[str]], Iterable[str]],
) -> None:
    """Deletes what lies below ``root`` since ``before`` and belongs to nothing, as ``without_row`` says of the
    names in a folder. One folder at each look: all are seen within an hour or so.
    """
    folder = f"{root}/{int(now.timestamp()) // LOOK_EVERY % FOLDERS:02x}"
    for name in without_row(folder, _listed(storage, folder)):
        path = f"{folder}/{name}"
        if storage.get_modified_time(path) < before:
            storage.delete(path)


def _listed(storage, folder: str) -> list[str]:
    try:
        return storage.listdir(folder)[1]
    except FileNotFoundError:
        return []

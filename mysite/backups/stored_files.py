"""The stored files that belong to a backup."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage, storages
from django.db.models import FileField

from .exceptions import BackupError


def file_sources() -> dict[str, Storage]:
    """Return the storages of a backup by name.

    ``ged``: only if the document management is a folder. ``seal``: the key that the site made for itself. A bought key
    is the operator's, like the environment.
    """
    found = {
        "media": default_storage,
        "private": storages["private"],
        "seal": closed_folder(settings.VAR_DIR / "seal"),
    }
    ged = urlsplit(settings.GED_URL)
    if ged.scheme == "directory":
        found["ged"] = closed_folder(Path(unquote(ged.path)))
    return found


def closed_folder(path: Path) -> FileSystemStorage:
    """Return a folder whose files only this user can read."""
    return FileSystemStorage(location=path, file_permissions_mode=0o600, directory_permissions_mode=0o700)


def walk_files(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all files. A folder that disappears meanwhile has none."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        yield posixpath.join(folder, name)
    for name in sorted(folders):
        yield from walk_files(storage, posixpath.join(folder, name))


def save_under_name(storage: Storage, name: str, content: File) -> None:
    """Store a file. Raise ``BackupError`` if the storage gives it another name."""
    if (given := storage.save(name, content)) != name:
        storage.delete(given)
        raise BackupError(f"{name} cannot be stored under its name: look at its folder, then run it again.")


def source_of(field: FileField) -> str | None:
    """Return the source in which the files of a model's field are; None if it is in none of them."""
    for source, storage in file_sources().items():
        if field.storage is storage or _location(field.storage) == _location(storage) != "":
            return source
    return None


def _location(storage: Storage) -> str:
    return storage.location if isinstance(storage, FileSystemStorage) else ""

"""Layout of backups at their place.

``backups/NAME.json`` lists the objects of a backup and is written last: without it a backup is not complete.
``backups/NAME.database.age`` and ``NAME.manifest.age`` are its parts, ``objects/`` the files of all backups, each once.
Names of objects are keyed hashes: the place learns neither names nor contents.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .backup_targets import configured_target
from .encryption import Damaged, decrypt_stream, encrypt_stream
from .exceptions import BackupError
from .stored_files import walk_files
from .targets.target_base import PART, BackupTarget

FORMAT = 1
NAME, NAMED = re.compile(r"\d{8}T\d{12}Z"), "%Y%m%dT%H%M%S%fZ"
IN_MEMORY = 8 * 1024 * 1024  # bytes; larger objects wait on the disk


def create_name() -> str:
    """Return the name of a new backup. Names sort by time."""
    return timezone.now().astimezone(UTC).strftime(NAMED)


def backup_time(name: str) -> datetime:
    return datetime.strptime(name, NAMED).replace(tzinfo=UTC)


def object_name(digest: str, recipients: str) -> str:
    """Return the name of the object of a file with this SHA-256, encrypted for these public keys.

    Other keys make other objects, so that each backup can be opened with the keys of its time.
    """
    keyed = salted_hmac("mysite.backups.objects", f"{digest} {recipients}", algorithm="sha256").hexdigest()
    return f"{keyed[:2]}/{keyed[2:]}"


class BackupStore:
    """The backups at one place. Its errors are ``BackupError``."""

    def __init__(self, target: BackupTarget | None = None):
        self.target = target or configured_target()

    # -- Backups -------------------------------------------------------------------------------------------
    def list_complete(self) -> list[str]:
        """Return the names of the complete backups, the newest first."""
        names = (name.removesuffix(".json") for name in self._list("backups")[1] if name.endswith(".json"))
        return sorted(filter(NAME.fullmatch, names), reverse=True)

    def choose(self, name: str) -> str:
        """Return the backup ``name``; the newest for ""."""
        if not (names := self.list_complete()):
            raise BackupError("There is no complete backup here: is BACKUP_URL right?")
        if name and name not in names:
            raise BackupError(
                f"There is no complete backup {name} here. `manage.py restore --list` lists all."
            )
        return name or names[0]

    def read_index(self, name: str) -> dict:
        """Return the index of a backup."""
        try:
            with self.target.failures(), self.target.open(f"backups/{name}.json") as file:
                index = json.load(file)
            if not (isinstance(index["objects"], list) and isinstance(index["format"], int)):
                raise TypeError
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError(
                f"The index of backup {name} is damaged: take another (restore --list)."
            ) from error
        if index["format"] > FORMAT:
            raise BackupError(
                f"Backup {name} was made by a newer release: install that release, then restore."
            )
        return index

    def write_index(self, name: str, objects: Iterable[str]) -> None:
        """Complete a backup."""
        text = json.dumps({"format": FORMAT, "objects": sorted(objects)}, separators=(",", ":"))
        self._save(f"backups/{name}.json", ContentFile(text.encode()))

    def remove(self, name: str) -> None:
        """Delete a backup. Its objects stay until ``remove_unused``."""
        with self.target.failures():
            self.target.delete(f"backups/{name}.json")  # first: what follows is incomplete
            for part in ("database", "manifest"):
                self.target.delete(f"backups/{name}.{part}.age")

    def remove_unused(self) -> int:
        """Delete what no complete backup needs, such as the rest of an interrupted one. Return the number."""
        names = self.list_complete()
        needed = {f"objects/{one}.age" for name in names for one in self.read_index(name)["objects"]}
        needed |= {f"backups/{name}.{part}.age" for name in names for part in ("database", "manifest")}
        needed |= {f"backups/{name}.json" for name in names}
        removed = 0
        with self.target.failures():
            for folder in ("objects", "backups"):
                for name in list(walk_files(self.target, folder)):
                    if name not in needed:
                        self.target.delete(name)
                        removed += 1
        return removed

    # -- Objects -------------------------------------------------------------------------------------------
    def list_objects(self) -> set[str]:
        """Return the names of all objects that are there."""
        with self.target.failures():
            found = list(walk_files(self.target, "objects"))
        return {
            name.removeprefix("objects/").removesuffix(".age") for name in found if not name.endswith(PART)
        }

    def write(self, name: str, source: BinaryIO) -> int:
        """Encrypt ``source`` and store it. Return its size there."""
        with SpooledTemporaryFile(IN_MEMORY, dir=settings.VAR_DIR) as packed:
            encrypt_stream(source, packed)
            size = packed.tell()
            packed.seek(0)
            self._save(f"{name}.age", File(packed))
        return size

    def _save(self, name: str, content: File) -> None:
        """Write a file. Those of a backup replace nothing."""
        with self.target.failures():
            if name.startswith("backups/") and self.target.exists(name):
                raise BackupError(
                    f"{name} is there already, and no backup is overwritten: is the clock of this machine right?"
                )
            self.target.save(name, content)

    def read(self, name: str, write: Callable[[bytes], object], keys) -> None:
        """Decrypt an object into ``write``. Raise ``Damaged`` if it is missing or not intact."""
        try:
            with self._opened(f"{name}.age") as source:
                decrypt_stream(source, write, keys)
        except FileNotFoundError as error:
            raise Damaged("it is missing") from error

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        with SpooledTemporaryFile(IN_MEMORY, dir=settings.VAR_DIR) as fetched:
            with self.target.failures(), self.target.open(name) as source:
                for block in source.chunks():
                    fetched.write(block)
            fetched.seek(0)
            yield fetched

    def _list(self, folder: str) -> tuple[list[str], list[str]]:
        try:
            with self.target.failures():
                return self.target.listdir(folder)
        except FileNotFoundError:
            return [], []

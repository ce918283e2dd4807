"""Exchange of files in a folder on disk, below ``EXCHANGE_ROOT``, which the operator shares with the other system."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from ..business_system import SystemUnreachable
from ..configuration import Configuration
from .file_exchange import FileEntry, FileExchange

FOLDER_MODE, FILE_MODE = 0o770, 0o660  # the other system reads and moves files by its group


class FolderArea:
    """Files below a folder. Links are not followed."""

    def __init__(self, root: Path):
        self.root = root

    def entries(self, folder: str) -> list[FileEntry]:
        with _failures():
            try:
                found = list(os.scandir(self.root / folder))
            except FileNotFoundError:
                return []
            return [entry for one in found if (entry := _file_entry(one))]

    def read(self, path: str, most: int) -> bytes | None:
        with _failures():
            try:
                handle = os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            except FileNotFoundError:
                return None
            with open(handle, "rb") as file:
                return file.read(most) if stat.S_ISREG(os.fstat(handle).st_mode) else None

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        target = self.root / path
        with _failures(), open(target, "wb", opener=_open_without_link) as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), FILE_MODE)

    def claim(self, path: str, content: bytes) -> bool:
        target = self.root / path
        draft = target.with_name(f".{target.name}-{os.getpid()}-{os.urandom(4).hex()}")
        self.write(str(draft.relative_to(self.root)), [content])
        with _failures():
            try:
                os.link(draft, target)
            except FileExistsError:
                return False
            finally:
                draft.unlink(missing_ok=True)
            _sync_folder(target.parent)
        return True

    def move(self, path: str, target: str) -> None:
        with _failures():
            (self.root / path).replace(self.root / target)
            _sync_folder((self.root / target).parent)

    def delete(self, path: str) -> None:
        with _failures():
            (self.root / path).unlink(missing_ok=True)

    def make_folder(self, path: str) -> None:
        folder = self.root / path
        if folder.is_dir():
            return
        with _failures():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(FOLDER_MODE)

    def close(self) -> None:
        """Do nothing: a folder has no connection."""


class ExchangeFolder(FileExchange):
    """Files in a folder on disk."""

    def __init__(self, values: Mapping[str, Any]):
        configuration = Configuration(values)
        super().__init__(configuration)
        folder = configuration.text("folder", required=True, most=200)
        root = Path(settings.EXCHANGE_ROOT) if settings.EXCHANGE_ROOT else None
        if root is None:
            configuration.refuse(
                "folder", _("The operator has set no EXCHANGE_ROOT: files are not exchanged.")
            )
        elif not (root / folder).resolve().is_relative_to(root.resolve()):
            configuration.refuse("folder", _("The folder must be below EXCHANGE_ROOT."))
        configuration.check()
        self.area = FolderArea((root or Path()) / folder)


def _file_entry(found: os.DirEntry[str]) -> FileEntry | None:
    """Return a regular file; None for anything else, and if the other system has taken it away meanwhile."""
    try:
        about = found.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return FileEntry(found.name, about.st_size, about.st_mtime) if stat.S_ISREG(about.st_mode) else None


def _open_without_link(path: str, flags: int) -> int:
    """Open a file, and fail if it is a link: the other system may write in our folders."""
    return os.open(path, flags | os.O_NOFOLLOW, FILE_MODE)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise SystemUnreachable(f"{fault.strerror or fault}: {fault.filename or ''}") from fault


def _sync_folder(folder: Path) -> None:
    """Write the entries of a folder to disk, so that a rename survives a power failure."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

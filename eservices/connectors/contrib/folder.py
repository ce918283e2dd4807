"""A document store in a folder on disk, which a backup or another program reads: ``directory:///srv/ged``."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import SplitResult, unquote

from ..document_store import CHUNK, StoreUnreachable, partial_path

# The program that collects the files reads them by its group; others have no access.
FOLDER_MODE, FILE_MODE = 0o750, 0o640


class FolderStore:
    def __init__(self, url: SplitResult):
        self.root = Path(unquote(url.path))

    def claim(self, folder: str) -> bool:
        path = self.root / folder
        try:
            self._make(path.parent)
            path.mkdir()
            path.chmod(FOLDER_MODE)
        except FileExistsError:
            return False
        except OSError as fault:
            raise StoreUnreachable(str(fault)) from fault
        return True

    def write(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        target = self.root / path
        begun = self.root / partial_path(path)
        try:
            self._make(target.parent)
            with open(begun, "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            begun.chmod(FILE_MODE)
            begun.replace(target)
        except OSError as fault:
            raise StoreUnreachable(str(fault)) from fault

    def read(self, path: str) -> Iterator[bytes]:
        try:
            with open(self.root / path, "rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as fault:
            raise StoreUnreachable(str(fault)) from fault

    def probe(self) -> None:
        try:
            self._make(self.root)
            trial = self.root / f".probe-{os.getpid()}"
            trial.touch()
            trial.unlink()
        except OSError as fault:
            raise StoreUnreachable(str(fault)) from fault

    def _make(self, folder: Path) -> None:
        """Create the folder and its parents below the root, readable by the group."""
        if folder.is_dir():
            return
        if folder != self.root:
            self._make(folder.parent)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)

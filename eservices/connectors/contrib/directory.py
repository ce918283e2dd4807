"""A folder on disk, which a backup or another program picks up: ``directory:///srv/ged``."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import SplitResult, unquote

from ..ged import CHUNK, Unreachable, unfinished


class Directory:
    def __init__(self, url: SplitResult):
        self.root = Path(unquote(url.path))

    def claim(self, folder: str) -> bool:
        path = self.root / folder
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir()
        except FileExistsError:
            return False
        except OSError as fault:
            raise Unreachable(str(fault)) from fault
        return True

    def write(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        target = self.root / path
        begun = self.root / unfinished(path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(begun, "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            begun.replace(target)
        except OSError as fault:
            raise Unreachable(str(fault)) from fault

    def read(self, path: str) -> Iterator[bytes]:
        try:
            with open(self.root / path, "rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as fault:
            raise Unreachable(str(fault)) from fault

    def probe(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            trial = self.root / f".probe-{os.getpid()}"
            trial.touch()
            trial.unlink()
        except OSError as fault:
            raise Unreachable(str(fault)) from fault

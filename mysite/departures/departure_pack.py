"""The file or folder of a departure: written under another name until it is complete, and opened again.

It is a folder, or that folder as a TAR encrypted with age, which is written as a stream: nothing readable reaches the
disk outside of this installation.
"""

import os
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from ..backups.creation import BLOCK, DigestReader
from ..backups.encryption import Damaged, decrypt_stream, encrypt_stream
from .exceptions import DepartureError

PART = ".part"


class DeparturePack:
    """A departure while it is written. ``files``: SHA-256 and size of what was added, by name."""

    def __init__(self) -> None:
        self.files: dict[str, list] = {}

    def add(self, name: str, content: BinaryIO) -> None:
        """Add a file, whose content is read once from its beginning."""
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        reader = DigestReader(content)
        self._write(name, reader, size)
        self.files[name] = [reader.digest.hexdigest(), size]

    def _write(self, name: str, content: DigestReader, size: int) -> None:
        raise NotImplementedError


class FolderPack(DeparturePack):
    """A folder of which everybody who may enter it can read everything."""

    def __init__(self, folder: Path):
        super().__init__()
        self.folder = folder
        folder.mkdir(mode=0o700)

    def _write(self, name: str, content: DigestReader, size: int) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(content, file, BLOCK)


class TarPack(DeparturePack):
    """A TAR file, written to a stream."""

    def __init__(self, stream: BinaryIO):
        super().__init__()
        self.tar = tarfile.TarFile.open(fileobj=stream, mode="w|")

    def _write(self, name: str, content: DigestReader, size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self.tar.addfile(entry, content)


# -- Writing -------------------------------------------------------------------------------------------------
@contextmanager
def new_folder(target: Path) -> Iterator[FolderPack]:
    """Yield a departure that becomes the folder ``target`` at the end of the block; nothing if it raises."""
    draft = _draft_of(target)
    try:
        yield FolderPack(draft)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def new_encrypted_file(target: Path, recipients: Sequence) -> Iterator[TarPack]:
    """Yield a departure that becomes the encrypted file ``target`` at the end of the block; nothing if it raises."""
    draft = _draft_of(target)
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with _encrypted(file, recipients) as stream:
                pack = TarPack(stream)
                try:
                    yield pack
                except BaseException:
                    with suppress(OSError):  # open, it would print an error when it is deleted
                        pack.tar.close()
                    raise
                pack.tar.close()
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def _draft_of(target: Path) -> Path:
    """Return the name until it is complete. Delete what an interrupted process left there."""
    if target.exists():
        raise DepartureError(f"{target} exists already, and nothing is overwritten: choose another name.")
    draft = target.with_name(target.name + PART)
    if draft.is_dir():
        shutil.rmtree(draft)
    draft.unlink(missing_ok=True)
    return draft


@contextmanager
def _encrypted(target: BinaryIO, recipients: Sequence) -> Iterator[BinaryIO]:
    """Yield a file whose content is encrypted into ``target`` by another thread, as it is written."""
    with _Pump(lambda source: encrypt_stream(source, target, recipients)) as stream:
        yield stream


class _Pump:
    """A pipe, of which a thread reads what the block writes. The block fails if the thread does."""

    def __init__(self, read):
        incoming, outgoing = os.pipe()
        self.stream, self.error = os.fdopen(outgoing, "wb"), None
        self.source, self.read = os.fdopen(incoming, "rb"), read
        self.thread = Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.read(self.source)
        except Exception as error:
            self.error = error
        finally:
            self.source.close()  # the writer gets a BrokenPipeError

    def __enter__(self) -> BinaryIO:
        self.thread.start()
        return self.stream

    def __exit__(self, kind, error, traceback) -> None:
        with suppress(BrokenPipeError):
            self.stream.close()
        self.thread.join()
        if self.error and (error is None or isinstance(error, BrokenPipeError)):
            raise self.error


# -- Reading -------------------------------------------------------------------------------------------------
@contextmanager
def opened_departure(path: Path, keys: Sequence, work: Path) -> Iterator[Path]:
    """Yield the folder of a departure. An encrypted one is unpacked into ``work``."""
    if path.is_dir():
        yield path
        return
    if path.name.endswith(PART) or not path.is_file():
        raise DepartureError(f"{path} is no departure: name its folder, or its file (….tar.age).")
    if not keys:
        raise DepartureError(f"{path} is encrypted: name the file of the private key with --identity.")
    folder = work / "departure"
    folder.mkdir(mode=0o700)
    try:
        with open(path, "rb") as source, _Pump(lambda tar: _unpack(tar, folder)) as stream:
            decrypt_stream(source, stream.write, keys)
    except (Damaged, tarfile.TarError) as error:
        raise DepartureError(f"{path} is damaged or incomplete: {error}. Copy it again.") from error
    yield folder


def _unpack(stream: BinaryIO, folder: Path) -> None:
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        tar.extractall(folder, filter="data")
    while stream.read(BLOCK):  # what follows the end of a TAR
        pass

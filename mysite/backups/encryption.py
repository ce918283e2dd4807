"""Encryption of backups with age (https://age-encryption.org/v1), for recipients whose private keys are elsewhere."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import pyrage
from django.conf import settings

from .exceptions import BackupError

MAGIC = b"age-encryption.org/v1\n"
PROOF_KEY = "backup-proof.key"


class Damaged(BackupError):
    """The contents are not those that were encrypted."""


class CheckedWriter:
    """A target of encryption that remembers its errors: age ignores those of the last block."""

    def __init__(self, write: Callable[[bytes], object]):
        self._write = write
        self.error: OSError | None = None

    def write(self, block: bytes) -> int:
        try:
            self._write(block)
        except OSError as error:
            self.error = self.error or error
            raise
        return len(block)

    def flush(self) -> None:
        """Do nothing: the caller flushes its file."""


def encrypt_stream(
    source: BinaryIO, target: BinaryIO, recipients: Sequence[pyrage.x25519.Recipient] = ()
) -> None:
    """Encrypt ``source`` into ``target`` for the recipients, by default those of backups."""
    writer = CheckedWriter(target.write)
    try:
        pyrage.encrypt_io(source, writer, recipients or read_recipients())
    except (pyrage.EncryptError, OSError) as error:
        raise writer.error or error from error
    if writer.error:
        raise writer.error


def decrypt_stream(
    source: BinaryIO, write: Callable[[bytes], object], keys: Sequence[pyrage.x25519.Identity]
) -> None:
    """Decrypt ``source`` and pass its contents to ``write`` in blocks. Raise ``Damaged`` if they are not intact."""
    head = source.read(len(MAGIC))
    source.seek(0)
    if head != MAGIC:
        raise Damaged("it is not encrypted, or its beginning is damaged")
    writer = CheckedWriter(write)
    try:
        pyrage.decrypt_io(source, writer, keys)
    except (pyrage.DecryptError, OSError) as error:
        if writer.error:
            raise writer.error from error
        if "No matching keys" in str(error):
            raise BackupError(
                "None of the keys here opens this backup: name the file of the private key with --identity."
            ) from error
        raise Damaged("it is damaged or incomplete") from error


# -- Keys ----------------------------------------------------------------------------------------------------
def read_recipients() -> list[pyrage.x25519.Recipient]:
    """Return the public keys: those of the operator, and that of this machine if it proves backups."""
    if not settings.BACKUP_RECIPIENTS:
        raise BackupError(
            "BACKUP_RECIPIENTS is empty: make a key with `manage.py backup --new-key`, store the private one "
            "away from this machine, and write the public one into BACKUP_RECIPIENTS."
        )
    found = [pyrage.x25519.Recipient.from_str(one) for one in settings.BACKUP_RECIPIENTS]
    return found + [key.to_public() for key in proof_keys(create=settings.BACKUP_PROOF)]


def proof_keys(*, create: bool = False) -> list[pyrage.x25519.Identity]:
    """Return this machine's own key, with which it proves backups; [] if it has none.

    The key is in no backup. ``create``: make one if it is missing.
    """
    path = settings.VAR_DIR / PROOF_KEY
    if create and not path.exists():
        write_secret(path, f"{pyrage.x25519.Identity.generate()}\n")
    return read_keys(path) if path.exists() else []


def read_keys(path: Path) -> list[pyrage.x25519.Identity]:
    """Return the private keys of a file such as ``age-keygen`` writes."""
    try:
        lines = path.read_text(encoding="ascii").split("\n")
        return [
            pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.strip() and line[0] != "#"
        ]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise BackupError(
            f"{path} cannot be read as a private key (AGE-SECRET-KEY-1…): {error}. Name the right file."
        ) from error


def create_key() -> tuple[str, str]:
    """Return a new private key and its public one."""
    key = pyrage.x25519.Identity.generate()
    return str(key), str(key.to_public())


def write_secret(path: Path, text: str) -> None:
    """Write a new file that only this user can read, completely or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
    draft.rename(path)

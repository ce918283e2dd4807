"""Exchange of files with business software: what folders on disk and on an SFTP server have in common.

Three folders: ``out`` is ours to fill and theirs to empty, ``in`` the other way round, and ``work`` is ours alone::

    work/sent/DIGEST         name of the file in which these transmissions were sent: proves that they were
    work/numbers/000124      a number that is taken, with the digest that took it
    work/done, work/aside    receipts that are stored, and files that a person must look at

A file is written in ``work`` and moved to ``out`` when it is complete. ``work/sent`` is written between the two, so
that a second attempt knows: if the draft is still there, the file was not moved; if it is not, the file was handed
over, even if the system has taken it away since.
"""

import hashlib
import json
import posixpath
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from ..business_system import (
    ExchangeFormat,
    Receipt,
    SystemUnreachable,
    TransmissionRecord,
    UnreadableReceipt,
    exchange_formats,
)
from ..configuration import Configuration
from ..document_store import safe_file_name
from ..exchange_formats.receipt_reading import MAX_BYTES

UNFINISHED = (".unfinished", ".tmp", ".part", ".filepart")  # ends of names that somebody is still writing
SETTLED = 60  # seconds after its last change that a file which cannot be read counts as broken
NUMBERS_REMAIN = 20  # numbers whose files remain, to find those of a crash
PROOF_DAYS = 30  # days that the proof of a sent file remains: much longer than a delivery is tried
MOST_FILES = 500  # receipts read at a time
ATTEMPTS = 50  # at the next number, while others take it


@dataclass(frozen=True)
class FileEntry:
    """A file of a folder. ``modified``: seconds since 1970."""

    name: str
    size: int
    modified: float


class FileArea(Protocol):
    """A place of files. Paths are ``/``-separated and relative. Raises ``SystemUnreachable`` or ``SystemRefused``."""

    def entries(self, folder: str) -> list[FileEntry]:
        """Return the regular files of a folder; none if it is missing. Links are left out."""

    def read(self, path: str, most: int) -> bytes | None:
        """Return at most so many bytes of a file; None if it is missing."""

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        """Write a file, over an older one. It is not atomic, and is on disk when this returns."""

    def claim(self, path: str, content: bytes) -> bool:
        """Create a file with its content, at once. Return False if it exists."""

    def move(self, path: str, target: str) -> None:
        """Rename a file at once, over an older one."""

    def delete(self, path: str) -> None:
        """Delete a file, if it is there."""

    def make_folder(self, path: str) -> None:
        """Create a folder, if it is missing. The one above must be there."""

    def close(self) -> None:
        """End the connection."""


class FileExchange:
    """A business system that is reached by files. Subclasses open its ``area``."""

    area: FileArea

    def __init__(self, configuration: Configuration):
        self.format = configured_format(configuration)
        self.outgoing = _folder(configuration, "outgoing", "out")
        self.incoming = _folder(configuration, "incoming", "in")
        self.work = _folder(configuration, "work", "work")
        if len({self.outgoing, self.incoming, self.work}) < 3:
            configuration.refuse("work", _("The three folders must differ."))
        self.settled: dict[str, set[int]] = {}  # of files with several receipts, those that are dealt with
        self.prepared = False

    # -- Sending ---------------------------------------------------------------------------------------------
    def send(self, records: list[TransmissionRecord]) -> list[Receipt]:
        """Write one file, or one per record if the format holds one only. Written again, nothing is sent twice."""
        self._prepare()
        for some in [records] if self.format.collects else [[one] for one in records]:
            if some:
                self._hand_over(some)
        return []

    def allow_again(self, records: list[TransmissionRecord]) -> None:
        """Let ``send`` write these records once more: the system has lost the file, says a person."""
        for some in [records] if self.format.collects else [[one] for one in records]:
            self.area.delete(self._proof(_digest(some)))

    def _hand_over(self, records: list[TransmissionRecord]) -> None:
        digest = _digest(records)
        draft, proof = f"{self.work}/{digest}.unfinished", self._proof(digest)
        begun = self._exists(draft)
        sent = self.area.read(proof, 500)
        if sent:
            if begun:
                self.area.move(draft, f"{self.outgoing}/{sent.decode()}")
            return
        try:
            self.area.write(draft, self.format.write(records))
        except BaseException:
            with suppress(SystemUnreachable):
                self.area.delete(draft)
            raise
        number = self._take_number(digest, look_back=begun)
        name = self._name(number, records)
        self.area.claim(proof, name.encode())
        self.area.move(draft, f"{self.outgoing}/{name}")
        self._tidy(number)

    def _name(self, number: int, records: list[TransmissionRecord]) -> str:
        what = records[0].reference if len(records) == 1 else f"{len(records)}-transmissions"
        return safe_file_name(f"{number:06}-{what}.{self.format.extension}")

    def _take_number(self, digest: str, *, look_back: bool) -> int:
        """Return the next number, which nobody else gets; after a crash the one that was taken before."""
        numbers = self._numbers()
        if look_back:
            for number in reversed(numbers):
                if self.area.read(self._number_path(number), 100) == digest.encode():
                    return number
        number = max(numbers, default=0) + 1
        for _attempt in range(ATTEMPTS):
            if self.area.claim(self._number_path(number), digest.encode()):
                return number
            number += 1
        raise SystemUnreachable(_("No number for a file could be taken."))

    def _numbers(self) -> list[int]:
        names = [one.name for one in self.area.entries(f"{self.work}/numbers")]
        return sorted(int(name) for name in names if name.isascii() and name.isdigit())

    def _number_path(self, number: int) -> str:
        return f"{self.work}/numbers/{number:06}"

    def _proof(self, digest: str) -> str:
        return f"{self.work}/sent/{digest}"

    def _tidy(self, number: int) -> None:
        """Delete numbers that no attempt needs any longer, and now and then proofs that are old."""
        for old in self._numbers():
            if old <= number - NUMBERS_REMAIN:
                self.area.delete(self._number_path(old))
        if number % 100 == 0:
            oldest = time.time() - PROOF_DAYS * 86_400
            for one in self.area.entries(f"{self.work}/sent"):
                if one.modified < oldest:
                    self.area.delete(f"{self.work}/sent/{one.name}")

    # -- Receipts --------------------------------------------------------------------------------------------
    def receipts(self) -> Iterator[tuple[Receipt, str]]:
        self._prepare()
        entries = [one for one in self.area.entries(self.incoming) if not _is_unfinished(one.name)]
        for entry in sorted(entries, key=lambda one: (one.modified, one.name))[:MOST_FILES]:
            found = self._read(entry)
            for place, receipt in enumerate(found):
                token = {"name": entry.name, "place": place, "count": len(found)}
                yield receipt, json.dumps(token | {"receipt": _plain(receipt)})

    def acknowledge(self, token: str) -> None:
        self._settle(json.loads(token), self._store_done)

    def set_aside(self, token: str, reason: str) -> None:
        about = json.loads(token)
        if about["count"] == 1:
            self._settle(about, lambda name: self._put_aside(name, reason))
            return
        content = json.dumps({"reason": reason, "receipt": about["receipt"]}, ensure_ascii=False, indent=2)
        name = f"{about['name']}-{about['place'] + 1}.json"
        self.area.write(f"{self.work}/aside/{name}", [content.encode()])
        self._settle(about, self._store_done)

    def _read(self, entry: FileEntry) -> list[Receipt]:
        """Return the receipts of a file. Set it aside if it is broken, foreign or read already."""
        path = f"{self.incoming}/{entry.name}"
        if posixpath.splitext(entry.name)[1].lower() != f".{self.format.extension}":
            self._put_aside_later(
                entry, _("This is no file of the format %(format)s.") % {"format": self.format.extension}
            )
            return []
        if entry.size > MAX_BYTES:
            self._put_aside_later(entry, _("The file is too large."))
            return []
        content = self.area.read(path, MAX_BYTES + 1)
        if content is None:
            return []  # another worker has read it
        if content == self.area.read(f"{self.work}/done/{entry.name}", MAX_BYTES + 1):
            self._put_aside(entry.name, _("The same file was read before."))
            return []
        try:
            found = self.format.read_receipts(content)
        except UnreadableReceipt as fault:
            self._put_aside_later(entry, str(fault))
            return []
        if not found:
            self._put_aside_later(entry, _("The file has no receipt."))
        return found

    def _put_aside_later(self, entry: FileEntry, reason: str) -> None:
        """Set a file aside, unless somebody may still be writing it."""
        if time.time() - entry.modified >= SETTLED:
            self._put_aside(entry.name, reason)

    def _put_aside(self, name: str, reason: str) -> None:
        target = self._free_path(f"{self.work}/aside", name)
        self.area.write(f"{target}.reason.txt", [f"{reason}\n".encode()])
        self.area.move(f"{self.incoming}/{name}", target)

    def _store_done(self, name: str) -> None:
        self.area.move(f"{self.incoming}/{name}", self._free_path(f"{self.work}/done", name))

    def _free_path(self, folder: str, name: str) -> str:
        """Return the path of a file that is not there, so that none is overwritten."""
        if not self._exists(f"{folder}/{name}"):
            return f"{folder}/{name}"
        return f"{folder}/{time.time_ns()}-{name}"

    def _settle(self, about: Mapping[str, Any], store) -> None:
        """Note that a receipt is dealt with, and move its file away after the last one."""
        name, done = about["name"], self.settled.setdefault(about["name"], set())
        done.add(about["place"])
        if len(done) < about["count"]:
            return
        self.settled.pop(name)
        if self._exists(f"{self.incoming}/{name}"):
            store(name)

    # -- Connection ------------------------------------------------------------------------------------------
    def probe(self) -> None:
        """Write and delete a file in the folder ``work``, and list the receipts."""
        self._prepare()
        trial = f"{self.work}/probe-{time.time_ns()}.unfinished"
        self.area.write(trial, [b"probe"])
        self.area.delete(trial)
        self.area.entries(self.incoming)

    def close(self) -> None:
        self.area.close()

    def _prepare(self) -> None:
        """Create the folders, once for each connection."""
        if self.prepared:
            return
        inner = [f"{self.work}/{name}" for name in ("sent", "numbers", "done", "aside")]
        for folder in (self.outgoing, self.incoming, self.work, *inner):
            self.area.make_folder(folder)
        self.prepared = True

    def _exists(self, path: str) -> bool:
        return self.area.read(path, 1) is not None


def configured_format(configuration: Configuration) -> ExchangeFormat:
    """Return the format of the values ``format`` and ``layout``."""
    key = configuration.choice("format", [name for name, _offer in exchange_formats.items()], "json")
    return exchange_formats[key](configuration.mapping("layout"))


def _folder(configuration: Configuration, name: str, default: str) -> str:
    """Return the name of a folder below the configured one."""
    found = configuration.text(name, default, most=200).strip("/")
    if not found or ".." in found.split("/") or "\\" in found or found.startswith("."):
        configuration.refuse(name, _("Enter the name of a folder."))
        return default
    return found


def _digest(records: Iterable[TransmissionRecord]) -> str:
    return hashlib.sha256("\n".join(one.key for one in records).encode()).hexdigest()[:32]


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "~")) or name.lower().endswith(UNFINISHED)


def _plain(receipt: Receipt) -> dict[str, Any]:
    return asdict(receipt) | {"at": receipt.at.isoformat() if receipt.at else None}

"""The interface to the business software of the commune: what is sent to it, and what it answers.

A *transmission* is what the mapping of a stage made of one case for one system. A system is sent transmissions one at a
time or collected in a file, and answers each with *receipts*: at once, in a file, or by a call of ours or theirs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from home.extensions.integrations import IntegrationRegistry

type FieldValue = str | int | bool | date | datetime | None
type Row = dict[str, FieldValue]


class Operation(StrEnum):
    """The task of the system with a transmission."""

    NEW = "new"
    CORRECTION = "correction"  # replaces the one before of the same case, whole
    WITHDRAWAL = "withdrawal"  # the case was withdrawn or reopened: nothing of it holds any longer


class ReceiptState(StrEnum):
    """The answer of a system about a transmission."""

    RECEIVED = "received"  # has it, and will decide later
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ASKED_BACK = "asked_back"  # has a question that a person of the commune answers


@dataclass(frozen=True, kw_only=True)
class TransmissionRecord:
    """A transmission as a system gets it, in every format alike.

    ``identity`` is the same for all transmissions of a stage of a case; ``number`` counts them from 1.
    ``key`` is new with each, and the same when it is sent again: a system that has seen it answers as before and
    does nothing twice.
    """

    key: str
    identity: str
    number: int
    operation: Operation
    reference: str  # of the case: "2026-00042"
    service: str  # slug
    created_at: datetime
    fields: Row  # target field → value, in the mapping's order
    rows: dict[str, list[Row]] = field(default_factory=dict)  # name of a list → one row per item of a group


@dataclass(frozen=True, kw_only=True)
class FieldReason:
    """The reason why a system refuses a field. ``field``: the target's name, or "" for the whole transmission."""

    field: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The answer of a system about the transmission ``key``."""

    key: str
    state: ReceiptState
    their_reference: str = ""
    reasons: tuple[FieldReason, ...] = ()
    question: str = ""  # with ASKED_BACK
    at: datetime | None = None  # when the system says that it decided


class SystemUnreachable(Exception):
    """The system gave no usable answer; trying again later may help."""


class SystemRefused(Exception):
    """The system will not take this, however often it is sent: wrong credentials, wrong address, wrong format."""


class BusinessSystem(Protocol):
    """A connection to one configured system. Made anew for each use; ``close`` ends it."""

    def send(self, records: list[TransmissionRecord]) -> list[Receipt]:
        """Hand over the records, in this order, all or none of them. Return what the system answered at once.

        May be called again with the same records after a crash. Raise ``SystemUnreachable`` or ``SystemRefused``.
        """

    def receipts(self) -> Iterator[tuple[Receipt, str]]:
        """Yield receipts that wait, oldest first, each with a token for ``acknowledge``.

        Nothing where the system sends them by a call of its own.
        """

    def acknowledge(self, token: str) -> None:
        """Tell the connection that a receipt is stored: it is not yielded again."""

    def set_aside(self, token: str, reason: str) -> None:
        """Put a receipt that belongs to nothing where a person looks: it is not yielded again."""

    def probe(self) -> None:
        """Check that the system can be reached, without sending anything. Raise as ``send`` does."""

    def close(self) -> None:
        """End the connection."""


class ExchangeFormat(Protocol):
    """A way to write transmissions into a file and to read receipts from one. Pure."""

    extension: str  # of file names, without dot
    collects: bool  # whether a file may hold several transmissions

    def write(self, records: Iterable[TransmissionRecord]) -> Iterator[bytes]:
        """Yield the file. Raise ``ValuesDoNotFit`` if a value cannot be written."""

    def read_receipts(self, content: bytes) -> list[Receipt]:
        """Return the receipts of a file. Raise ``UnreadableReceipt`` with what is wrong, in words for an agent."""


class ValuesDoNotFit(Exception):
    """A value is too long, has characters that the encoding lacks, or is of the wrong type.

    ``reasons`` name the fields, for an agent.
    """

    def __init__(self, reasons: Iterable[FieldReason]):
        self.reasons = tuple(reasons)
        super().__init__("; ".join(f"{reason.field}: {reason.text}" for reason in self.reasons))


class UnreadableReceipt(Exception):
    """A receipt is half written, malformed, or not of our format."""


# By the kind of a connection ("folder", "sftp", "http") and of a format ("csv", "fixed_width", …): see integrations.py.
# A connection is made of the row that an administrator configured, a format of its layout: both are dictionaries of
# plain values, checked when they are saved.
business_systems: IntegrationRegistry[Callable[[dict[str, Any]], BusinessSystem]] = IntegrationRegistry()
exchange_formats: IntegrationRegistry[Callable[[dict[str, Any]], ExchangeFormat]] = IntegrationRegistry()

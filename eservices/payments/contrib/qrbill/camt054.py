"""Parsing of camt.054 bank files: credit entries with their references. Pure; entities and DTDs are refused."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_AMOUNT = 2**31 - 1  # minor units, the largest value that the database column can store


class InvalidBankFile(Exception):
    """The file is not a readable camt.054 file."""


@dataclass(frozen=True)
class CreditEntry:
    """Money that arrived. ``mark`` identifies the entry across files; ``amount`` is in minor units."""

    mark: str
    reference: str
    amount: int
    currency: str
    day: date
    payer: str = ""


def parse_camt054(content: bytes) -> tuple[str, list[CreditEntry]]:
    """Return the message number and its credits that are booked and not reversed.

    Raise InvalidBankFile if the content is no camt.054 message or an amount or date is invalid.
    """
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise InvalidBankFile(str(fault)) from fault
    notification = _find(root, "BkToCstmrDbtCdtNtfctn")
    if notification is None:
        raise InvalidBankFile("BkToCstmrDbtCdtNtfctn")
    message = _text(notification, "GrpHdr", "MsgId")
    try:
        return message, [entry for one in _all(notification, "Ntfctn") for entry in _entries(one, message)]
    except (ArithmeticError, ValueError, TypeError) as fault:
        raise InvalidBankFile(str(fault)) from fault


def _entries(notification: Element, message: str) -> Iterator[CreditEntry]:
    for place, entry in enumerate(_all(notification, "Ntry")):
        if not _is_credit(entry) or not _is_booked(entry):
            continue
        details = [one for group in _all(entry, "NtryDtls") for one in _all(group, "TxDtls")] or [entry]
        for number, one in enumerate(details):
            if _text(one, "CdtDbtInd") == "DBIT":
                continue
            found = _entry(entry, one, len(details) == 1, f"{message}/{place}/{number}")
            if found.amount:
                yield found


def _is_credit(entry: Element) -> bool:
    return _text(entry, "CdtDbtInd") == "CRDT" and _text(entry, "RvslInd") not in ("true", "1")


def _is_booked(entry: Element) -> bool:
    """Return whether the entry is booked: one that is only announced may never come.

    The status is in an element of its own since version 8 of the format.
    """
    return (_text(entry, "Sts", "Cd") or _text(entry, "Sts") or "BOOK") == "BOOK"


def _entry(entry: Element, one: Element, alone: bool, fallback: str) -> CreditEntry:
    amount = _amount(one)
    if amount is None and alone:  # several details without an amount do not each have the whole amount
        amount = _find(entry, "Amt")
    if amount is None:
        raise ValueError("Amt")
    own = _text(one, "Refs", "AcctSvcrRef") or fallback
    name = _text(one, "RltdPties", "Dbtr", "Nm") or _text(one, "RltdPties", "Dbtr", "Pty", "Nm")
    whole = [_text(entry, "AcctSvcrRef"), own, amount.text, amount.get("Ccy")]
    return CreditEntry(
        mark=hashlib.sha256("|".join(map(str, whole)).encode()).hexdigest(),
        reference=_text(one, "RmtInf", "Strd", "CdtrRefInf", "Ref").replace(" ", "")[:35],
        amount=_minor_units(amount.text),
        currency=amount.get("Ccy", "")[:3],
        day=date.fromisoformat((_text(entry, "ValDt", "Dt") or _text(entry, "BookgDt", "Dt"))[:10]),
        payer=name[:140],
    )


def _minor_units(text: str) -> int:
    """Convert to minor units. Raise ValueError or ArithmeticError if it is no valid amount."""
    amount = Decimal(text) * 100
    if not 0 <= amount <= MAX_AMOUNT or amount % 1:
        raise ValueError(text)
    return int(amount)


def _amount(one: Element) -> Element | None:
    direct = _find(one, "Amt")
    return direct if direct is not None else _find(one, "AmtDtls", "TxAmt", "Amt")


def _all(parent: Element, name: str) -> Iterator[Element]:
    """Return the children with this name, in any version of the format (the version is in the namespace)."""
    return (child for child in parent if child.tag.rpartition("}")[2] == name)


def _find(parent: Element, *path: str) -> Element | None:
    for name in path:
        parent = next(_all(parent, name), None)
        if parent is None:
            return None
    return parent


def _text(parent: Element, *path: str) -> str:
    found = _find(parent, *path)
    return (found.text or "").strip() if found is not None else ""

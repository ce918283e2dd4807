"""Reads what mail servers send back: delivery status notifications (RFC 3464) and abuse reports (RFC 5965). Pure.

A report counts only with a mark of ours, in the address it came to or in the letter it returns: anybody can write to
that mailbox. Letters of the newsletter have a signed number (``letters.mark``), others the id of their delivery.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from enum import Enum, auto

from home.text.cleaning import strip_control_characters

MARK = re.compile(r"(?:\+|<|letter-)(\d{1,18}-[0-9a-f]{16}|[0-9a-f]{32})@")
COME_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
MAX_REASON_LENGTH = 255


class BounceVerdict(Enum):
    GONE = auto()  # nobody is there, or nobody reads there any more
    FAILED = auto()  # this letter did not arrive; another may
    COMPLAINT = auto()


@dataclass(frozen=True)
class BounceReport:
    """What became of the letter with this mark."""

    mark: str
    verdict: BounceVerdict
    reason: str = ""


def parse_bounce_message(raw: bytes) -> BounceReport | None:
    """What a message reports; None where it reports nothing of ours, as an absence note."""
    message = message_from_bytes(raw, policy=policy.compat32)  # it stumbles over no broken address
    parts = list(message.walk())
    marks = _marks(message, parts)
    if not marks:
        return None
    if _first(parts, "message/feedback-report") is not None:
        return _complaint(parts, marks)
    if status := _first(parts, "message/delivery-status"):
        return _failure(status, marks)
    return None


def verdict_for_status(status: str, reason: str = "") -> BounceVerdict:
    """What an enhanced status code (RFC 3463) says of an address: 5.1.x no such mailbox, 5.2.1 closed."""
    gone = re.fullmatch(r"5\.1\.(0|1|2|3|6|10)|5\.2\.1", status)
    return BounceVerdict.GONE if gone else BounceVerdict.FAILED


def _marks(message: Message, parts) -> list[str]:
    """The marks in the envelope's address, then in the Message-ID of what is returned."""
    places = [str(value) for name in COME_TO for value in message.get_all(name, [])]
    for part in parts[1:]:
        places += [str(value) for value in part.get_all("Message-ID", [])]
        if part.get_content_type() == "text/rfc822-headers":
            places.append(_text(part))
    found = [mark for place in places for mark in MARK.findall(place)]
    # What is signed first: an id may be somebody else's.
    return sorted(found, key=lambda mark: "-" not in mark)


def _complaint(parts, marks) -> BounceReport | None:
    told = _text(_first(parts, "message/feedback-report")).lower()
    return BounceReport(marks[0], BounceVerdict.COMPLAINT) if "feedback-type: abuse" in told else None


def _failure(status: Message, marks) -> BounceReport | None:
    """The recipient that failed; a letter that is only late, or arrived, is no failure."""
    blocks = status.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        if str(block.get("Action", "")).strip().lower() == "failed":
            said = " ".join(strip_control_characters(str(block.get("Diagnostic-Code", ""))).split())
            code = STATUS.search(str(block.get("Status", "")) + " " + said)
            code = code[1] if code else "5.0.0"
            return BounceReport(
                marks[0], verdict_for_status(code), f"{code} {said}".strip()[:MAX_REASON_LENGTH]
            )
    return None


def _first(parts, content_type: str):
    return next((part for part in parts if part.get_content_type() == content_type), None)


def _text(part: Message) -> str:
    """What stands in a part, whether the parser took it for text or for a message of its own."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(one.as_string() for one in payload)
    return payload or ""

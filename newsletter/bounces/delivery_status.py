"""Reading of delivery status notifications (RFC 3464) and abuse reports (RFC 5965). Pure.

A report counts only with a known mark, in its recipient address or in the returned message, because anybody can
write to that mailbox. Newsletter e-mails have a signed number (``copies.bounce_mark``), others the id of their
delivery.
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
    GONE = auto()  # the mailbox does not exist, or is closed
    FAILED = auto()  # this e-mail did not arrive; another may
    COMPLAINT = auto()


@dataclass(frozen=True)
class BounceReport:
    """A report about the e-mail with this mark."""

    mark: str
    verdict: BounceVerdict
    reason: str = ""


def parse_bounce_message(raw: bytes) -> BounceReport | None:
    """Return the report in a message; None if it has no known mark or no report, as an absence note."""
    message = message_from_bytes(raw, policy=policy.compat32)  # this policy accepts broken addresses
    parts = list(message.walk())
    marks = _marks(message, parts)
    if not marks:
        return None
    if _first(parts, "message/feedback-report") is not None:
        return _complaint(parts, marks)
    if status := _first(parts, "message/delivery-status"):
        return _failure(status, marks)
    return None


def verdict_for_status(status: str) -> BounceVerdict:
    """Return the verdict for an enhanced status code (RFC 3463): 5.1.x no such mailbox, 5.2.1 closed."""
    gone = re.fullmatch(r"5\.1\.(0|1|2|3|6|10)|5\.2\.1", status)
    return BounceVerdict.GONE if gone else BounceVerdict.FAILED


def _marks(message: Message, parts) -> list[str]:
    """Return the marks in recipient addresses, then those in the Message-ID of the returned message."""
    places = [str(value) for name in COME_TO for value in message.get_all(name, [])]
    for part in parts[1:]:
        places += [str(value) for value in part.get_all("Message-ID", [])]
        if part.get_content_type() == "text/rfc822-headers":
            places.append(_text(part))
    found = [mark for place in places for mark in MARK.findall(place)]
    # Signed marks first, because an id may be that of another e-mail.
    return sorted(found, key=lambda mark: "-" not in mark)


def _complaint(parts, marks) -> BounceReport | None:
    told = _text(_first(parts, "message/feedback-report")).lower()
    return BounceReport(marks[0], BounceVerdict.COMPLAINT) if "feedback-type: abuse" in told else None


def _failure(status: Message, marks) -> BounceReport | None:
    """Return the report of a failed recipient; None if the e-mail is only delayed or was delivered."""
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
    """Return the text of a part, also if the parser read it as a nested message."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(one.as_string() for one in payload)
    return payload or ""

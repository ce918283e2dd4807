"""Receipts from the data of a file or an answer. Pure.

Texts of others are shortened and freed from control characters, so that a refusal is never lost for its form.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ..business_system import FieldReason, Receipt, ReceiptState, UnreadableReceipt

MAX_BYTES = 5 * 1024 * 1024  # of a file or an answer
MAX_KEY, MAX_REFERENCE, MAX_FIELD, MAX_TEXT, MAX_REASONS = 100, 200, 200, 1000, 100
UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
COLUMNS = ("transmission_key", "state", "their_reference", "field", "reason", "question", "decided_at")


def receipt_of_data(data: object) -> Receipt:
    """Return the receipt of an object with the keys of ``docs/connectors.md``. Raise ``UnreadableReceipt``."""
    if not isinstance(data, Mapping):
        raise UnreadableReceipt(_("A receipt is no object."))
    reasons = data.get("reasons") or []
    if not isinstance(reasons, list) or not all(isinstance(one, Mapping) for one in reasons):
        raise UnreadableReceipt(_("“reasons” is no list of objects."))
    return build_receipt(
        key=data.get("key"),
        state=data.get("state"),
        their_reference=data.get("their_reference"),
        reasons=[(one.get("field"), one.get("text")) for one in reasons[:MAX_REASONS]],
        question=data.get("question"),
        decided_at=data.get("decided_at"),
    )


def receipts_of_rows(rows: Iterable[Mapping[Any, Any]]) -> list[Receipt]:
    """Return the receipts of a table. Lines of one key and state in a row are one, with several reasons."""
    receipts: list[Receipt] = []
    for number, row in enumerate(rows, 2):
        if number == 2 and not {"transmission_key", "state"} <= set(row):
            raise UnreadableReceipt(
                _("The first line does not name the columns: %(names)s.") % {"names": ", ".join(COLUMNS)}
            )
        if None in row:
            raise UnreadableReceipt(_("Line %(number)s has too many columns.") % {"number": number})
        found = build_receipt(
            key=row.get("transmission_key"),
            state=row.get("state"),
            their_reference=row.get("their_reference"),
            reasons=[(row.get("field"), row.get("reason"))],
            question=row.get("question"),
            decided_at=row.get("decided_at"),
        )
        last = receipts[-1] if receipts else None
        if last and (last.key, last.state) == (found.key, found.state):
            receipts[-1] = replace(last, reasons=(last.reasons + found.reasons)[:MAX_REASONS])
        else:
            receipts.append(found)
    return receipts


def build_receipt(
    *,
    key: object,
    state: object,
    their_reference: object = "",
    reasons: Iterable[tuple[object, object]] = (),
    question: object = "",
    decided_at: object = "",
) -> Receipt:
    """Return a receipt of values that others wrote. Raise ``UnreadableReceipt``."""
    known = _text(key, MAX_KEY + 1)
    if not known or len(known) > MAX_KEY:
        raise UnreadableReceipt(_("A receipt has no key of a transmission."))
    try:
        stated = ReceiptState(_text(state, 50).lower())
    except ValueError as fault:
        raise UnreadableReceipt(
            _("“%(state)s” is none of: %(states)s.")
            % {"state": _text(state, 50), "states": ", ".join(ReceiptState)}
        ) from fault
    given = [
        FieldReason(field=_text(field, MAX_FIELD), text=_text(text, MAX_TEXT)) for field, text in reasons
    ]
    asked = _text(question, MAX_TEXT)
    if stated == ReceiptState.ASKED_BACK and not asked:
        raise UnreadableReceipt(_("A receipt asks back without a question."))
    return Receipt(
        key=known,
        state=stated,
        their_reference=_text(their_reference, MAX_REFERENCE),
        reasons=tuple(one for one in given if one.text or one.field),
        question=asked,
        at=_moment(decided_at),
    )


def _text(value: object, most: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise UnreadableReceipt(_("A value is neither a text nor a number."))
    text = UNSHOWABLE.sub(" ", str(value)).strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _moment(value: object) -> datetime | None:
    """Return a point in time; in the time zone of the commune if it names none. None if there is none."""
    text = _text(value, 50)
    if not text:
        return None
    try:
        found = parse_datetime(text)
        if found is not None:
            return found if timezone.is_aware(found) else timezone.make_aware(found)
    except (ValueError, OverflowError):
        pass
    raise UnreadableReceipt(_("“%(text)s” is no date with time (ISO 8601).") % {"text": text})

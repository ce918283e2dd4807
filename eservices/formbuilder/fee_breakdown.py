"""Fees of a submission as labelled lines: the same on the pages of the form, in the record and for agents."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from home.localization.number_format import format_amount

from .definition import FieldDefinition, FormDefinition
from .field_types import field_types
from .logic.fees import FeeLine, fees_due
from .logic.visibility import relevant_answers
from .price_list import with_prices


def itemize_fees(definition: FormDefinition, answers: dict, language: str, today: date) -> list[dict]:
    """Return the lines that apply: ``{"key", "label", "quantity", "amount", "total", "vat", "vat_amount"}`` each.

    Amounts are in minor units and include the value-added tax ``vat_amount``, at ``vat`` per cent ("" outside its
    scope). ``quantity`` is a decimal number as text. A line of the fee schedule also has ``entry`` and ``since`` ("" if
    the schedule had no price on that day), one that is waived ``exempt``, one whose label describes its quantity
    ``bare``, the label without it. A line of a booking has ``terms``, see ``cancellation``, and a deposit ``deposit``.
    """
    definition = with_prices(definition, today)
    lines = [_line(line, definition, language) for line in fees_due(definition, answers, today)]
    return lines + _charges(definition, answers, language, today)


def _charges(definition: FormDefinition, answers: dict, language: str, today: date) -> list[dict]:
    """Return the lines of answers that cost something themselves, such as a room."""
    fields = [field for step in definition.steps for field in step.fields if has_fee(field)]
    if not fields:
        return []
    answers = relevant_answers(definition, answers, today)
    return [
        line
        for field in fields
        if answers.get(field.key) is not None
        for line in field_types[field.type].charges(field, answers, definition, language, today)
    ]


def has_fee(field: FieldDefinition) -> bool:
    """Return whether an answer to this question costs something itself."""
    return field.type in field_types and field_types[field.type].costs


def itemize_possible_fees(
    definition: FormDefinition, answers: dict, language: str, today: date
) -> list[dict]:
    """Return every line of the form; those that do not apply so far are marked ``asleep``.

    Lines of answers that cost something themselves follow, marked ``own``.
    """
    due = {line["key"]: line for line in itemize_fees(definition, answers, language, today)}
    free = (FeeLine(fee.key, Decimal(1), 0, 0, fee.vat) for fee in definition.fees)
    lines = [due.pop(line.key, None) or _line(line, definition, language) | {"asleep": True} for line in free]
    return lines + [line | {"own": True} for line in due.values()]


def relabel_lines(
    language: str, lines: list[dict], definition: FormDefinition, answers: dict, day: date
) -> list[dict]:
    """Return fee lines of that ``day`` with labels in another language; amounts stay the same."""
    own = {line["key"]: line for line in _charges(definition, answers, language, day)}
    labels = {fee.key: definition.text(f"fee.{fee.key}", language) for fee in definition.fees}
    labels |= {
        line["key"]: line_label(own[line["key"]], line["quantity"]) for line in lines if line["key"] in own
    }
    return [line | {"label": labels.get(line["key"]) or line["label"]} for line in lines]


def line_label(line: dict, quantity: str) -> str:
    """Return the label of a line for a quantity. The description of a quantity is valid for the whole only."""
    return line["label"] if quantity == line["quantity"] else line.get("bare", line["label"])


def sum_lines(lines: list[dict]) -> int:
    """Return the sum of fee lines, in minor units."""
    return sum(line.get("total", 0) for line in lines)


def deposit(lines: Iterable[dict]) -> int:
    """Return how much of fee lines is a refundable deposit, in minor units."""
    return sum(line.get("total", 0) for line in lines if line.get("deposit"))


def cancellation(lines: Iterable[dict]) -> list[tuple[int | None, int]]:
    """Return how much of fee lines is refunded if their bookings are cancelled: days before the beginning, amount.

    The most days first; None days: later than all others. The ``terms`` of a line are pairs of days and per cent; a
    deposit is refunded entirely. Empty if no line has terms.
    """
    lines = [line for line in lines if "terms" in line and line.get("total")]
    if not lines:
        return []
    steps = sorted({days for line in lines for days, _share in line["terms"]}, reverse=True)
    found = [(days, sum(_comes_back(line, days) for line in lines)) for days in steps]
    if 0 not in steps:
        found.append((None, deposit(lines)))
    return [one for number, one in enumerate(found) if not number or one[1] != found[number - 1][1]]


def _comes_back(line: dict, days: int) -> int:
    if line.get("deposit"):
        return line["total"]
    share = max((share for before, share in line["terms"] if before <= days), default=0)
    return line["total"] * share // 100


def cancellation_in_words(lines: Iterable[dict]) -> list[str]:
    """Return the same as sentences in the active language."""
    found = cancellation(lines)
    return [_cancelled(days, amount, first=not number) for number, (days, amount) in enumerate(found)]


def _cancelled(days: int | None, amount: int, *, first: bool) -> str:
    return cancellation_sentence(days, format_amount(amount) if amount else "", first=first)


def cancellation_sentence(days: int | None, amount: str, *, first: bool) -> str:
    """Return what a cancellation so many days before refunds, in the active language. ``amount``: "" for nothing."""
    said = {"amount": amount, "days": days or 0}
    if days and amount:
        return (
            ngettext(
                "If you cancel at least %(days)s day before: %(amount)s is refunded.",
                "If you cancel at least %(days)s days before: %(amount)s is refunded.",
                days,
            )
            % said
        )
    if not amount:
        return (
            _("After the booking is confirmed, there is no refund.")
            if first
            else _("If you cancel later: no refund.")
        )
    if first:
        return _("If you cancel before it begins: %(amount)s is refunded.") % said
    return _("If you cancel later: %(amount)s is refunded.") % said


def _line(line: FeeLine, definition: FormDefinition, language: str) -> dict:
    fee = next(fee for fee in definition.fees if fee.key == line.key)
    found = {
        "key": line.key,
        "label": definition.text(f"fee.{line.key}", language) or line.key,
        "quantity": line.times,
        "amount": line.amount,
        "total": line.total,
        "vat": line.vat,
        "vat_amount": line.vat_amount,
    }
    if fee.entry:
        found |= {"entry": fee.entry, "since": fee.since}
    return found | ({"exempt": True} if line.exempt else {})

"""Lists of money and bookings as programs get them, page by page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from eservices.bookings.models import Booking
from eservices.payments.journal_export import format_plain_amount
from eservices.payments.models import JournalRow, Payment

from .case_data import PAGE, Place


def page_of_journal(after: int) -> tuple[list[dict[str, Any]], int, bool]:
    """Return the rows after a number, the number to go on from, and whether there is more now.

    Numbers are drawn under a lock and have no gap: no row appears before one that was told.
    """
    rows = JournalRow.objects.filter(number__gt=after).select_related("payment", "charge__case")
    shown, more = _page(rows.order_by("number"))
    return [_journal_row(one) for one in shown], shown[-1].number if shown else after, more


def page_of_payments(after: int) -> tuple[list[dict[str, Any]], int, bool]:
    """Return the payments received after a number of the journal: each with its first row there."""
    earlier = JournalRow.objects.filter(payment=OuterRef("payment"), number__lt=OuterRef("number"))
    first = JournalRow.objects.filter(~Exists(earlier), number__gt=after).exclude(payment=None)
    rows = first.select_related("payment").prefetch_related("payment__allocations__charge__case")
    shown, more = _page(rows.order_by("number"))
    return (
        [_payment_row(one.payment) for one in shown if one.payment],
        shown[-1].number if shown else after,
        more,
    )


def page_of_bookings(
    forms: list[UUID], since: datetime, after: Place | None
) -> tuple[list[dict[str, Any]], Place | None]:
    """Return the bookings of cases from a time on, by their beginning, and the place after them; None at the end."""
    bookings = Booking.objects.real().filter(
        submission__case__form__in=forms, submission__case__protected=False, starts_at__gte=since
    )
    if after:
        starts, key = datetime.fromisoformat(after[0]), UUID(after[1])
        bookings = bookings.filter(
            Q(starts_at__gt=starts) | Q(starts_at=starts, pk__gt=key), starts_at__gte=starts
        )
    shown, more = _page(bookings.order_by("starts_at", "pk").select_related("resource", "submission__case"))
    place = [shown[-1].starts_at.isoformat(), str(shown[-1].pk)] if more else None
    return [_booking_row(one) for one in shown], place


def _page[M: Any](rows: QuerySet[M]) -> tuple[list[M], bool]:
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def _amount(minor: int) -> str:
    return str(format_plain_amount(minor))


def _journal_row(row: JournalRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "day": row.day,
        "kind": row.kind,
        "debit": row.debit,
        "credit": row.credit,
        "amount": _amount(row.amount),
        "currency": row.currency,
        "vat": row.vat,
        "vat_amount": _amount(row.vat_amount),
        "cost_centre": row.cost_centre,
        "text": row.text,
        "receipt": (row.payment and row.payment.receipt) or "",
        "case": row.charge.case.reference if row.charge else "",
    }


def _payment_row(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.pk,
        "receipt": payment.receipt or "",
        "means": payment.provider,
        "amount": _amount(payment.received),
        "currency": payment.received_currency or payment.currency,
        "received_at": payment.settled_at,
        "allocations": [
            {"case": one.charge.case.reference, "amount": _amount(one.amount)}
            for one in payment.allocations.all()
        ],
    }


def _booking_row(booking: Booking) -> dict[str, Any]:
    return {
        "id": booking.pk,
        "resource": booking.resource.key,
        "count": booking.count,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "state": booking.state,
        "title": booking.title,
        "case": booking.submission.case.reference,
    }

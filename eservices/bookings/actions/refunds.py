"""Refunds of bookings: by the cancellation terms, and of the deposit afterwards."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases.models import Case
from eservices.payments.actions import refunds
from eservices.payments.models import Allocation, Charge
from eservices.payments.states import TAKES_MONEY, ChargeState

from ..logic import cancellation_terms
from ..models import Booking, Inspection
from ..question.fee_lines import fee_lines_of_question
from ..states import UNSETTLED, BookingState


def refund_percent(booking: Booking, now: datetime, *, by_terms: bool = True) -> int:
    """Return how many per cent of the price are refunded if the booking is cancelled now.

    All of it if the booking is provisional or the terms do not apply; else what the terms say.
    """
    if not by_terms or booking.state == BookingState.PROVISIONAL:
        return 100
    return cancellation_terms.refund_percent_on(terms_of(booking), booking.starts_at, now)


def terms_of(booking: Booking) -> list[tuple[int, int]]:
    """Return the terms as (days before the beginning, per cent refunded), as shown when the time was booked.

    The resource's current terms if the submission's fees have none.
    """
    fees = booking.submission.fees if booking.submission else []
    for line in fee_lines_of_question(booking.field, fees):
        if "terms" in line:
            return [(days, share) for days, share in line["terms"]]
    return [(block.value["days"], block.value["percent"]) for block in booking.resource.refunds]


def due_back_later(case: Case, booking: Booking, now: datetime) -> list[tuple[datetime, int]]:
    """Return when the refund for a cancellation decreases, and its amount from then on, earliest first.

    Empty while the booking is provisional, because everything is refunded then.
    """
    if booking.state == BookingState.PROVISIONAL:
        return []
    return [
        (at, refund_amount(case, booking, share))
        for at, share in cancellation_terms.changes(terms_of(booking), booking.starts_at, now)
    ]


def refund_amount(case: Case, booking: Booking, share: int) -> int:
    """Return the refund for this booking at such a ``share`` of its price in per cent, in minor units.

    If several times were booked together, each is a part of the price and the parts add up to the whole; the deposit is
    refunded with the last. What is not due any more is first deducted from what is still to pay: if a charge was paid
    in part, only what was paid above the amount that stays due is refunded.
    """
    together = list(
        _bookings_of_same_answer(booking).order_by("created_at", "pk").values_list("pk", flat=True)
    )
    place, number = together.index(booking.pk), len(together)
    price = [line for line in _fee_lines(case, booking) if not line.get("deposit")]
    part = sum(cancellation_terms.line_share(line, share, place, number) for line in price)
    return min(max(part + deposit_back(case, booking) - _open_amount(case), 0), _refundable(case))


def refund_booking(*, actor: User, case: Case, booking: Booking, share: int, announced: bool) -> int:
    """Refund what a cancelled booking was paid, and return the amount.

    The case must be locked, and its charge not reduced yet. ``announced``: the caller notifies the applicant of
    the amount.
    """
    return _request_refunds(
        actor, case, refund_amount(case, booking, share), _("The booking was cancelled."), announced
    )


def refund_deposit(*, actor: User, case: Case, booking: Booking, announced: bool) -> int:
    """Refund the deposit, less what was kept of it, and return the amount.

    0 while the charge is not fully paid. The case must be locked.
    """
    amount = 0 if _open_amount(case) else min(deposit_back(case, booking), _refundable(case))
    return _request_refunds(actor, case, amount, _("The deposit, after the return."), announced)


def deposit_paid(case: Case, booking: Booking) -> int:
    """Return the deposit that was charged for this booking and those booked with it."""
    return sum(line["total"] for line in _fee_lines(case, booking) if line.get("deposit"))


def is_free_of_charge(case: Case, booking: Booking) -> bool:
    """Return whether nothing was charged for the booking's question, deposit included."""
    return not any(line["total"] for line in _fee_lines(case, booking))


def deposit_back(case: Case, booking: Booking) -> int:
    """Return how much of the deposit is to be refunded; 0 while other bookings that it covers are not settled."""
    if _bookings_of_same_answer(booking).filter(state__in=UNSETTLED).exclude(pk=booking.pk).exists():
        return 0
    inspections = Inspection.objects.filter(booking__in=_bookings_of_same_answer(booking))
    kept = inspections.aggregate(sum=Sum("kept"))["sum"] or 0
    return max(deposit_paid(case, booking) - kept, 0)


def _bookings_of_same_answer(booking: Booking) -> QuerySet[Booking]:
    """Return the bookings of the same answer, this one included."""
    return Booking.objects.filter(submission=booking.submission_id, series=booking.series)


def _fee_lines(case: Case, booking: Booking) -> list[dict[str, Any]]:
    """Return the fee lines of the booking's question."""
    return fee_lines_of_question(booking.field, case.submission.fees)


def _request_refunds(actor: User, case: Case, amount: int, reason: str, announced: bool) -> int:
    """Request refunds from the payment providers, from the latest payment on, and return the amount."""
    remaining = amount
    for allocation in _paid_allocations(case):
        part = min(remaining, allocation.refundable)
        if part:
            refunds.request_refund(
                actor=actor, allocation=allocation, amount=part, reason=reason, announced=announced
            )
            remaining -= part
    return amount


def _open_amount(case: Case) -> int:
    """Return what is still to pay for the case, overdue charges included."""
    return sum(charge.open_amount for charge in Charge.objects.filter(case=case, state__in=TAKES_MONEY))


def _refundable(case: Case) -> int:
    return sum(one.refundable for one in _paid_allocations(case))


def _paid_allocations(case: Case) -> list[Allocation]:
    """Return the allocations to the case's charges, latest first."""
    paid = Allocation.objects.filter(charge__case=case, charge__state__in=TAKES_MONEY | {ChargeState.PAID})
    return list(paid.select_related("charge", "payment").order_by("-at", "-pk"))

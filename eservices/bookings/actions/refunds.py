"""Refunds of bookings: by the cancellation terms, and of the deposit afterwards."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.functional import cached_property
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


class CaseRefunds:
    """Refunds for bookings of a case. Its payments and bookings are read once, for all that is asked of it."""

    def __init__(self, case: Case):
        self.case = case

    def due_back_later(self, booking: Booking, now: datetime) -> list[tuple[datetime, int]]:
        """Return when the refund for a cancellation decreases, and its amount from then on, earliest first.

        Empty while the booking is provisional, because everything is refunded then.
        """
        if booking.state == BookingState.PROVISIONAL:
            return []
        return [
            (at, self.amount(booking, share))
            for at, share in cancellation_terms.changes(terms_of(booking), booking.starts_at, now)
        ]

    def amount(self, booking: Booking, share: int) -> int:
        """Return the refund for a booking at such a ``share`` of its price in per cent, in minor units.

        If several times were booked together, each is a part of the price and the parts add up to the whole; the
        deposit is refunded with the last. What is not due any more is first deducted from what is still to pay: if a
        charge was paid in part, only what was paid above the amount that stays due is refunded.
        """
        together = [one.pk for one in self._booked_with(booking)]
        place, number = together.index(booking.pk), len(together)
        price = [line for line in _fee_lines(self.case, booking) if not line.get("deposit")]
        part = sum(cancellation_terms.line_share(line, share, place, number) for line in price)
        return min(max(part + self.deposit_back(booking) - self.open_amount, 0), self.refundable)

    def deposit_back(self, booking: Booking) -> int:
        """Return how much of the deposit is to be refunded; 0 while other bookings that it covers are not settled."""
        together = self._booked_with(booking)
        if any(one.state in UNSETTLED for one in together if one.pk != booking.pk):
            return 0
        kept = sum(self._kept.get(one.pk, 0) for one in together)
        return max(deposit_paid(self.case, booking) - kept, 0)

    @cached_property
    def open_amount(self) -> int:
        """Amount that is still to pay for the case, overdue charges included."""
        charges = Charge.objects.filter(case=self.case, state__in=TAKES_MONEY)
        return sum(charge.open_amount for charge in charges)

    @cached_property
    def refundable(self) -> int:
        return sum(one.refundable for one in _paid_allocations(self.case))

    def _booked_with(self, booking: Booking) -> list[Booking]:
        """Return the bookings of the same answer, this one included, in the order of their creation."""
        return [one for one in self._bookings if one.series == booking.series]

    @cached_property
    def _bookings(self) -> list[Booking]:
        return list(Booking.objects.filter(submission=self.case.submission_id).order_by("created_at", "pk"))

    @cached_property
    def _kept(self) -> dict[UUID, int]:
        """Parts of the deposits that inspections kept, by booking."""
        inspections = Inspection.objects.filter(booking__submission=self.case.submission_id)
        return dict(inspections.order_by().values_list("booking_id").annotate(Sum("kept")))


def refund_booking(*, actor: User, case: Case, booking: Booking, share: int, announced: bool) -> int:
    """Refund what a cancelled booking was paid, and return the amount.

    The case must be locked, and its charge not reduced yet. ``announced``: the caller notifies the applicant of
    the amount.
    """
    return _request_refunds(
        actor, case, CaseRefunds(case).amount(booking, share), _("The booking was cancelled."), announced
    )


def refund_deposit(*, actor: User, case: Case, booking: Booking, announced: bool) -> int:
    """Refund the deposit, less what was kept of it, and return the amount.

    0 while the charge is not fully paid. The case must be locked.
    """
    found = CaseRefunds(case)
    amount = 0 if found.open_amount else min(found.deposit_back(booking), found.refundable)
    return _request_refunds(actor, case, amount, _("The deposit, after the return."), announced)


def deposit_paid(case: Case, booking: Booking) -> int:
    """Return the deposit that was charged for this booking and those booked with it."""
    return sum(line["total"] for line in _fee_lines(case, booking) if line.get("deposit"))


def is_free_of_charge(case: Case, booking: Booking) -> bool:
    """Return whether nothing was charged for the booking's question, deposit included."""
    return not any(line["total"] for line in _fee_lines(case, booking))


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


def _paid_allocations(case: Case) -> list[Allocation]:
    """Return the allocations to the case's charges, latest first."""
    paid = Allocation.objects.filter(charge__case=case, charge__state__in=TAKES_MONEY | {ChargeState.PAID})
    return list(paid.select_related("charge", "payment").order_by("-at", "-pk"))

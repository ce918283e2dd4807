"""What is paid back of a booking: by the terms where it was cancelled, the deposit once it is over."""

from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from eservices.cases.models import Case
from eservices.payments.actions import refunds
from eservices.payments.models import Allocation, Charge
from eservices.payments.states import TAKES_MONEY, ChargeState

from ..logic import cancellation_terms
from ..models import Booking, Inspection
from ..question.fee_lines import fee_lines_of_question
from ..states import UNSETTLED, BookingState


def refund_percent(booking: Booking, now: datetime, *, by_terms: bool = True) -> int:
    """How much of its price is given back if a booking is cancelled now, in per cent.

    What the terms say to who cancels, or all of it; all of it as long as it is not agreed.
    """
    if not by_terms or booking.state == BookingState.PROVISIONAL:
        return 100
    return cancellation_terms.refund_percent_on(terms_of(booking), booking.starts_at, now)


def terms_of(booking: Booking) -> list[tuple[int, int]]:
    """Return days before the beginning and per cent that come back, as they were shown when it was booked.

    The resource's own terms if the bill says none.
    """
    fees = booking.submission.fees if booking.submission_id else []
    for line in fee_lines_of_question(booking.field, fees):
        if "terms" in line:
            return [(days, share) for days, share in line["terms"]]
    return [(block.value["days"], block.value["percent"]) for block in booking.resource.refunds]


def due_back_later(case: Case, booking: Booking, now: datetime) -> list[tuple[datetime, int]]:
    """Return from when on less comes back to the applicant who cancels, and how much then; the first moment first.

    Empty while the booking is not agreed, because all of it comes back then.
    """
    if booking.state == BookingState.PROVISIONAL:
        return []
    return [
        (at, refund_amount(case, booking, share))
        for at, share in cancellation_terms.changes(terms_of(booking), booking.starts_at, now)
    ]


def refund_amount(case: Case, booking: Booking, share: int) -> int:
    """What is given back of what was paid for this booking, with such a ``share`` of its price, in minor units.

    Of several times that were booked together each is a part of the price, and the parts come to the whole; the
    deposit comes back with the last. What is not due any more goes off what is still to pay first: of a bill that was
    paid in part, so much comes back as was paid over what stays due.
    """
    together = list(_together(booking).order_by("created_at", "pk").values_list("pk", flat=True))
    place, number = together.index(booking.pk), len(together)
    price = [line for line in _lines(case, booking) if not line.get("deposit")]
    part = sum(cancellation_terms.line_share(line, share, place, number) for line in price)
    return min(max(part + deposit_back(case, booking) - _to_pay(case), 0), _refundable(case))


def refund_booking(*, actor, case: Case, booking: Booking, share: int, told: bool) -> int:
    """Pays back what is due for what was cancelled; answers how much. The case must be locked, and its bill not
    lessened yet.

    ``told``: whoever calls writes how much it is.
    """
    return _pay(actor, case, refund_amount(case, booking, share), _("The booking was cancelled."), told)


def refund_deposit(*, actor, case: Case, booking: Booking, told: bool) -> int:
    """Pays the deposit back but for what was kept of it, once the bill is paid; answers how much. The case must be
    locked."""
    amount = 0 if _to_pay(case) else min(deposit_back(case, booking), _refundable(case))
    return _pay(actor, case, amount, _("The deposit, after the return."), told)


def deposit_paid(case: Case, booking: Booking) -> int:
    """What was asked as a deposit for this booking and those that were booked with it."""
    return sum(line["total"] for line in _lines(case, booking) if line.get("deposit"))


def is_free_of_charge(case: Case, booking: Booking) -> bool:
    """Whether nothing was asked for what was booked, a deposit included."""
    return not any(line["total"] for line in _lines(case, booking))


def deposit_back(case: Case, booking: Booking) -> int:
    """What is to be given back of the deposit; nothing while others that it is for are not over."""
    if _together(booking).filter(state__in=UNSETTLED).exclude(pk=booking.pk).exists():
        return 0
    kept = Inspection.objects.filter(booking__in=_together(booking)).aggregate(sum=Sum("kept"))["sum"] or 0
    return max(deposit_paid(case, booking) - kept, 0)


def _together(booking: Booking):
    """What was booked with it by the same answer, itself included."""
    return Booking.objects.filter(submission=booking.submission_id, series=booking.series)


def _lines(case: Case, booking: Booking) -> list[dict]:
    """What was due for its question."""
    return fee_lines_of_question(booking.field, case.submission.fees)


def _pay(actor, case: Case, amount: int, reason: str, told: bool) -> int:
    """Asks the providers to pay it back, from what came last on."""
    left = amount
    for allocation in _paid(case):
        part = min(left, allocation.refundable)
        if part:
            refunds.request_refund(actor=actor, allocation=allocation, amount=part, reason=reason, told=told)
            left -= part
    return amount


def _to_pay(case: Case) -> int:
    """What is still to pay for the case, also after its time."""
    return sum(charge.open_amount for charge in Charge.objects.filter(case=case, state__in=TAKES_MONEY))


def _refundable(case: Case) -> int:
    return sum(one.refundable for one in _paid(case))


def _paid(case: Case) -> list[Allocation]:
    """What was received for the case, the latest first."""
    paid = Allocation.objects.filter(charge__case=case, charge__state__in=TAKES_MONEY | {ChargeState.PAID})
    return list(paid.select_related("charge", "payment").order_by("-at", "-pk"))

"""What staff does on the day: handed over, taken back with a look at it, or nobody came."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import trace
from eservices.submissions.models import StoredFile

from .. import emails
from ..models import Booking, Inspection
from .locking import NotAllowed, case_of, change, locked
from .refunding import pay_deposit_back


@transaction.atomic
def hand_over(*, actor, booking: Booking, text: str = "", photos: list[StoredFile] | tuple = ()) -> Booking:
    """Who booked has the keys now; in which condition it was is kept."""
    case = case_of(booking)
    booking = locked(booking)
    change(booking, "hand_over", remind_at=None)
    _keep(actor, booking, Inspection.Kind.HANDOVER, text, photos)
    if case:
        trace.record(case, "booking_handed_over", actor)
    return booking


@transaction.atomic
def take_back(
    *, actor, booking: Booking, text: str = "", photos: list[StoredFile] | tuple = (), kept: int = 0
) -> Booking:
    """It is back. The deposit is paid back but for what is ``kept`` of it, which ``text`` gives the reason for."""
    if kept and not text.strip():
        raise NotAllowed(_("Write why a part of the deposit is kept: the person reads it."))
    case = case_of(booking)
    booking = locked(booking)
    change(booking, "take_back")
    _keep(actor, booking, Inspection.Kind.RETURN, text, photos, kept=kept)
    if case:
        amount = pay_deposit_back(actor=actor, case=case, booking=booking, told=True)
        trace.record(case, "booking_returned", actor, paid_back=amount, kept=kept)
        if amount or kept:
            emails.returned(case, booking, amount, kept, text.strip() if kept else "")
    return booking


@transaction.atomic
def miss(*, actor, booking: Booking) -> Booking:
    """Nobody came: what is left of the time is free again. The price stays due; the deposit is paid back."""
    case = case_of(booking)
    booking = locked(booking)
    if booking.starts_at > timezone.now():
        raise NotAllowed(_("It has not begun yet."))
    change(booking, "miss")
    if case:
        amount = pay_deposit_back(actor=actor, case=case, booking=booking, told=False)
        trace.record(case, "booking_missed", actor, paid_back=amount)
    return booking


def _keep(actor, booking: Booking, kind: str, text: str, photos, kept: int = 0) -> None:
    made = Inspection.objects.create(booking=booking, kind=kind, text=text.strip(), kept=kept, by=actor)
    made.photos.set(photos)

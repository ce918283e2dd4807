"""Handovers of resources: handed over, taken back with an inspection, or not collected."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import audit_log
from eservices.submissions.models import StoredFile

from .. import emails
from ..models import Booking, Inspection
from .locking import BookingActionRefused, apply_transition, lock_booking, lock_case_of_booking
from .refunds import refund_deposit


@transaction.atomic
def record_handover(
    *, actor: User, booking: Booking, text: str = "", photos: list[StoredFile] | tuple[Any, ...] = ()
) -> Booking:
    """Record that the resource was handed over, with an inspection of its condition."""
    case = lock_case_of_booking(booking)
    booking = lock_booking(booking)
    apply_transition(booking, "hand_over", remind_at=None)
    _create_inspection(actor, booking, Inspection.Kind.HANDOVER, text, photos)
    if case:
        audit_log.record_event(case, "booking_handed_over", actor)
    return booking


@transaction.atomic
def record_return(
    *,
    actor: User,
    booking: Booking,
    text: str = "",
    photos: list[StoredFile] | tuple[Any, ...] = (),
    kept: int = 0,
) -> Booking:
    """Record that the resource was returned.

    The deposit is refunded except for ``kept``, in minor units, which needs its reason in ``text``.
    """
    if kept and not text.strip():
        raise BookingActionRefused(_("Explain why part of the deposit is retained. The person reads it."))
    case = lock_case_of_booking(booking)
    booking = lock_booking(booking)
    apply_transition(booking, "take_back")
    _create_inspection(actor, booking, Inspection.Kind.RETURN, text, photos, kept=kept)
    if case:
        amount = refund_deposit(actor=actor, case=case, booking=booking, announced=True)
        audit_log.record_event(case, "booking_returned", actor, paid_back=amount, kept=kept)
        if amount or kept:
            emails.send_return_statement(case, booking, amount, kept, text.strip() if kept else "")
    return booking


@transaction.atomic
def record_no_show(*, actor: User, booking: Booking) -> Booking:
    """Record that nobody came. The rest of the time is free again, the price stays due, the deposit is refunded."""
    case = lock_case_of_booking(booking)
    booking = lock_booking(booking)
    if booking.starts_at > timezone.now():
        raise BookingActionRefused(_("The booking has not begun yet."))
    apply_transition(booking, "miss")
    if case:
        amount = refund_deposit(actor=actor, case=case, booking=booking, announced=False)
        audit_log.record_event(case, "booking_missed", actor, paid_back=amount)
    return booking


def _create_inspection(
    actor: User, booking: Booking, kind: str, text: str, photos: Iterable[StoredFile], kept: int = 0
) -> None:
    inspection = Inspection.objects.create(booking=booking, kind=kind, text=text.strip(), kept=kept, by=actor)
    inspection.photos.set(photos)

"""Lifecycle of bookings after sending: confirmed, refused, moved, cancelled, reminded of."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import audit_log
from eservices.cases.actors import Applicant
from eservices.cases.models import Case
from eservices.cases.states import CaseOutcome
from eservices.payments.actions import charges
from eservices.submissions.models import Submission

from .. import emails
from ..bookable_resources import BookableResource, promised_pieces
from ..logic import cancellation_terms
from ..logic.availability import TimeSpan
from ..models import Booking
from ..states import MOVABLE, BookingState
from .history import log_booking_action
from .holds import save_bookings
from .locking import (
    BookingActionRefused,
    StaleBooking,
    apply_transition,
    delete_expired_holds_on,
    lock_booking,
    lock_case_of_booking,
    take_pieces,
    units_locked,
)
from .refunds import refund_booking, refund_percent


def request_bookings(
    *,
    actor: User,
    submission: Submission,
    field: str,
    offer: BookableResource,
    spans: list[TimeSpan],
    series: UUID,
    count: int = 1,
) -> None:
    """Make the bookings of an answer provisional, in the transaction that sends the submission.

    An expired hold is taken again if the time is free. Raises ``TimeTaken`` if another booking took it.
    """
    now, wanted = timezone.now(), {(span.start, span.end) for span in spans}
    with units_locked(offer.needs):
        delete_expired_holds_on(offer.needs, now)
        promised = promised_pieces([offer], TimeSpan.over(spans))
        own = Booking.objects.filter(draft=submission.draft_id, field=field, state=BookingState.HELD)
        held = {
            (one.starts_at, one.ends_at): one
            for one in own.filter(series=series, resource=offer.pk, count=count)
            if (one.starts_at, one.ends_at) in wanted
        }
        own.exclude(pk__in=[one.pk for one in held.values()]).delete()
        new_bookings = [
            Booking(
                resource_id=offer.pk,
                count=count,
                starts_at=start,
                ends_at=end,
                rehearsal=submission.version.is_rehearsal,
                draft=submission.draft,
                field=field,
                series=series,
            )
            for start, end in sorted(wanted - held.keys())
        ]
        save_bookings(new_bookings, offer, now, promised)
        for one in [*held.values(), *new_bookings]:
            apply_transition(one, "send", submission=submission, held_until=None, held_by="")


@transaction.atomic
def confirm_booking(*, actor: User, booking: Booking) -> Booking:
    """Confirm a booking and set when its applicant is reminded. Its case, if any, must be locked."""
    booking = lock_booking(booking)
    before = booking.resource.remind_before
    remind_at = booking.starts_at - timedelta(hours=before) if before else None
    apply_transition(
        booking, "confirm", remind_at=remind_at if remind_at and remind_at > timezone.now() else None
    )
    return booking


@transaction.atomic
def confirm_requested_bookings(*, actor: User, submission: Submission) -> list[Booking]:
    """Confirm all provisional bookings of a submission. Its case must be locked, or not opened yet."""
    asked = Booking.objects.of_submission(submission).filter(state=BookingState.PROVISIONAL)
    return [confirm_booking(actor=actor, booking=booking) for booking in asked]


@transaction.atomic
def send_confirmation(*, actor: User, case: Case, bookings: list[Booking], **acceptance: Any) -> None:
    """Send one message that confirms the bookings and, if ``acceptance`` is given, the acceptance of the case.

    Without bookings nothing is sent. The case must be locked, or new.
    """
    if bookings:
        emails.send_confirmation(case, bookings, **acceptance)
        audit_log.record_event(case, "booking_confirmed", actor)


@transaction.atomic
def refuse_booking(*, actor: User, booking: Booking) -> Booking:
    """Refuse a booking, which frees its time. The applicant reads the reason in the message about the case."""
    booking = lock_booking(booking)
    apply_transition(booking, "refuse")
    return booking


@transaction.atomic
def cancel_booking(*, actor: User, booking: Booking, by_terms: bool = False, tell: bool = True) -> Booking:
    """Cancel a booking: its time is free, what was paid is refunded, and nothing is due any more.

    ``by_terms``: the applicant wants to cancel, so a confirmed booking is refunded by the cancellation terms.
    Applicants may cancel until the resource's limit for changes, staff always. ``tell``: send a message about it.
    """
    case = lock_case_of_booking(booking)
    booking = lock_booking(booking)
    now = timezone.now()
    if isinstance(actor, Applicant):
        _refuse_late_change(booking, now)
    share = refund_percent(booking, now, by_terms=by_terms or isinstance(actor, Applicant))
    apply_transition(booking, "cancel", remind_at=None, sequence=booking.sequence + 1, still_due=100 - share)
    if case:
        amount = refund_booking(actor=actor, case=case, booking=booking, share=share, announced=tell)
        charge = charges.sync_charge(actor=actor, case=case)
        audit_log.record_event(
            case, "booking_cancelled", actor, at=booking.starts_at.isoformat(), paid_back=amount
        )
        if tell:
            emails.send_cancellation(case, [booking], amount, charge)
    else:
        log_booking_action(actor, booking, "cancel")
    return booking


def move_booking(
    *,
    actor: User,
    booking: Booking,
    offer: BookableResource,
    span: TimeSpan,
    ignore_rules: bool = False,
    seen: int | None = None,
) -> Booking:
    """Move a booking to another time or resource. The old time is free once the new one is taken.

    ``ignore_rules``: staff ignore the rules, though never other bookings. ``seen``: the ``sequence`` with which the
    booking was shown. Raises ``TimeTaken``, ``StaleBooking``, or ``BookingActionRefused`` if it is too late for the
    applicant.
    """
    now = timezone.now()
    units = {*offer.needs, *booking.pieces.values_list("unit", flat=True)}
    with transaction.atomic():
        case = lock_case_of_booking(booking)
        with units_locked(units):
            delete_expired_holds_on(units, now)
            booking = lock_booking(booking)
            if seen not in (None, booking.sequence):
                raise StaleBooking
            if booking.state not in MOVABLE:
                raise BookingActionRefused(_("You can only move a booking that is requested or confirmed."))
            if isinstance(actor, Applicant):
                _refuse_late_change(booking, now)
            _store_new_time(booking, offer, span, now)
            if not booking.rehearsal:
                take_pieces([booking], offer, now, ignore_rules=ignore_rules)
        if case:
            audit_log.record_event(case, "booking_moved", actor, at=span.start.isoformat())
            emails.send_moved(case, booking, charges.sync_charge(actor=actor, case=case))
        else:
            log_booking_action(actor, booking, "move")
    return booking


def _store_new_time(booking: Booking, offer: BookableResource, span: TimeSpan, now: datetime) -> None:
    """Save the new resource, time and reminder of a booking, without its pieces."""
    booking.resource_id, booking.starts_at, booking.ends_at = offer.pk, span.start, span.end
    booking.sequence += 1
    remind_at = span.start - timedelta(hours=booking.resource.remind_before)
    booking.remind_at = remind_at if booking.state == BookingState.CONFIRMED and remind_at > now else None
    booking.save(update_fields=["resource", "starts_at", "ends_at", "sequence", "remind_at"])


@transaction.atomic
def send_reminder(*, actor: User, booking: Booking, now: datetime) -> None:
    """Remind the applicant, once, that the booking begins soon."""
    case = lock_case_of_booking(booking)
    if Booking.objects.to_remind(now).filter(pk=booking.pk).update(remind_at=None) and case:
        emails.send_reminder(case, booking)
        audit_log.record_event(case, "booking_reminded", actor)


@transaction.atomic
def release_booking(*, actor: User, booking: Booking) -> None:
    """Release a booking whose case is closed: refuse it if provisional, cancel it if confirmed.

    Does nothing while the case is open or if there is none. If the applicant withdrew the case, the cancellation terms
    apply.
    """
    case = lock_case_of_booking(booking)
    if case is None or case.is_open:
        return
    booking = Booking.objects.get(pk=booking.pk)
    if booking.state == BookingState.PROVISIONAL:
        refuse_booking(actor=actor, booking=booking)
    elif booking.state == BookingState.CONFIRMED:
        withdrawn = case.outcome == CaseOutcome.WITHDRAWN
        cancel_booking(actor=actor, booking=booking, by_terms=withdrawn, tell=False)


def _refuse_late_change(booking: Booking, now: datetime) -> None:
    if not cancellation_terms.is_change_in_time(booking.starts_at, booking.resource.change_until, now):
        raise BookingActionRefused(_("It is too late to change this booking here. Please call us."))

"""The life of a booking after it was sent: agreed, moved, cancelled, reminded of."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import trace
from eservices.cases.actors import Applicant
from eservices.cases.models import Case
from eservices.cases.states import Outcome
from eservices.payments.actions import charges
from eservices.submissions.models import Submission

from .. import emails, terms
from ..availability import Span
from ..models import Booking
from ..offers import Offer, promises
from ..states import MOVABLE, State
from .holding import keep
from .locking import NotAllowed, Stale, case_of, change, forget_expired, locked, take, taking
from .noting import note_booking
from .refunding import pay_back, share_back


def send(
    *,
    actor,
    submission: Submission,
    field: str,
    offer: Offer,
    spans: list[Span],
    series: UUID,
    count: int = 1,
) -> None:
    """Makes what the answer names provisional, in the transaction of sending.

    A hold that expired is taken again if the time is free. Raises ``Taken`` where somebody else was faster.
    """
    now, wanted = timezone.now(), {(span.start, span.end) for span in spans}
    with taking(offer.needs):
        forget_expired(offer.needs, now)
        promised = promises([offer], Span.over(spans))
        own = Booking.objects.filter(draft=submission.draft_id, field=field, state=State.HELD)
        held = {
            (one.starts_at, one.ends_at): one
            for one in own.filter(series=series, resource=offer.pk, count=count)
            if (one.starts_at, one.ends_at) in wanted
        }
        own.exclude(pk__in=[one.pk for one in held.values()]).delete()
        lost = [
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
        keep(lost, offer, now, promised)
        for one in [*held.values(), *lost]:
            change(one, "send", submission=submission, held_until=None, held_by="")


@transaction.atomic
def confirm(*, actor, booking: Booking) -> Booking:
    """It is agreed; whoever booked is reminded some time before. Its case, if any, must be locked."""
    booking = locked(booking)
    before = booking.resource.remind_before
    remind_at = booking.starts_at - timedelta(hours=before) if before else None
    change(booking, "confirm", remind_at=remind_at if remind_at and remind_at > timezone.now() else None)
    return booking


@transaction.atomic
def confirm_asked(*, actor, submission: Submission) -> list[Booking]:
    """Everything that a request asks for is agreed. Its case must be locked, or not opened yet."""
    asked = Booking.objects.of_submission(submission).filter(state=State.PROVISIONAL)
    return [confirm(actor=actor, booking=booking) for booking in asked]


@transaction.atomic
def tell_confirmed(*, actor, case: Case, bookings: list[Booking], **acceptance) -> None:
    """One letter says what was agreed, if anything was, and that the request was accepted, if it is to tell that.

    The case must be locked, or new.
    """
    if bookings:
        emails.confirmed(case, bookings, **acceptance)
        trace.record(case, "booking_confirmed", actor)


@transaction.atomic
def refuse(*, actor, booking: Booking) -> Booking:
    """It is not agreed: the time is free again. Who asked reads why in the letter about the case."""
    booking = locked(booking)
    change(booking, "refuse")
    return booking


@transaction.atomic
def cancel(*, actor, booking: Booking, by_terms: bool = False, tell: bool = True) -> Booking:
    """It does not take place: the time is free again, all that was paid is paid back, and nothing is due any more.

    ``by_terms``: who booked wants it so, and gets back what the terms say, once it was agreed. They may do it
    themselves until the terms say so, staff always; ``tell``: a letter says so.
    """
    case = case_of(booking)
    booking = locked(booking)
    now = timezone.now()
    if isinstance(actor, Applicant):
        _in_time(booking, now)
    share = share_back(booking, now, by_terms=by_terms or isinstance(actor, Applicant))
    change(booking, "cancel", remind_at=None, sequence=booking.sequence + 1, still_due=100 - share)
    if case:
        amount = pay_back(actor=actor, case=case, booking=booking, share=share, told=tell)
        charge = charges.follow(actor=actor, case=case)
        trace.record(case, "booking_cancelled", actor, at=booking.starts_at.isoformat(), paid_back=amount)
        if tell:
            emails.cancelled(case, [booking], amount, charge)
    else:
        note_booking(actor, booking, "cancel")
    return booking


def move(
    *, actor, booking: Booking, offer: Offer, span: Span, anyway: bool = False, seen: int | None = None
) -> Booking:
    """Another time, or another resource; the old time is free as soon as the new one is taken.

    ``anyway``: staff goes past the rules, never over another booking. ``seen``: the ``sequence`` that it was shown
    with. Raises ``Taken``, ``Stale``, or ``NotAllowed`` where it is too late for who booked.
    """
    now = timezone.now()
    units = {*offer.needs, *booking.pieces.values_list("unit", flat=True)}
    with transaction.atomic():
        case = case_of(booking)
        with taking(units):
            forget_expired(units, now)
            booking = locked(booking)
            if seen not in (None, booking.sequence):
                raise Stale
            if booking.state not in MOVABLE:
                raise NotAllowed(_("Only what is asked for or confirmed can be moved."))
            if isinstance(actor, Applicant):
                _in_time(booking, now)
            _put(booking, offer, span, now)
            if not booking.rehearsal:
                take([booking], offer, now, anyway=anyway)
        if case:
            trace.record(case, "booking_moved", actor, at=span.start.isoformat())
            emails.moved(case, booking, charges.follow(actor=actor, case=case))
        else:
            note_booking(actor, booking, "move")
    return booking


def _put(booking: Booking, offer: Offer, span: Span, now: datetime) -> None:
    """Writes where and when it is now, and when to remind of it."""
    booking.resource_id, booking.starts_at, booking.ends_at = offer.pk, span.start, span.end
    booking.sequence += 1
    remind_at = span.start - timedelta(hours=booking.resource.remind_before)
    booking.remind_at = remind_at if booking.state == State.CONFIRMED and remind_at > now else None
    booking.save(update_fields=["resource", "starts_at", "ends_at", "sequence", "remind_at"])


@transaction.atomic
def remind(*, actor, booking: Booking, now: datetime) -> None:
    """Tells who booked, once, that it begins soon."""
    case = case_of(booking)
    if Booking.objects.to_remind(now).filter(pk=booking.pk).update(remind_at=None) and case:
        emails.reminder(case, booking)
        trace.record(case, "booking_reminded", actor)


@transaction.atomic
def let_go(*, actor, booking: Booking) -> None:
    """The case ended otherwise, refused or withdrawn: its bookings give their time back."""
    case = case_of(booking)
    if case is None or case.is_open:
        return
    booking = Booking.objects.get(pk=booking.pk)
    if booking.state == State.PROVISIONAL:
        refuse(actor=actor, booking=booking)
    elif booking.state == State.CONFIRMED:
        withdrawn = case.outcome == Outcome.WITHDRAWN
        cancel(actor=actor, booking=booking, by_terms=withdrawn, tell=False)


def _in_time(booking: Booking, now: datetime) -> None:
    if not terms.may_change(booking.starts_at, booking.resource.change_until, now):
        raise NotAllowed(_("It is too late to change this booking here. Please call us."))

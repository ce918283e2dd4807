"""Waiting list: a time that becomes free is offered to the entry that waited longest, for a limited time.

An offer is a hold like any other, so nobody else gets the time until it expires; then the next entry gets an offer.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from eservices.deliveries import actions as deliveries
from eservices.formbuilder.models import Form
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft

from .. import emails
from ..bookable_resources import (
    BookableResource,
    availability_calendar,
    bookable_resource,
    bookable_resources,
)
from ..logic.availability import RefusalReason, TimeSpan, refusal_reason
from ..models import Booking, WaitingEntry
from ..question.answers import RequestedTimes, write_answer
from ..states import BookingState
from .history import log_resource_action
from .holds import HOLD_DURATION, caller_digest, save_bookings
from .locking import (
    BookingActionRefused,
    TimeTaken,
    delete_expired_holds_on,
    lock_units,
    release_pieces,
    units_locked,
)

OFFERED_FOR = timedelta(hours=24)
LOOK_AGAIN = timedelta(minutes=2)
MAX_ENTRIES_PER_PERSON, MAX_ENTRIES_PER_ADDRESS = (
    5,
    30,
)  # entries of one person, or one network address, at the same time


def join_waiting_list(
    *,
    actor: User,
    form: Form,
    field: str,
    offer: BookableResource,
    span: TimeSpan,
    email: str,
    language: str,
    count: int = 1,
    caller: str = "",
) -> WaitingEntry:
    """Add a person to the waiting list for a taken time. Return the open entry if the person already has one.

    Raises ``BookingActionRefused`` if the time is free or cannot be booked, or if the person waits for too many times.
    """
    why = availability_calendar(offer, span, count=count).refusal(span)
    if span.start <= timezone.now():
        raise TimeTaken(RefusalReason.PAST)
    if why is None:
        raise BookingActionRefused(_("This time is free: you can book it."))
    if why != RefusalReason.TAKEN:
        raise TimeTaken(why)
    address = stored_form(email)
    place = {
        "email": address,
        "resource_id": offer.pk,
        "starts_at": span.start,
        "ends_at": span.end,
    }
    with transaction.atomic():
        lock_units(offer.needs)
        if already := WaitingEntry.objects.open().filter(**place).first():
            return already
        asked_by = caller_digest(caller)
        _check_entry_limit(address, asked_by)
        waiting = WaitingEntry.objects.create(
            **place,
            form=form,
            field=field,
            count=count,
            language=language,
            asked_by=asked_by,
            due_at=timezone.now() + LOOK_AGAIN,
        )
        emails.send_waiting_confirmation(waiting)
    return waiting


def _check_entry_limit(email: str, asked_by: str) -> None:
    waiting = WaitingEntry.objects.open()
    of_person, of_address = waiting.of_mailbox(email), waiting.filter(asked_by=asked_by)
    if of_person.count() >= MAX_ENTRIES_PER_PERSON or (
        asked_by and of_address.count() >= MAX_ENTRIES_PER_ADDRESS
    ):
        raise BookingActionRefused(_("You wait for several times already. Leave one of the lists first."))


def process_waiting_entry(*, actor: User, waiting: WaitingEntry, now: datetime) -> None:
    """Do what is due: end an offer that was not accepted, or offer the time if it is free. Idempotent.

    Earlier entries for the same units come first.
    """
    earlier = WaitingEntry.objects.waiting().for_any_of(
        _unit_ids(waiting), waiting.starts_at, waiting.ends_at
    )
    queue = [*earlier.filter(created_at__lt=waiting.created_at), waiting]
    units = {unit for one in queue for unit in _unit_ids(one)}
    with units_locked(units):
        delete_expired_holds_on(units, now)
        for one in (
            WaitingEntry.objects.select_for_update()
            .filter(pk__in=[row.pk for row in queue])
            .order_by("created_at")
        ):
            if one.state == WaitingEntry.State.OFFERED and one.due_at and one.due_at <= now:
                _expire_offer(one, one.due_at, now)
            elif one.state == WaitingEntry.State.WAITING:
                _offer(one, now)


def _expire_offer(waiting: WaitingEntry, until: datetime, now: datetime) -> None:
    """End an offer that was not accepted, and notify the person, who can join the list again if there is time.

    ``until``: when it ended.
    """
    _end(waiting, WaitingEntry.State.LAPSED)
    if now < waiting.starts_at:
        emails.send_offer_expired(waiting, until, again=is_still_bookable(waiting, now))


def _end_unbookable(waiting: WaitingEntry, now: datetime) -> None:
    """End an entry whose time cannot be booked any more, and notify the person, who can look for another time."""
    _end(waiting, WaitingEntry.State.IN_VAIN)
    if now < waiting.starts_at:
        emails.send_waiting_ended(waiting)


def offer_time(*, actor: User, waiting: WaitingEntry) -> None:
    """Offer the time to this entry, regardless of order. Raise ``BookingActionRefused`` if it is not free."""
    now, units = timezone.now(), _unit_ids(waiting)
    with units_locked(units):
        delete_expired_holds_on(units, now)
        waiting = _lock_entry(waiting)
        if waiting.state == WaitingEntry.State.WAITING:
            _offer(waiting, now)
        if waiting.state != WaitingEntry.State.OFFERED:
            raise BookingActionRefused(_("This time is not free, or too near to be offered."))
        log_resource_action(actor, waiting.resource, "offer_waiting", at=waiting.starts_at.isoformat())


@transaction.atomic
def remove_from_waiting_list(*, actor: User, waiting: WaitingEntry) -> None:
    """Remove an entry from the list and notify the person. An offered time goes to the next entry."""
    if _end_open_entry(waiting):
        emails.send_removed(waiting)
        log_resource_action(actor, waiting.resource, "remove_waiting", at=waiting.starts_at.isoformat())


def _offer(waiting: WaitingEntry, now: datetime) -> None:
    """Offer the time if it is free. If it cannot be booked any more, end the entry."""
    wanted = bookable_resource(waiting.resource.key)
    if wanted is None or not is_still_bookable(waiting, now):
        _end_unbookable(waiting, now)
        return
    until = min(now + OFFERED_FOR, waiting.starts_at - wanted.rules.lead)
    hold = Booking(
        resource_id=wanted.pk,
        count=waiting.count,
        starts_at=waiting.starts_at,
        ends_at=waiting.ends_at,
        field=waiting.field,
        held_until=until,
    )
    try:
        with transaction.atomic():
            save_bookings([hold], wanted, now, promised=())
    except (TimeTaken, IntegrityError):
        waiting.due_at = now + LOOK_AGAIN
        waiting.save(update_fields=["due_at"])
        return
    waiting.state, waiting.booking, waiting.due_at = WaitingEntry.State.OFFERED, hold, until
    waiting.save(update_fields=["state", "booking", "due_at"])
    emails.send_offer(waiting, until)


def is_still_bookable(waiting: WaitingEntry, now: datetime) -> bool:
    """Return whether the rules still allow booking the time of this entry."""
    wanted = bookable_resource(waiting.resource.key)
    if wanted is None or now >= waiting.starts_at:
        return False
    return not refusal_reason(wanted.rules, waiting.span, now)


@transaction.atomic
def accept_offer(*, actor: User, waiting: WaitingEntry) -> Draft:
    """Accept an offer: start a draft with this time, held at least until the offer would have ended.

    Raises ``BookingActionRefused`` if the offer has ended or its form no longer asks for a booking.
    """
    now = timezone.now()
    lock_units(_unit_ids(waiting))
    waiting = _lock_entry(waiting)
    hold = waiting.booking
    until = hold.held_until if hold else None
    if waiting.state != WaitingEntry.State.OFFERED or hold is None or until is None or until <= now:
        raise BookingActionRefused(_("This offer has ended. The next person was asked."))
    version = waiting.form.current
    wanted = bookable_resource(waiting.resource.key)
    asked = version.definition.fields.get(waiting.field) if version else None
    if version is None or wanted is None or asked is None or asked.type != "booking":
        raise BookingActionRefused(_("This cannot be booked here any more. Please call us."))
    span = waiting.span
    answer = write_answer(RequestedTimes(wanted, [span], waiting.count, hold.series))
    draft = submissions.start_draft(
        actor=actor, version=version, language=waiting.language, answers={waiting.field: answer}
    )
    hold.draft, hold.held_until = draft, max(until, now + HOLD_DURATION)
    hold.save(update_fields=["draft", "held_until"])
    waiting.state, waiting.due_at = WaitingEntry.State.TAKEN, None
    waiting.save(update_fields=["state", "due_at"])
    return draft


@transaction.atomic
def leave_waiting_list(*, actor: User, waiting: WaitingEntry) -> None:
    """Leave the list. An offered time goes to the next entry. Does nothing if the entry is closed."""
    _end_open_entry(waiting)


@transaction.atomic
def erase_waiting_entry(*, actor: User, waiting: WaitingEntry) -> None:
    """Leave the list and erase the entry, with the deliveries about it."""
    _end_open_entry(waiting)
    deliveries.erase_deliveries_about(actor=actor, subject=emails.waiting_subject(waiting))
    waiting.delete()


def _end_open_entry(waiting: WaitingEntry) -> bool:
    """End an entry, with its units locked. Return False if it is already closed."""
    lock_units(_unit_ids(waiting))
    waiting = _lock_entry(waiting)
    if waiting.state not in (WaitingEntry.State.WAITING, WaitingEntry.State.OFFERED):
        return False
    _end(waiting, WaitingEntry.State.LEFT)
    return True


def _end(waiting: WaitingEntry, state: str) -> None:
    """Close an entry and release its hold, which frees the time for the next."""
    hold = waiting.booking
    waiting.state, waiting.booking, waiting.due_at = state, None, None
    waiting.save(update_fields=["state", "booking", "due_at"])
    if hold and hold.state == BookingState.HELD:
        release_pieces(hold)
        hold.delete()


def _lock_entry(waiting: WaitingEntry) -> WaitingEntry:
    rows = WaitingEntry.objects.select_for_update(of=("self",))
    return rows.select_related("booking", "resource", "form").get(pk=waiting.pk)


def _unit_ids(waiting: WaitingEntry) -> set[int]:
    """Return the ids of the units that the entry's resource takes."""
    known = next((one for one in bookable_resources().values() if one.pk == waiting.resource_id), None)
    return set(known.needs) if known else set()

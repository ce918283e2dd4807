"""The waiting list: a time that becomes free is offered to who waited longest, for a limited time.

An offer is a hold like any other, so nobody else gets the time meanwhile; it ends by itself, and the next is asked.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries import actions as deliveries
from eservices.formbuilder.models import Form
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft

from .. import emails
from ..answers import Wanted, written
from ..availability import Refusal, Span, refusal
from ..models import Booking, Waiting
from ..offers import Offer, calendar, offer, offers
from ..states import State
from .holding import HELD_FOR, digest, keep
from .locking import NotAllowed, Taken, forget_expired, give_back, lock, taking
from .noting import note

OFFERED_FOR = timedelta(hours=24)
LOOK_AGAIN = timedelta(minutes=2)
MOST_OF_PERSON, MOST_OF_ADDRESS = 5, 30  # times that the same person, or the same network address, waits for


def join(
    *,
    actor,
    form: Form,
    field: str,
    offer: Offer,
    span: Span,
    email: str,
    language: str,
    count: int = 1,
    caller: str = "",
) -> Waiting:
    """Puts somebody at the end of the list for a time that is taken; who is on it already stays where they are.

    Raises ``NotAllowed`` where the time is free, where it cannot be booked at all, or where one waits too much.
    """
    why = calendar(offer, span, count=count).refusal(span)
    if span.start <= timezone.now():
        raise Taken(Refusal.PAST)
    if why is None:
        raise NotAllowed(_("This time is free: you can book it."))
    if why != Refusal.TAKEN:
        raise Taken(why)
    place = {
        "email": stored_form(email),
        "resource_id": offer.pk,
        "starts_at": span.start,
        "ends_at": span.end,
    }
    with transaction.atomic():
        lock(offer.needs)
        if already := Waiting.objects.open().filter(**place).first():
            return already
        asked_by = digest(caller)
        _allow(place["email"], asked_by)
        waiting = Waiting.objects.create(
            **place,
            form=form,
            field=field,
            count=count,
            language=language,
            asked_by=asked_by,
            due_at=timezone.now() + LOOK_AGAIN,
        )
        emails.waiting(waiting)
    return waiting


def _allow(email: str, asked_by: str) -> None:
    waiting = Waiting.objects.open()
    of_person, of_address = waiting.of_mailbox(email), waiting.filter(asked_by=asked_by)
    if of_person.count() >= MOST_OF_PERSON or (asked_by and of_address.count() >= MOST_OF_ADDRESS):
        raise NotAllowed(_("You wait for several times already. Leave one of the lists first."))


def look_after(*, actor, waiting: Waiting, now: datetime) -> None:
    """Does what is due: ends an offer that nobody took, or offers the time if it is free. Any number of times."""
    earlier = Waiting.objects.waiting().for_any_of(_units(waiting), waiting.starts_at, waiting.ends_at)
    queue = [*earlier.filter(created_at__lt=waiting.created_at), waiting]
    units = {unit for one in queue for unit in _units(one)}
    with taking(units):
        forget_expired(units, now)
        for one in (
            Waiting.objects.select_for_update()
            .filter(pk__in=[row.pk for row in queue])
            .order_by("created_at")
        ):
            if one.state == Waiting.State.OFFERED and one.due_at <= now:
                _lapse(one, now)
            elif one.state == Waiting.State.WAITING:
                _offer(one, now)


def _lapse(waiting: Waiting, now: datetime) -> None:
    """Nobody took what was offered. Who might wait for it once more is told."""
    until = waiting.due_at
    _end(waiting, Waiting.State.LAPSED)
    if now < waiting.starts_at:
        emails.lapsed(waiting, until, again=can_be_had(waiting, now))


def _give_up(waiting: Waiting, now: datetime) -> None:
    """It was never offered, and cannot be booked any more. Who might still look elsewhere is told."""
    _end(waiting, Waiting.State.IN_VAIN)
    if now < waiting.starts_at:
        emails.in_vain(waiting)


def offer_now(*, actor, waiting: Waiting) -> None:
    """Staff offers the time to this one, whoever came before. Raises ``NotAllowed`` where it cannot be had."""
    now, units = timezone.now(), _units(waiting)
    with taking(units):
        forget_expired(units, now)
        waiting = _locked(waiting)
        if waiting.state == Waiting.State.WAITING:
            _offer(waiting, now)
        if waiting.state != Waiting.State.OFFERED:
            raise NotAllowed(_("This time is not free, or too near to be offered."))
        note(actor, waiting.resource, "offer_waiting", at=waiting.starts_at.isoformat())


@transaction.atomic
def remove(*, actor, waiting: Waiting) -> None:
    """Staff takes somebody off the list, who reads so; a time that was offered goes to the next."""
    if _left(waiting):
        emails.removed(waiting)
        note(actor, waiting.resource, "remove_waiting", at=waiting.starts_at.isoformat())


def _offer(waiting: Waiting, now: datetime) -> None:
    """Offers the time if it is free; where it cannot be booked any more, the waiting is over."""
    if not can_be_had(waiting, now):
        _give_up(waiting, now)
        return
    wanted = offer(waiting.resource.key)
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
            keep([hold], wanted, now, promised=())
    except (Taken, IntegrityError):
        waiting.due_at = now + LOOK_AGAIN
        waiting.save(update_fields=["due_at"])
        return
    waiting.state, waiting.booking, waiting.due_at = Waiting.State.OFFERED, hold, until
    waiting.save(update_fields=["state", "booking", "due_at"])
    emails.offered(waiting, until)


def can_be_had(waiting: Waiting, now: datetime) -> bool:
    """Whether the rules still let somebody book it, or wait for it."""
    wanted = offer(waiting.resource.key)
    return bool(wanted) and now < waiting.starts_at and not refusal(wanted.rules, waiting.span, now)


@transaction.atomic
def take_offer(*, actor, waiting: Waiting) -> Draft:
    """Who has the offer takes it: a request with this time, which stays held for as long as the offer said."""
    now = timezone.now()
    lock(_units(waiting))
    waiting = _locked(waiting)
    hold = waiting.booking
    if waiting.state != Waiting.State.OFFERED or hold is None or hold.held_until <= now:
        raise NotAllowed(_("This offer has ended. Somebody else was asked."))
    version = waiting.form.current
    asked = version and version.definition.fields.get(waiting.field)
    if not asked or asked.type != "booking":
        raise NotAllowed(_("This cannot be booked here any more. Please call us."))
    span = waiting.span
    answer = written(Wanted(offer(waiting.resource.key), [span], waiting.count, hold.series))
    draft = submissions.start_draft(
        actor=actor, version=version, language=waiting.language, answers={waiting.field: answer}
    )
    hold.draft, hold.held_until = draft, max(hold.held_until, now + HELD_FOR)
    hold.save(update_fields=["draft", "held_until"])
    waiting.state, waiting.due_at = Waiting.State.TAKEN, None
    waiting.save(update_fields=["state", "due_at"])
    return draft


@transaction.atomic
def leave(*, actor, waiting: Waiting) -> None:
    """Leaves the list; a time that was offered goes to the next. Nothing happens where the waiting is over."""
    _left(waiting)


@transaction.atomic
def forget_waiting(*, actor, waiting: Waiting) -> None:
    """Leaves the list and forgets who stood there, in the letters that went out too."""
    _left(waiting)
    deliveries.erase(actor=actor, subject=emails.about(waiting))
    waiting.delete()


def _left(waiting: Waiting) -> bool:
    """Ends the waiting, under the locks of what it takes; False where it was over already."""
    lock(_units(waiting))
    waiting = _locked(waiting)
    if waiting.state not in (Waiting.State.WAITING, Waiting.State.OFFERED):
        return False
    _end(waiting, Waiting.State.LEFT)
    return True


def _end(waiting: Waiting, state: str) -> None:
    """It is over; what was held for it is free for the next."""
    hold = waiting.booking
    waiting.state, waiting.booking, waiting.due_at = state, None, None
    waiting.save(update_fields=["state", "booking", "due_at"])
    if hold and hold.state == State.HELD:
        give_back(hold)
        hold.delete()


def _locked(waiting: Waiting) -> Waiting:
    rows = Waiting.objects.select_for_update(of=("self",))
    return rows.select_related("booking", "resource", "form").get(pk=waiting.pk)


def _units(waiting: Waiting) -> set[int]:
    """What it takes."""
    known = next((one for one in offers().values() if one.pk == waiting.resource_id), None)
    return set(known.needs) if known else set()

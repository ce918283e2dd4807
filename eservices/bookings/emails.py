"""The letters about bookings, with the times as iCalendar where they go by e-mail."""

from datetime import datetime

from django.urls import reverse
from django.utils import translation

from eservices.cases.emails import queue_letter_to_applicant
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import kind_of
from eservices.deliveries.actions import queue_email
from eservices.deliveries.models import Delivery
from eservices.formbuilder.fee_breakdown import cancellation_in_words
from eservices.payments.models import Charge
from home.links.page_links import absolute_url

from . import ical_export
from .bookable_resources import bookable_resource
from .models import Booking, WaitingEntry
from .states import BookingState
from .time_text import format_booking


def send_confirmation(case: Case, bookings: list[Booking], **acceptance) -> Delivery | None:
    """It is agreed: when, where, and how one gets in, if that may be known by now."""
    codes = _codes(bookings) if _may_get_in(case) else []
    with translation.override(case.language):
        terms = cancellation_in_words(case.submission.fees)
    return _letter(case, "confirmed", bookings, codes=codes, terms=terms, **acceptance)


def send_reminder(case: Case, booking: Booking) -> Delivery | None:
    """Soon it begins; this is how one gets in."""
    return _letter(case, "reminder", [booking], codes=_codes([booking]))


def send_moved(case: Case, booking: Booking, charge: Charge | None = None) -> Delivery | None:
    """It takes place at another time, and perhaps elsewhere: how one gets in then, once it is agreed.

    ``charge``: what is due on another day because of it.
    """
    told = booking.state == BookingState.CONFIRMED and _may_get_in(case)
    return _letter(case, "moved", [booking], codes=_codes([booking]) if told else [], charge=charge)


def send_cancellation(
    case: Case, bookings: list[Booking], paid_back: int = 0, charge: Charge | None = None
) -> Delivery | None:
    """It does not take place; ``paid_back`` in minor units. ``charge``: what is due otherwise because of it."""
    return _letter(case, "cancelled", bookings, paid_back=paid_back, charge=charge)


def send_return_statement(
    case: Case, booking: Booking, paid_back: int, kept: int, text: str
) -> Delivery | None:
    """It is back: what of the deposit is paid back, and why something is kept, if it is."""
    return queue_letter_to_applicant(
        case,
        "bookings/emails/returned",
        times=_times([booking], case.language),
        paid_back=paid_back,
        kept=kept,
        reason=text,
    )


# -- The waiting list ----------------------------------------------------------------------------------------
def send_waiting_confirmation(place: WaitingEntry) -> Delivery:
    """You are on the list; leave it when you like."""
    return _to_who_waits(place, "waiting")


def send_offer(place: WaitingEntry, until: datetime) -> Delivery:
    """The time is free, and yours until then if you want it."""
    return _to_who_waits(place, "offered", until=until)


def send_offer_expired(place: WaitingEntry, until: datetime, *, again: bool) -> Delivery:
    """Nobody took it until then. As long as one may wait for it ``again``, it goes to the next."""
    return _to_who_waits(place, "lapsed", until=until, again=again)


def send_waiting_ended(place: WaitingEntry) -> Delivery:
    """It did not become free while it could be booked."""
    return _to_who_waits(place, "in_vain")


def send_removed(place: WaitingEntry) -> Delivery:
    """Staff took you off the list."""
    return _to_who_waits(place, "removed")


def waiting_subject(place: WaitingEntry) -> str:
    """What the letters to who waits are about, in the outbox."""
    return f"waiting:{place.pk}"


def _to_who_waits(place: WaitingEntry, template: str, **context) -> Delivery:
    with translation.override(place.language):
        path = reverse("waiting:place", args=[place.secret])
        time = format_booking(place)
    return queue_email(
        to=place.email,
        template=f"bookings/emails/{template}",
        context={"time": time, "url": absolute_url(path), **context},
        language=place.language,
        subject=waiting_subject(place),
    )


def _times(bookings: list[Booking], language: str) -> list[str]:
    with translation.override(language):
        return [format_booking(booking) for booking in bookings]


def _letter(case: Case, template: str, bookings: list[Booking], **context) -> Delivery | None:
    return queue_letter_to_applicant(
        case,
        f"bookings/emails/{template}",
        attachments=[ical_export.ical_attachment(bookings, case.language)] if case.email else [],
        times=_times(bookings, case.language),
        place=_place(bookings[0], case.language),
        **context,
    )


def _may_get_in(case: Case) -> bool:
    """Whether who booked may know the codes long before: not while something is to be paid or decided.

    Where a stage confirms, the commune said by its place when they may.
    """
    rows = case.stages.all()
    return any(row.type == "booking" for row in rows) or not any(map(_is_due, rows))


def _is_due(row: CaseStage) -> bool:
    kind = kind_of(row)
    return bool(kind and (kind.collects or kind.decides) and not row.finished)


def _codes(bookings: list[Booking]) -> list[str]:
    return sorted({booking.resource.access_code for booking in bookings} - {""})


def _place(booking: Booking, language: str) -> str:
    known = bookable_resource(booking.resource.key)
    return known.said(language).place if known else ""

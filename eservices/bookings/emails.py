"""Messages about bookings by e-mail or on paper, with the times as iCalendar if they go by e-mail."""

from datetime import datetime

from django.urls import reverse
from django.utils import translation

from eservices.cases.emails import queue_letter_to_applicant
from eservices.cases.models import Case
from eservices.deliveries.actions import queue_email
from eservices.deliveries.models import Delivery
from eservices.formbuilder.fee_breakdown import cancellation_in_words
from eservices.payments.models import Charge
from home.links.page_links import absolute_url

from . import ical_export
from .bookable_resources import bookable_resource
from .case_headline import booking_headline, is_due
from .models import Booking, WaitingEntry
from .states import BookingState
from .time_text import format_booking


def send_confirmation(case: Case, bookings: list[Booking], **acceptance) -> Delivery | None:
    """Confirm bookings: time, place, and the access codes if the applicant may have them already."""
    codes = _codes(bookings) if _may_get_in(case) else []
    with translation.override(case.language):
        terms = cancellation_in_words(case.submission.fees)
        headline = booking_headline(case)
    more = {"codes": codes, "terms": terms, "headline": headline}
    return _letter(case, "confirmed", bookings, keys=_keys(bookings, case.language), **more, **acceptance)


def send_reminder(case: Case, booking: Booking) -> Delivery | None:
    """Remind of a booking that begins soon, with its access code."""
    keys = _keys([booking], case.language)
    return _letter(case, "reminder", [booking], codes=_codes([booking]), keys=keys)


def send_moved(case: Case, booking: Booking, charge: Charge | None = None) -> Delivery | None:
    """Announce a new time or place of a booking, with its access code if it is confirmed.

    ``charge``: the charge, if its amount or deadline changed because of the move.
    """
    with_codes = booking.state == BookingState.CONFIRMED and _may_get_in(case)
    return _letter(case, "moved", [booking], codes=_codes([booking]) if with_codes else [], charge=charge)


def send_cancellation(
    case: Case, bookings: list[Booking], paid_back: int = 0, charge: Charge | None = None
) -> Delivery | None:
    """Announce a cancellation. ``paid_back``: the refund in minor units. ``charge``: the charge, if it changed."""
    return _letter(case, "cancelled", bookings, paid_back=paid_back, charge=charge)


def send_return_statement(
    case: Case, booking: Booking, paid_back: int, kept: int, text: str
) -> Delivery | None:
    """Confirm the return: how much of the deposit is refunded, and why a part is kept, if it is."""
    return queue_letter_to_applicant(
        case,
        "bookings/emails/returned",
        times=_times([booking], case.language),
        paid_back=paid_back,
        kept=kept,
        reason=text,
    )


# -- Waiting list --------------------------------------------------------------------------------------------
def send_waiting_confirmation(place: WaitingEntry) -> Delivery:
    """Confirm that a person is on the waiting list, with the link to leave it."""
    return _send_to_waiting_person(place, "waiting")


def send_offer(place: WaitingEntry, until: datetime) -> Delivery:
    """Offer a free time, reserved for the person ``until`` then."""
    return _send_to_waiting_person(place, "offered", until=until)


def send_offer_expired(place: WaitingEntry, until: datetime, *, again: bool) -> Delivery:
    """Tell a person that the offer has expired.

    ``again``: the time can still be waited for.
    """
    return _send_to_waiting_person(place, "lapsed", until=until, again=again)


def send_waiting_ended(place: WaitingEntry) -> Delivery:
    """Tell a person that the time did not become free while it could be booked."""
    return _send_to_waiting_person(place, "in_vain")


def send_removed(place: WaitingEntry) -> Delivery:
    """Tell a person that staff removed them from the waiting list."""
    return _send_to_waiting_person(place, "removed")


def waiting_subject(place: WaitingEntry) -> str:
    """Return the subject under which the outbox stores the deliveries about an entry."""
    return f"waiting:{place.pk}"


def _send_to_waiting_person(place: WaitingEntry, template: str, **context) -> Delivery:
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
    """Return whether the applicant may have the access codes long before the beginning.

    Not while a payment or a decision is open. If a booking stage confirms, the commune has decided by that stage's
    place when the codes are sent.
    """
    rows = case.stages.all()
    return any(row.type == "booking" for row in rows) or not any(map(is_due, rows))


def _codes(bookings: list[Booking]) -> list[str]:
    return sorted({booking.resource.access_code for booking in bookings} - {""})


def _keys(bookings: list[Booking], language: str) -> str:
    """Return where the keys of the booked resources are fetched, without repetitions."""
    known = [bookable_resource(one.resource.key) for one in bookings]
    return "\n".join(
        dict.fromkeys(one.texts_in(language).keys for one in known if one and one.texts_in(language).keys)
    )


def _place(booking: Booking, language: str) -> str:
    known = bookable_resource(booking.resource.key)
    return known.texts_in(language).place if known else ""

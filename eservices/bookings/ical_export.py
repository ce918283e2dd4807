"""Bookings as iCalendar: attached to e-mails for applicants, and as the feed that staff subscribe to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event

from home.models import CommuneSettings

from .bookable_resources import bookable_resource
from .models import Booking
from .states import BookingState

CANCELLED_STATES = (BookingState.CANCELLED, BookingState.REFUSED)


def ical_attachment(bookings: Iterable[Booking], language: str) -> dict:
    """Return the bookings as an attachment."""
    return {
        "name": "reservation.ics",
        "text": render_ical(bookings, language),
        "content_type": "text/calendar; charset=utf-8",
    }


def render_ical(
    bookings: Iterable[Booking], language: str, what_for: Mapping[UUID, str] | None = None
) -> str:
    """Return a calendar with one event per booking. Id and sequence let a calendar update an event it knows.

    ``what_for``: prefixes for the titles of some bookings, by their ids.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//commune//bookings//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for booking in bookings:
        calendar.add_component(
            _event(booking, language, timezone.now(), (what_for or {}).get(booking.pk, ""))
        )
    return calendar.to_ical().decode()


def _event(booking: Booking, language: str, now: datetime, what_for: str) -> Event:
    known = bookable_resource(booking.resource.key)
    texts = known.texts_in(language) if known else None
    event = Event()
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    event.add("uid", f"{booking.pk}@{host}")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    title = texts.title if texts else booking.resource.name
    event.add("summary", f"{what_for}, {title}" if what_for else title)
    event.add("location", (texts.place if texts else "") or CommuneSettings.current().address)
    event.add("status", _status(booking))
    return event


def _status(booking: Booking) -> str:
    if booking.state in CANCELLED_STATES:
        return "CANCELLED"
    return "TENTATIVE" if booking.state == BookingState.PROVISIONAL else "CONFIRMED"

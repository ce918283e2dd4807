"""The booked times of a case as the heading of its status page."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from eservices.cases.extension_points import Headline
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import kind_of

from .bookable_resources import BookableResource, bookable_resources
from .models import Booking, Resource
from .states import BookingState
from .time_text import format_day_soon, format_hour, format_span_soon

AGREED = (BookingState.CONFIRMED, BookingState.HANDED_OVER)
OVER = (BookingState.RETURNED, BookingState.MISSED)


def booking_headline(case: Case) -> Headline | None:
    """Return the next agreed time of the case; that it is over after the last one.

    None while a payment or a decision is open, or nothing is agreed.
    """
    if any(map(is_due, case.stages.all())):
        return None
    booked = sorted(case.submission.bookings.all(), key=lambda one: one.starts_at)
    agreed = [one for one in booked if one.state in AGREED]
    now = timezone.now()
    coming = [one for one in agreed if one.ends_at > now]
    if coming:
        return _coming(coming)
    if agreed or any(one.state in OVER for one in booked):
        return Headline(_("Your booking is over."), _("Thank you. You do not need to do anything more."))
    return None


def has_begun(case: Case) -> bool:
    """Return whether times of the case are agreed and all of them have begun."""
    agreed = [one for one in case.submission.bookings.all() if one.state in (*AGREED, *OVER)]
    now = timezone.now()
    return bool(agreed) and all(one.starts_at <= now for one in agreed)


def is_due(row: CaseStage) -> bool:
    """Return whether the stage collects or decides, and is not finished."""
    kind = kind_of(row)
    return bool(kind and (kind.collects or kind.decides) and not row.finished)


def _coming(coming: list[Booking]) -> Headline:
    first = coming[0]
    known = next((one for one in bookable_resources().values() if one.pk == first.resource_id), None)
    title = _title(known, first)
    lead = ", ".join(filter(None, (title, known.texts_in(get_language() or "").place if known else "")))
    if known and known.kind == Resource.Kind.APPOINTMENT:
        start = timezone.localtime(first.starts_at)
        text = _("Appointment %(day)s at %(hour)s")
        heading = text % {"day": format_day_soon(start), "hour": format_hour(start)}
    else:
        heading = _("%(title)s is yours: %(when)s") % {"title": title, "when": format_span_soon(first.span)}
        lead = known.texts_in(get_language() or "").place if known else ""
    return Headline(heading, " ".join(filter(None, (f"{lead}." if lead else "", _others(coming[1:])))))


def _title(known: BookableResource | None, booking: Booking) -> str:
    if known is None:
        return booking.resource.name
    title = known.texts_in(get_language() or "").title
    return f"{booking.count} × {title}" if known.counted else title


def _others(more: Iterable[Booking]) -> str:
    number = len(list(more))
    text = ngettext("%(n)s more time follows.", "%(n)s more times follow.", number)
    return text % {"n": number} if number else ""

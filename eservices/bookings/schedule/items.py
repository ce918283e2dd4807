"""Items of a schedule: bookings of its resources, bookings of others with the same units, blocked times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.cases.desk.badges import StatusBadge
from eservices.cases.models import Case

from .. import access
from ..bookable_resources import BookableResource, bookable_resources, extra_label
from ..logic.availability import TimeSpan, is_within_openings
from ..models import BlockedTime, Booking
from ..question.answers import read_answer
from ..states import MOVABLE, BookingState

SIGNS = {
    BookingState.HELD: ("s4", "pause"),
    BookingState.PROVISIONAL: ("s3", "must"),
    BookingState.CONFIRMED: ("s1", ""),
    BookingState.HANDED_OVER: ("s2", ""),
    BookingState.RETURNED: ("check", "pause"),
}


@dataclass(frozen=True)
class ScheduleItem:
    """A time in which a resource, or a ``part`` of it, is taken.

    ``booking``: a booking of the resource itself; None if it is blocked or another resource takes the same units.
    """

    span: TimeSpan
    title: str
    part: float = 1.0
    booking: Booking | None = None
    case: Case | None = None
    outside: bool = False
    movable: bool = False

    @property
    def minutes(self) -> int:
        return self.span.length // timedelta(minutes=1)

    @property
    def extras(self) -> list[str]:
        """The ticked extras, if the user may read the case."""
        asked = read_answer(self.case.submission.answers.get(self.booking.field)) if self.case else None
        return [extra_label(key) for key in asked.extras] if asked else []

    @property
    def sign(self) -> StatusBadge:
        """The state as text and icon."""
        if self.booking is None:
            return StatusBadge(_("not free"), "close", "pause")
        return StatusBadge(self.booking.get_state_display(), *SIGNS[self.booking.state])


def schedule_items(user, wanted: list[BookableResource], span: TimeSpan) -> dict[str, list[ScheduleItem]]:
    """Return everything that takes the resources within ``span``, in order, by key.

    Titles contain names only if ``user`` may read the case.
    """
    known = {one.pk: one for one in bookable_resources().values()}
    bookings = list(access.bookings_sharing_units(wanted).overlapping(span.start, span.end))
    draw = _Drawing(user, bookings)
    blocked = blocked_times(wanted, span)
    return {
        offer.key: sorted(
            [
                *(
                    draw.booking(one, offer, known[one.resource_id])
                    for one in bookings
                    if offer.needs.keys() & known[one.resource_id].needs.keys()
                ),
                *(draw.blocked(offer, *key, by) for key, by in blocked.items() if offer.needs.keys() & by),
            ],
            key=lambda bar: (bar.span, bar.title),
        )
        for offer in wanted
    }


class _Drawing:
    """Items for a user, with what the user may know about the bookings, queried once for all of them."""

    def __init__(self, user, bookings: list[Booking]):
        self.language = get_language() or ""
        self.cases = access.cases_of(user, bookings)
        self.movable = set(access.resources_for(user, "move").values_list("pk", flat=True))

    def booking(self, one: Booking, offer: BookableResource, booked: BookableResource) -> ScheduleItem:
        span, part = one.span, shared_part(offer, booked, one.count)
        if booked is not offer:
            return ScheduleItem(
                span, title_with_count(one.count, booked, booked.texts_in(self.language).title), part
            )
        case = self.cases.get(one.submission_id)
        return ScheduleItem(
            span,
            title_with_count(one.count, offer, booking_title(one, case)),
            part,
            booking=one,
            case=case,
            outside=not is_within_openings(offer.rules, span),
            movable=one.state in MOVABLE and offer.pk in self.movable,
        )

    def blocked(self, offer: BookableResource, span: TimeSpan, reason: str, units: set[int]) -> ScheduleItem:
        pieces = sum(offer.quantities[unit] for unit in offer.needs.keys() & units)
        return ScheduleItem(span, reason, pieces / sum(offer.quantities.values()))


def shared_part(offer: BookableResource, booked: BookableResource, count: int) -> float:
    """Return how much of a resource is taken by ``count`` of another: half of the hall by one of its halves."""
    pieces = sum(booked.needs.get(unit, 0) for unit in offer.needs) * count
    return pieces / sum(offer.quantities.values())


def booking_title(booking: Booking, case: Case | None) -> str:
    """Return the title: the purpose, else applicant or reference if the user may see the ``case``."""
    if booking.title:
        return booking.title
    if case:
        return case.applicant or case.reference
    return _("being booked") if booking.state == BookingState.HELD else _("booked")


def title_with_count(count: int, offer: BookableResource, title: str) -> str:
    """Return “23 × Tables” if the resource is counted, else the title."""
    return f"{count} × {title}" if offer.counted else title


def blocked_times(wanted: Iterable[BookableResource], span: TimeSpan) -> dict[tuple[TimeSpan, str], set[int]]:
    """Return the units that are blocked, by time and reason."""
    units = {unit for offer in wanted for unit in offer.needs}
    rows = BlockedTime.objects.overlapping(units, span.start, span.end)
    found: dict[tuple[TimeSpan, str], set[int]] = {}
    for unit, start, end, reason in rows.values_list("unit", "starts_at", "ends_at", "reason"):
        found.setdefault((TimeSpan(start, end), reason), set()).add(unit)
    return found

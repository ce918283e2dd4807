"""The only ways to fetch what is booked on behalf of a person. Unknown and forbidden look the same: 404.

Staff see what is booked of the things of their teams. Who booked, they see where they may read the case.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from eservices.cases import access as cases
from eservices.cases.models import Case, Role
from eservices.formbuilder.models import Form
from eservices.submissions.access import version_in_force
from eservices.submissions.models import StoredFile
from home.caching.site_version import cached_per_version
from home.web.shortcuts import get_or_404

from .bookable_resources import (
    BookableResource,
    bookable_resource,
    bookable_resources,
    resources_sharing_units,
)
from .logic.availability import FARTHEST
from .models import Booking, CalendarLink, Resource, WaitingEntry
from .states import BookingState

# What a member of the team of a thing needs to be to do something about what is booked of it.
NEEDED = {"read": Role.READ, "move": Role.TREAT, "configure": Role.CONFIGURE}

MAX_CALENDAR_ENTRIES = 2_000


# -- Staff ---------------------------------------------------------------------------------------------------
def resources_for(user, to: str = "read"):
    """The things on whose bookings ``user`` may do ``to``."""
    if not user.is_authenticated or not user.is_active:
        return Resource.objects.none()
    if user.is_superuser:
        return Resource.objects.all()
    teams = [one.team_id for one in cases.memberships_of(user) if one.role >= NEEDED[to]]
    return Resource.objects.filter(team__in=teams)


def bookable_resources_for(user, to: str = "read") -> list[BookableResource]:
    """The same as they are known without a query, in the order of their names."""
    known = bookable_resources()
    return [known[key] for key in resources_for(user, to).values_list("key", flat=True) if key in known]


def has_schedule(user) -> bool:
    """Whether there is anything for ``user`` to plan; asked by the menu of every page."""
    if not cases.is_agent(user):
        return False
    planning = cached_per_version(
        "planning-teams", lambda: set(Resource.objects.values_list("team", flat=True))
    )
    if user.is_superuser:
        return bool(planning)
    memberships = [one for one in cases.memberships_of(user) if one.role >= NEEDED["read"]]
    return any(one.team_id in planning for one in memberships)


def resource_for(user, key: str, to: str = "read") -> Resource:
    """The thing of this key, if ``user`` may do ``to``; else 404."""
    return get_or_404(resources_for(user, to), key=key)


def bookings_for(user, to: str = "read"):
    """What is booked of these things, rehearsals and holds that expired left out."""
    return current_bookings().filter(resource__in=resources_for(user, to).values("pk"))


def booking_for(user, pk, to: str = "read") -> Booking:
    """One of them; else 404."""
    return get_or_404(bookings_for(user, to).select_related("resource", "submission__version"), pk=pk)


def may_cancel(user, booking: Booking) -> bool:
    """Whether ``user`` may cancel it: what is paid back is the business of who treats the request, if there is one."""
    if not resources_for(user, "move").filter(pk=booking.resource_id).exists():
        return False
    treated = cases.cases_for(user, "message").filter(submission=booking.submission_id)
    return not booking.submission_id or treated.exists()


def current_bookings():
    """What has its time now. For nobody's eyes: what of it is shown, the asker's rights decide."""
    gone = Q(state=BookingState.HELD, held_until__lte=timezone.now())
    return Booking.objects.real().standing().exclude(gone)


def bookings_sharing_units(wanted: Iterable[BookableResource]):
    """What takes the units of some things now, booked as these or as others. For nobody's eyes either."""
    return current_bookings().filter(resource__in=resources_sharing_units(wanted))


def cases_of(user, bookings: Iterable[Booking]) -> dict:
    """The cases of some bookings that ``user`` may read, by submission."""
    asked = {one.submission_id for one in bookings} - {None}
    found = cases.cases_for(user).filter(submission__in=asked).select_related("submission") if asked else ()
    return {case.submission_id: case for case in found}


def case_of(user, booking: Booking) -> Case | None:
    """The case of a booking, if ``user`` may read it."""
    return cases_of(user, [booking]).get(booking.submission_id)


def booking_of(case: Case, pk) -> Booking:
    """A booking of a case that was fetched for who asks; else 404."""
    return get_or_404(Booking.objects.of_submission(case.submission), pk=pk)


def inspection_photo(case: Case, pk) -> StoredFile:
    """A photo of a condition report on such a case; 404 while it may not be opened."""
    photos = StoredFile.objects.readable().filter(inspections__booking__submission=case.submission)
    return get_or_404(photos, pk=pk)


def links_for(user) -> dict[int, CalendarLink]:
    """The secret addresses of the calendars of things whose bookings ``user`` moves, by thing."""
    links = CalendarLink.objects.filter(resource__in=resources_for(user, "move").values("pk"))
    return {one.resource_id: one for one in links}


def waiting_entries_for(user, to: str = "read"):
    """Who waits, or has an offer, for a time of these things: time by time, in the order in which they came."""
    found = WaitingEntry.objects.open().filter(resource__in=resources_for(user, to).values("pk"))
    return found.select_related("resource").order_by("starts_at", "created_at")


def waiting_entry_for(user, pk) -> WaitingEntry:
    """One of them, if ``user`` may do something about it; else 404."""
    return get_or_404(waiting_entries_for(user, "move"), pk=pk)


# -- Everybody -----------------------------------------------------------------------------------------------
def public_rooms() -> list[BookableResource]:
    """The rooms whose calendar everybody sees: those that are offered."""
    return [one for one in bookable_resources().values() if one.offered and one.kind == Resource.Kind.ROOM]


def public_room(key: str) -> BookableResource:
    """One of them; else 404."""
    found = next((one for one in public_rooms() if one.key == key), None)
    if found is None:
        raise Http404
    return found


# -- By a secret address -------------------------------------------------------------------------------------
def resource_by_secret(secret: str) -> Resource:
    """The thing whose calendar a secret address opens; 404 where it is unknown or was ended."""
    return get_or_404(CalendarLink.objects.select_related("resource"), secret=secret).resource


def calendar_of(resource: Resource, now) -> list[tuple[Booking, str]]:
    """What is agreed of a thing for its calendar, with what each is for. Nobody is named: addresses get about."""
    known = {one.pk: one for one in bookable_resources().values()}
    start, end = now - timedelta(days=31), now + FARTHEST
    found = bookings_sharing_units([known[resource.pk]]).agreed().overlapping(start, end)
    found = list(found.select_related("resource").order_by("starts_at", "pk")[:MAX_CALENDAR_ENTRIES])
    cases = Case.objects.filter(submission__in={one.submission_id for one in found} - {None})
    references = dict(cases.values_list("submission", "reference"))
    return [(one, one.title or references.get(one.submission_id, "")) for one in found]


# -- The waiting list ----------------------------------------------------------------------------------------
def waiting_list_of_question(slug: str, field: str, resource: str) -> tuple[Form, BookableResource]:
    """A form that keeps a waiting list at its question ``field``, and what is waited for there; else 404."""
    version = version_in_force(slug)
    asked, wanted = version.definition.fields.get(field), bookable_resource(resource)
    keeps = asked and asked.type == "booking" and asked.settings.get("waiting") is True
    if (
        not keeps
        or wanted is None
        or not wanted.offered
        or resource not in asked.settings.get("resources", ())
    ):
        raise Http404
    return version.form, wanted


def waiting_entry_by_secret(secret: str) -> WaitingEntry:
    """The place on a waiting list behind a link."""
    return get_or_404(
        WaitingEntry.objects.select_related("resource", "form", "booking__draft", "booking__submission"),
        secret=secret,
    )


def waiting_entries_of(email: str) -> QuerySet[WaitingEntry]:
    """The places on waiting lists that were asked for under a proven address."""
    return WaitingEntry.objects.filter(email=email).select_related("resource")


def position_in_queue(waiting: WaitingEntry) -> int:
    """How many wait for a part of the same time, or have it offered, and came earlier."""
    known = bookable_resource(waiting.resource.key)
    needs = known.needs if known else ()
    others = WaitingEntry.objects.open().for_any_of(needs, waiting.starts_at, waiting.ends_at)
    return others.filter(created_at__lt=waiting.created_at).count()

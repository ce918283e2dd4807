"""Access to bookings: the only functions that fetch them on behalf of a person.

Unknown and forbidden objects give the same 404. Staff see the bookings of their teams' resources; the applicant of a
booking only if they may read its case.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from eservices.accounts.models import User
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
from .models.bookings import BookingQuerySet
from .states import BookingState

# The role in a resource's team that each action on its bookings needs.
NEEDED = {"read": Role.READ, "move": Role.TREAT, "configure": Role.CONFIGURE}

MAX_CALENDAR_ENTRIES = 2_000


# -- Staff ---------------------------------------------------------------------------------------------------
def resources_for(user: User, to: str = "read") -> QuerySet[Resource]:
    """Return the resources on whose bookings ``user`` may do ``to``, a key of ``NEEDED``."""
    if not user.is_authenticated or not user.is_active:
        return Resource.objects.none()
    if user.is_superuser:
        return Resource.objects.all()
    teams = [one.team_id for one in cases.memberships_of(user) if one.role >= NEEDED[to]]
    return Resource.objects.filter(team__in=teams)


def bookable_resources_for(user: User, to: str = "read") -> list[BookableResource]:
    """Return the same as ``resources_for`` as cached ``BookableResource`` objects, ordered by name."""
    known = bookable_resources()
    return [known[key] for key in resources_for(user, to).values_list("key", flat=True) if key in known]


def has_schedule(user: User) -> bool:
    """Return whether ``user`` may read the bookings of any resource. The menu of every page asks this."""
    if not cases.is_agent(user):
        return False
    planning = cached_per_version(
        "planning-teams", lambda: set(Resource.objects.values_list("team", flat=True))
    )
    if user.is_superuser:
        return bool(planning)
    memberships = [one for one in cases.memberships_of(user) if one.role >= NEEDED["read"]]
    return any(one.team_id in planning for one in memberships)


def resource_for(user: User, key: str, to: str = "read") -> Resource:
    """Return the resource with this key if ``user`` may do ``to``; else raise Http404."""
    return get_or_404(resources_for(user, to), key=key)


def bookings_for(user: User, to: str = "read") -> BookingQuerySet:
    """Return current bookings of the resources of ``resources_for``, without rehearsals and expired holds."""
    return current_bookings().filter(resource__in=resources_for(user, to).values("pk"))


def booking_for(user: User, pk: UUID | str, to: str = "read") -> Booking:
    """Return one booking of ``bookings_for``; else raise Http404."""
    return get_or_404(bookings_for(user, to).select_related("resource", "submission__version"), pk=pk)


def may_cancel(user: User, booking: Booking) -> bool:
    """Return whether ``user`` may cancel the booking.

    Cancelling may refund money, so if the booking belongs to a case, ``user`` must also be allowed to treat that case.
    """
    if not resources_for(user, "move").filter(pk=booking.resource_id).exists():
        return False
    treated = cases.cases_for(user, "message").filter(submission=booking.submission_id)
    return not booking.submission_id or treated.exists()


def current_bookings() -> BookingQuerySet:
    """Return the bookings that take their time now. Checks no rights: callers must filter before they show any."""
    expired = Q(state=BookingState.HELD, held_until__lte=timezone.now())
    return Booking.objects.real().occupying().exclude(expired)


def bookings_sharing_units(wanted: Iterable[BookableResource]) -> BookingQuerySet:
    """Return current bookings that take units of the resources, booked as these or as others. Checks no rights."""
    return current_bookings().filter(resource__in=resources_sharing_units(wanted))


def cases_of(user: User, bookings: Iterable[Booking]) -> dict[UUID | None, Case]:
    """Return the cases of some bookings that ``user`` may read, by the id of their submission."""
    asked = {one.submission_id for one in bookings} - {None}
    found = cases.cases_for(user).filter(submission__in=asked).select_related("submission") if asked else ()
    return {case.submission_id: case for case in found}


def case_of(user: User, booking: Booking) -> Case | None:
    """Return the case of a booking; None if it has none or ``user`` may not read it."""
    return cases_of(user, [booking]).get(booking.submission_id)


def booking_of(case: Case, pk: UUID | str) -> Booking:
    """Return a booking of a case to which access was already checked; else raise Http404."""
    return get_or_404(Booking.objects.of_submission(case.submission), pk=pk)


def inspection_photo(case: Case, pk: UUID | str) -> StoredFile:
    """Return a photo of an inspection of such a case; Http404 if its file is not readable, for example unscanned."""
    photos = StoredFile.objects.readable().filter(inspections__booking__submission=case.submission)
    return get_or_404(photos, pk=pk)


def links_for(user: User) -> dict[int, CalendarLink]:
    """Return the calendar links of resources whose bookings ``user`` may move, by the id of the resource."""
    links = CalendarLink.objects.filter(resource__in=resources_for(user, "move").values("pk"))
    return {one.resource_id: one for one in links}


def waiting_entries_for(user: User, to: str = "read") -> QuerySet[WaitingEntry]:
    """Return open waiting entries for these resources, offered ones included, by time, then by date of creation."""
    found = WaitingEntry.objects.open().filter(resource__in=resources_for(user, to).values("pk"))
    return found.select_related("resource").order_by("starts_at", "created_at")


def waiting_entry_for(user: User, pk: UUID | str) -> WaitingEntry:
    """Return one of them if ``user`` may move bookings of its resource; else raise Http404."""
    return get_or_404(waiting_entries_for(user, "move"), pk=pk)


# -- Everybody -----------------------------------------------------------------------------------------------
def public_rooms() -> list[BookableResource]:
    """Return the rooms with a public calendar: those that are offered."""
    return [one for one in bookable_resources().values() if one.offered and one.kind == Resource.Kind.ROOM]


def public_room(key: str) -> BookableResource:
    """Return one of the public rooms; else raise Http404."""
    found = next((one for one in public_rooms() if one.key == key), None)
    if found is None:
        raise Http404
    return found


# -- By secret -----------------------------------------------------------------------------------------------
def resource_by_secret(secret: str) -> Resource:
    """Return the resource whose calendar link has this secret; Http404 if it is unknown or was ended."""
    return get_or_404(CalendarLink.objects.select_related("resource"), secret=secret).resource


def calendar_of(resource: Resource, now: datetime) -> list[tuple[Booking, str]]:
    """Return confirmed bookings for a resource's calendar, each with its purpose.

    The purpose is the booking's title or the reference of its case. It names nobody, because secret addresses get
    passed on.
    """
    known = {one.pk: one for one in bookable_resources().values()}
    start, end = now - timedelta(days=31), now + FARTHEST
    taken = bookings_sharing_units([known[resource.pk]]).promised().overlapping(start, end)
    found = list(taken.select_related("resource").order_by("starts_at", "pk")[:MAX_CALENDAR_ENTRIES])
    cases = Case.objects.filter(submission__in={one.submission_id for one in found} - {None})
    references: dict[UUID | str | None, str] = dict(cases.values_list("submission", "reference"))
    return [(one, one.title or references.get(one.submission_id, "")) for one in found]


# -- Waiting list --------------------------------------------------------------------------------------------
def waiting_list_of_question(slug: str, field: str, resource: str) -> tuple[Form, BookableResource]:
    """Return a form whose question ``field`` has a waiting list, and the resource waited for; else Http404."""
    version = version_in_force(slug)
    asked, wanted = version.definition.fields.get(field), bookable_resource(resource)
    if asked is None or asked.type != "booking" or asked.settings.get("waiting") is not True:
        raise Http404
    if wanted is None or not wanted.offered or resource not in asked.settings.get("resources", ()):
        raise Http404
    return version.form, wanted


def waiting_entry_by_secret(secret: str) -> WaitingEntry:
    """Return the waiting entry whose link has this secret; else raise Http404."""
    return get_or_404(
        WaitingEntry.objects.select_related("resource", "form", "booking__draft", "booking__submission"),
        secret=secret,
    )


def waiting_entries_of(email: str) -> QuerySet[WaitingEntry]:
    """Return the waiting entries created with a proven e-mail address."""
    return WaitingEntry.objects.filter(email=email).select_related("resource")


def position_in_queue(waiting: WaitingEntry) -> int:
    """Return how many open entries came earlier and wait for, or are offered, an overlapping time."""
    known = bookable_resource(waiting.resource.key)
    needs = known.needs if known else ()
    others = WaitingEntry.objects.open().for_any_of(needs, waiting.starts_at, waiting.ends_at)
    return others.filter(created_at__lt=waiting.created_at).count()

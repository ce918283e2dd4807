"""Public views of rooms, and the calendars that staff subscribe to under a secret address."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import access, ical_export
from ..calendar_periods import CalendarPeriod
from ..question.picker import MARKS, STATES
from .room_calendar import RoomCalendar
from .services import services_offering

VIEWS = {"mois": gettext_lazy("Month"), "semaine": gettext_lazy("Week"), "liste": gettext_lazy("List")}
PERIODS = {"mois": "month", "semaine": "week", "liste": "list"}
LISTED = 28  # days


@require_safe
def room_list(request) -> HttpResponse:
    """List the rooms that the commune offers."""
    language = get_language() or ""
    found = [(one, one.texts_in(language)) for one in access.public_rooms()]
    return render(
        request, "bookings/public/rooms.html", {"rooms": sorted(found, key=lambda one: one[1].title)}
    )


@never_cache
@require_safe
def room_detail(request, key: str) -> HttpResponse:
    """Show a room and its calendar."""
    offer, today = access.public_room(key), timezone.localdate()
    asked = PERIODS.get(request.GET.get("vue", ""))
    period = CalendarPeriod.from_query(
        asked, request.GET.get("jour"), views=tuple(PERIODS.values()), today=today, listed=LISTED
    )
    language = get_language() or ""
    return render(
        request,
        "bookings/public/room.html",
        {
            "offer": offer,
            "said": offer.texts_in(language),
            "services": services_offering(offer.key, language),
            "calendar": RoomCalendar(offer, period),
            "period": period,
            "weekdays": CalendarPeriod.of("week", today).days,
            "states": [{"mark": MARKS[state], "label": label} for state, label in STATES.items()],
            "today": today,
            "view": next(name for name, view in PERIODS.items() if view == period.view),
            "views": VIEWS.items(),
        },
    )


@never_cache
@require_safe
def calendar_feed(request, secret: str) -> HttpResponse:
    """Return the calendar of a resource as iCalendar, for its team."""
    resource = access.resource_by_secret(secret)
    found = access.calendar_of(resource, timezone.now())
    text = ical_export.render_ical(
        [one for one, _for in found], get_language() or "", {one.pk: what for one, what in found}
    )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(False, f"{resource.key}.ics")
    return response

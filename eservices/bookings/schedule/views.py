"""Schedule: the bookings of all resources of the user's teams by day, week and month, and as a sheet to print."""

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from eservices.cases.desk.badges import StatusBadge
from eservices.cases.desk.base import AgentDeskView

from ..calendar_periods import CalendarPeriod
from ..models import Resource
from ..states import BookingState
from .conflicts import MAX_BOOKINGS, conflict_reasons_for, conflicting_bookings, describe_conflicts
from .grid import ScheduleGrid
from .items import SIGNS

ON_A_PAGE = 100  # conflicting bookings
VIEWS = {
    "week": gettext_lazy("Week"),
    "day": gettext_lazy("Day"),
    "month": gettext_lazy("Month"),
    "list": pgettext_lazy("plan of bookings", "Sheet to print"),
}


class BookingScreen(AgentDeskView):
    """Base of the views about bookings."""

    header_icon = "date"

    def get_header_buttons(self):
        return [
            HeaderButton(label=label, url=reverse(f"plan:{name}"), icon_name=icon, classname="commune-short")
            for name, label, icon in (
                ("new", _("Book for the commune"), "plus"),
                ("waiting", _("Waiting lists"), "group"),
                ("figures", _("Figures"), "history"),
                ("links", _("Calendars"), "link"),
            )
        ]

    def get_breadcrumbs_items(self):
        items = super().get_breadcrumbs_items()[:-1]
        return [*items, {"url": reverse("plan:plan"), "label": _("Bookings")}]


class ScheduleView(BookingScreen):
    """All bookings of a period, by resource."""

    template_name = "bookings/schedule/schedule.html"
    page_title = gettext_lazy("Bookings")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": _("Bookings")}]

    def get_context_data(self, **kwargs):
        asked, now = self.request.GET, timezone.now()
        period = CalendarPeriod.from_query(
            asked.get("view"), asked.get("day"), views=tuple(VIEWS), today=timezone.localdate(now)
        )
        kind = asked.get("kind") if asked.get("kind") in Resource.Kind.values else ""
        board = ScheduleGrid(self.request.user, period, kind=kind)
        return super().get_context_data(
            board=board,
            period=period,
            today=timezone.localdate(now),
            tabs=[
                (label, schedule_url(key, period.day, kind), key == period.view)
                for key, label in VIEWS.items()
            ],
            earlier=schedule_url(period.view, period.earlier, kind),
            later=schedule_url(period.view, period.later, kind),
            now_url=schedule_url(period.view, timezone.localdate(now), kind),
            kinds=[(key, label) for key, label in Resource.Kind.choices if key in board.kinds],
            kind=kind,
            outside=len(conflict_reasons_for(self.request.user, now).found),
            signs=[StatusBadge(BookingState(state).label, *sign) for state, sign in SIGNS.items()],
            **kwargs,
        )


class ConflictsView(BookingScreen):
    """Future bookings outside the openings, because the rules or the blocked times changed."""

    template_name = "bookings/schedule/conflicts.html"
    page_title = gettext_lazy("Outside the openings")

    def get_context_data(self, **kwargs):
        user, now = self.request.user, timezone.now()
        reasons = conflict_reasons_for(user, now)
        shown = Paginator(conflicting_bookings(user, reasons.found), ON_A_PAGE).get_page(
            self.request.GET.get("p")
        )
        return super().get_context_data(
            page_obj=shown,
            found=describe_conflicts(user, shown, reasons.found),
            until=reasons.until,
            most=MAX_BOOKINGS,
            **kwargs,
        )


def schedule_url(view: str, day, kind: str = "") -> str:
    """Return the URL of the schedule of a period."""
    asked = {"view": view, "day": day.isoformat()} | ({"kind": kind} if kind else {})
    return f"{reverse('plan:plan')}?{urlencode(asked)}"

"""The plan: what is booked of all things of one's teams, by day, week and month, and as a sheet to print."""

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from eservices.cases.desk import Sign
from eservices.cases.views import DeskView

from ..models import Resource
from ..periods import Period
from ..states import State
from .bars import SIGNS
from .board import Board
from .outside import MOST, described, misplaced, reasons_for

ON_A_PAGE = 100  # bookings outside the openings
VIEWS = {
    "week": gettext_lazy("Week"),
    "day": gettext_lazy("Day"),
    "month": gettext_lazy("Month"),
    "list": pgettext_lazy("plan of bookings", "Sheet to print"),
}


class BookingDesk(DeskView):
    """A screen about what is booked."""

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


class PlanView(BookingDesk):
    """Everything that is booked in a period, thing by thing."""

    template_name = "bookings/plan/plan.html"
    page_title = gettext_lazy("Bookings")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": _("Bookings")}]

    def get_context_data(self, **kwargs):
        asked, now = self.request.GET, timezone.now()
        period = Period.asked(
            asked.get("view"), asked.get("day"), views=tuple(VIEWS), today=timezone.localdate(now)
        )
        kind = asked.get("kind") if asked.get("kind") in Resource.Kind.values else ""
        board = Board(self.request.user, period, kind=kind)
        return super().get_context_data(
            board=board,
            period=period,
            today=timezone.localdate(now),
            tabs=[
                (label, plan_url(key, period.day, kind), key == period.view) for key, label in VIEWS.items()
            ],
            earlier=plan_url(period.view, period.earlier, kind),
            later=plan_url(period.view, period.later, kind),
            now_url=plan_url(period.view, timezone.localdate(now), kind),
            kinds=[(key, label) for key, label in Resource.Kind.choices if key in board.kinds],
            kind=kind,
            outside=len(reasons_for(self.request.user, now).found),
            signs=[Sign(State(state).label, *sign) for state, sign in SIGNS.items()],
            **kwargs,
        )


class OutsideView(BookingDesk):
    """Bookings to come that lie outside the openings: the rules changed after them, or something is closed since."""

    template_name = "bookings/plan/outside.html"
    page_title = gettext_lazy("Outside the openings")

    def get_context_data(self, **kwargs):
        user, now = self.request.user, timezone.now()
        reasons = reasons_for(user, now)
        shown = Paginator(misplaced(user, reasons.found), ON_A_PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(
            page_obj=shown,
            found=described(user, shown, reasons.found),
            until=reasons.until,
            most=MOST,
            **kwargs,
        )


def plan_url(view: str, day, kind: str = "") -> str:
    """The address of the plan of a period."""
    asked = {"view": view, "day": day.isoformat()} | ({"kind": kind} if kind else {})
    return f"{reverse('plan:plan')}?{urlencode(asked)}"

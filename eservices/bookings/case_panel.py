"""Bookings of a case, for the case page."""

from django.utils import timezone

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.extension_points import Panel
from eservices.cases.models import Case

from . import access
from .case_views import action_form
from .models import Booking
from .states import MOVABLE, is_allowed


def bookings_panel(case: Case, user: User) -> Panel | None:
    """Return the bookings of the case, their inspections and the actions that the agent may take now."""
    if not case.version.definition.asks_for("booking"):
        return None
    found = list(Booking.objects.of_submission(case.submission).prefetch_related("inspections__photos"))
    if not found:
        return None
    may, now = cases.may_do(user, case, "message"), timezone.now()
    own = set(access.resources_for(user, "move").values_list("pk", flat=True))
    return Panel(
        "bookings",
        "bookings/case/panel.html",
        {
            "reference": case.reference,
            "rows": [
                {"booking": one, "move": one.resource_id in own and one.state in MOVABLE}
                | (_action_forms(case, one, now) if may else {})
                for one in found
            ],
        },
    )


def _action_forms(case, booking: Booking, now) -> dict:
    actions = ("cancel", "hand_over", "take_back")
    forms = {do: action_form(do, case, booking) for do in actions if is_allowed(do, booking.state)}
    return {"miss": is_allowed("miss", booking.state) and booking.starts_at <= now, **forms}

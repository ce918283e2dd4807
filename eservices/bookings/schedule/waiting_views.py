"""Waiting lists of the resources of the user's teams, with actions to offer a time and to remove an entry."""

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.cases.access import withheld_addresses
from eservices.cases.desk.base import agents_only
from home.admin.action_views import action_view

from .. import access, actions
from .views import BookingScreen

ON_A_PAGE = 100
WAITING_LIST_ACTIONS = {"offer": actions.offer_time, "remove": actions.remove_from_waiting_list}


class WaitingView(BookingScreen):
    """The waiting lists by time.

    Users who may move bookings see the e-mail addresses, unless an address is protected.
    """

    template_name = "bookings/schedule/waiting.html"
    page_title = gettext_lazy("Waiting lists")

    def get_context_data(self, **kwargs):
        user = self.request.user
        shown = Paginator(access.waiting_entries_for(user), ON_A_PAGE).get_page(self.request.GET.get("p"))
        may = set(access.resources_for(user, "move").values_list("pk", flat=True))
        withheld = withheld_addresses(user, (one.email for one in shown if one.resource_id in may))
        rows = [(one, one.resource_id in may, one.email in withheld) for one in shown]
        return super().get_context_data(page_obj=shown, rows=rows, **kwargs)


@action_view("plan:waiting")
@agents_only
def change_waiting_entry(request, pk, do: str) -> str:
    """Offer the time to an entry now, or remove it from the list."""
    waiting = access.waiting_entry_for(request.user, pk)
    if do not in WAITING_LIST_ACTIONS:
        raise Http404
    WAITING_LIST_ACTIONS[do](actor=request.user, waiting=waiting)
    return _("Done.")

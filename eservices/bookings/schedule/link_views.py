"""Calendar links: the team of a resource sees them, members who may configure renew and end them."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from eservices.cases.desk.base import agents_only
from home.admin.action_views import action_view

from .. import access, actions
from ..models import CalendarLink
from .views import BookingScreen

LINK_ACTIONS = {"renew": actions.renew_link, "end": actions.end_link}


class CalendarLinksView(BookingScreen):
    """The resources of the user's teams, each with its calendar link."""

    template_name = "bookings/schedule/links.html"
    page_title = gettext_lazy("Calendars")

    def get_context_data(self, **kwargs):
        user, language = self.request.user, get_language() or ""
        links = access.links_for(user)
        may = set(access.resources_for(user, "configure").values_list("pk", flat=True))
        rows = [
            (one, one.texts_in(language).title, self._url(links.get(one.pk)), one.pk in may)
            for one in access.bookable_resources_for(user)
        ]
        return super().get_context_data(rows=rows, **kwargs)

    def _url(self, link: CalendarLink | None) -> str:
        return self.request.build_absolute_uri(reverse("rooms:feed", args=[link.secret])) if link else ""


@action_view("plan:links")
@agents_only
def change_link(request, key: str, do: str) -> str:
    """Renew or end a calendar link."""
    resource = access.resource_for(request.user, key, "configure")
    if do not in LINK_ACTIONS:
        raise Http404
    LINK_ACTIONS[do](actor=request.user, resource=resource)
    return _("Done.")

"""The part of this app in its own website and admin."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User

from .admin.errors import explain_error
from .extensions.site_points import PlannedPublication, SearchKind, SiteExtension, TodayItem
from .models import HomePage
from .opening_today import counter_opening, office_openings
from .publication_calendar.scheduled_pages import scheduled_page_expiries, scheduled_page_publications

SEARCH_KINDS = {
    "page": SearchKind(_("Page"), _("Pages"), order=20),
    "question": SearchKind(_("Question"), _("Questions"), order=15),
    "person": SearchKind(_("Person"), _("People"), order=48),
    "office": SearchKind(_("Place"), _("Places"), order=50),
}


class HomeSiteExtension(SiteExtension):
    """Opening hours today, kinds of pages in search, scheduled pages, errors that any app may raise."""

    def today_items(self, request: HttpRequest, page: HomePage, now: datetime) -> Iterator[TodayItem]:
        yield from counter_opening(request, page, now)
        yield from office_openings(request, page, now)

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS

    def planned_publications(
        self, user: User, start: datetime, end: datetime
    ) -> Iterator[PlannedPublication]:
        yield from scheduled_page_publications(user, start, end)
        yield from scheduled_page_expiries(user, start, end)

    def admin_error_url(self, request: HttpRequest, error: Exception) -> str | None:
        return explain_error(request, error)

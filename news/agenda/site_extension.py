"""The part of the agenda in the website."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from home.extensions.site_points import HomeSection, PlannedPublication, SearchKind, SiteExtension, TodayItem
from home.models import HomePage

from .next_event import next_event_item
from .publication_calendar_entries import planned_events
from .upcoming_events import upcoming_events_section

SEARCH_KINDS = {"event": SearchKind(_("Agenda"), _("Agenda"), order=40)}


class AgendaSiteExtension(SiteExtension):
    """Events on the home page, in search and in the publication calendar."""

    def home_sections(self, request: HttpRequest, page: HomePage) -> Mapping[str, HomeSection]:
        section = upcoming_events_section(request, page)
        return {"agenda": section} if section else {}

    def today_items(self, request: HttpRequest, page: HomePage, now: datetime) -> list[TodayItem]:
        return next_event_item(request, page, now)

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS

    def planned_publications(self, user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
        return planned_events(user, start, end)

"""The part of news in the website."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from home.extensions.site_points import HomeSection, PlannedPublication, SearchKind, SiteExtension
from home.models import HomePage

from .latest_news import latest_news_section
from .publication_calendar_entries import planned_news

SEARCH_KINDS = {"news": SearchKind(_("News"), _("News"), order=30)}


class ArticleSiteExtension(SiteExtension):
    """News on the home page, in search and in the publication calendar."""

    def home_sections(self, request: HttpRequest, page: HomePage) -> Mapping[str, HomeSection]:
        section = latest_news_section(request, page)
        return {"news": section} if section else {}

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS

    def planned_publications(self, user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
        return planned_news(user, start, end)

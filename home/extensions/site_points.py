"""Extension point of the website and its admin: what apps add, in their ``site_extension.py``."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest

from .base import Extension

if TYPE_CHECKING:  # the toolkit knows no page
    from wagtail.models import Page

    from eservices.accounts.models import User

    from ..alerts.channels import AlertChannel
    from ..models import HomePage
    from ..publication_calendar.entries import PlannedPublication
    from ..search.index import SearchKind
    from .home_page import HomeSection, TodayItem


class SiteExtension(Extension):
    """A part of an app in the website and its admin."""

    file = "site_extension"

    # Public pages. They are cached for everybody: no token, no session, no personal data
    def home_sections(self, request: HttpRequest, page: "HomePage") -> Mapping[str, "HomeSection"]:
        """Return sections of the home page, by key."""
        return {}

    def today_items(self, request: HttpRequest, page: "HomePage", now: datetime) -> Iterable["TodayItem"]:
        """Yield items of the band “today”."""
        return ()

    def page_footers(self, request: HttpRequest, page: "Page") -> Iterable["HomeSection"]:
        """Yield sections below the content of a page."""
        return ()

    def search_kinds(self) -> Mapping[str, "SearchKind"]:
        """Return the kinds of search entries that this app indexes, by ``SearchEntry.kind``."""
        return {}

    # Publication
    def publish_blockers(self, draft: "Page") -> Iterable[str]:
        """Yield reasons why a draft must not be published, in one sentence each: what is wrong and what to do."""
        return ()

    def publish_warnings(self, draft: "Page") -> Iterable[str]:
        """Yield what editors should check before they publish a draft."""
        return ()

    def planned_publications(
        self, user: "User", start: datetime, end: datetime
    ) -> Iterable["PlannedPublication"]:
        """Yield entries of the publication calendar from ``start`` until before ``end``."""
        return ()

    def alert_channels(self) -> Mapping[str, "AlertChannel"]:
        """Return channels that announce an alert outside the site, by key."""
        return {}

    def admin_error_url(self, request: HttpRequest, error: Exception) -> str | None:
        """Return where staff read why an action of the admin was refused; None for errors of others.

        It may add a message to the request.
        """
        return None

"""Extension point of the website and its admin: what apps add, in their ``site_extension.py``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models.expressions import BaseExpression
from django.http import HttpRequest
from django.utils.functional import Promise
from wagtail.models import Page

from eservices.accounts.models import User

from .base import Extension


@dataclass(frozen=True)
class HomeSection:
    """A section of the home page.

    A lower order comes first: news 30, agenda 40, participation 45, counter 50, newsletter 60. Its template is a whole
    ``<section class="band">…`` and gets ``page``, ``request`` and the section's context.
    """

    template: str
    context: dict[str, Any] = field(default_factory=dict[str, Any])
    order: int = 50


@dataclass(frozen=True)
class TodayItem:
    """An item of the band “today”: a key (“Tonight”), a short answer and a small remark.

    ``shape`` is ``"open"``, ``"shut"`` or empty: a full or an empty dot beside the key. ``language``: the language of
    the item if it is not that of the page.
    """

    key: str
    title: str
    remark: str = ""
    url: str = ""
    shape: str = ""
    order: int = 50
    language: str = ""


@dataclass(frozen=True)
class MenuLink:
    """A link at the end of the main menu, to a view that is no page."""

    title: str
    url: str
    icon: str


@dataclass(frozen=True)
class SearchKind:
    """A kind of search entry: its name beside a result, and its plural on a tab."""

    singular: str | Promise
    plural: str | Promise
    order: int = 50
    in_sitemap: bool = False  # for entries that are no pages; pages are in the sitemap anyway


@dataclass(frozen=True)
class PlannedPublication:
    """An entry of the publication calendar: its type in a word, its title, and the address where it is edited."""

    at: datetime
    what: str
    title: str
    url: str
    icon: str = "calendar"
    whole_day: bool = False  # the time is not known or not shown


class SiteExtension(Extension):
    """A part of an app in the website and its admin."""

    file = "site_extension"

    # Public pages. They are cached for everybody: no token, no session, no personal data
    def home_sections(self, request: HttpRequest, page: Page) -> Mapping[str, HomeSection]:
        """Return sections of the home page ``page``, by key."""
        return {}

    def today_items(self, request: HttpRequest, page: Page, now: datetime) -> Iterable[TodayItem]:
        """Yield items of the band “today” of the home page ``page``."""
        return ()

    def page_footers(self, request: HttpRequest, page: Page) -> Iterable[HomeSection]:
        """Yield sections below the content of a page."""
        return ()

    def home_annotations(self) -> Mapping[str, BaseExpression]:
        """Return annotations of the home pages, by name. They cost no query: ``menu_links`` reads them."""
        return {}

    def menu_links(self, home: Page) -> Iterable[MenuLink]:
        """Yield links of the main menu in the active language. They are cached until the site changes."""
        return ()

    def search_kinds(self) -> Mapping[str, SearchKind]:
        """Return the kinds of search entries that this app indexes, by ``SearchEntry.kind``."""
        return {}

    # Publication
    def publish_blockers(self, draft: Page) -> Iterable[str]:
        """Yield reasons why a draft must not be published, in one sentence each: what is wrong and what to do."""
        return ()

    def publish_warnings(self, draft: Page) -> Iterable[str]:
        """Yield what editors should check before they publish a draft."""
        return ()

    def planned_publications(
        self, user: User, start: datetime, end: datetime
    ) -> Iterable[PlannedPublication]:
        """Yield entries of the publication calendar from ``start`` until before ``end``."""
        return ()

    def admin_error_url(self, request: HttpRequest, error: Exception) -> str | None:
        """Return where staff read why an action of the admin was refused; None for errors of others.

        It may add a message to the request.
        """
        return None

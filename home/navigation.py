"""Menu, breadcrumb and languages of the page at hand: each asked once per request, only where shown."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import cached_property
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from . import links
from .models import HomePage


@dataclass(frozen=True)
class Item:
    """A link of the menu, the breadcrumb or the foot. ``here``: it is this page; ``current``: or stands above it."""

    title: str
    url: str
    current: bool = False
    here: bool = False


@dataclass(frozen=True)
class Language:
    """A language of the site and where it leads; ``note`` says when that is only its home page."""

    code: str
    name: str
    url: str
    current: bool
    note: str = ""


class SiteNavigation:
    """What surrounds a page. Without a request or a site (a block preview, a bare database) it is empty."""

    def __init__(self, request: HttpRequest | None, page: Page | None):
        self.request = request
        self.page = page if isinstance(page, Page) and page.pk else None

    @classmethod
    def of(cls, request: HttpRequest | None, page: Page | None) -> "SiteNavigation":
        kept = getattr(request, "_navigation", None)
        if kept is None or kept.page is not (page if isinstance(page, Page) and page.pk else None):
            kept = cls(request, page)
            if request is not None:
                request._navigation = kept
        return kept

    @cached_property
    def site(self) -> Site | None:
        return Site.find_for_request(self.request) if self.request else None

    @cached_property
    def homes(self) -> dict[str, HomePage]:
        """The published home page of each language."""
        if self.site is None:
            return {}
        homes = HomePage.objects.filter(translation_key=self.site.root_page.translation_key, live=True)
        found = {home.locale.language_code: home for home in homes.select_related("locale")}
        return {code: found[code] for code, _name in settings.LANGUAGES if code in found}

    @cached_property
    def home(self) -> HomePage | None:
        """The home page of the language at hand, else the first there is."""
        return self.homes.get(get_language()) or next(iter(self.homes.values()), None)

    @property
    def home_url(self) -> str:
        return self._url(self.home) if self.home else "/"

    @cached_property
    def menu(self) -> list[Item]:
        """The main sections, in the order of the tree."""
        if self.home is None:
            return []
        pages = Page.objects.child_of(self.home).live().in_menu().order_by("path")
        return [self._item(page) for page in pages]

    @cached_property
    def crumbs(self) -> list[Item]:
        """From the home page down to the parent of this page; nothing on the home page itself."""
        if self.page is None or self.home is None or self.page.depth <= self.home.depth:
            return []
        above = Page.objects.ancestor_of(self.page).filter(depth__gt=self.home.depth, live=True).order_by("path")
        return [Item(_("Home"), self.home_url), *(self._item(page) for page in above)]

    @cached_property
    def translations(self) -> dict[str, Page]:
        """This page in each language it is published in."""
        if self.page is None:
            return {}
        if self.home is not None and self.page.translation_key == self.home.translation_key:
            return dict(self.homes)
        pages = Page.objects.filter(translation_key=self.page.translation_key, live=True).select_related("locale")
        return {page.locale.language_code: page for page in pages}

    @cached_property
    def languages(self) -> list[Language]:
        """The languages of the site, each with the way to this page or, saying so, to its home page."""
        return [self._language(code, home) for code, home in self.homes.items()]

    @cached_property
    def alternates(self) -> list[dict]:
        """This page in its other languages, with full addresses, for search engines."""
        order = [code for code, _name in settings.LANGUAGES if code in self.translations]
        found = [{"code": code, "url": self.translations[code].get_full_url(self.request)} for code in order]
        return [*found, {"code": "x-default", "url": found[0]["url"]}] if len(found) > 1 else []

    @cached_property
    def footer_links(self) -> list[Item]:
        if self.home is None:
            return []
        values = [block.value for block in self.home.footer_links]
        links.resolve(values, self.home.locale_id, self.request)
        return [Item(value["title"], url) for value in values if (url := links.target(value, None))]

    def _item(self, page: Page) -> Item:
        here = self.page is not None and page.pk == self.page.pk
        above = self.page is not None and self.page.path.startswith(page.path)
        return Item(page.title, self._url(page), current=here or above, here=here)

    def _url(self, page: Page) -> str:
        return page.get_url(self.request) or "/"

    def _language(self, code: str, home: HomePage) -> Language:
        name, current = dict(settings.LANGUAGES)[code], code == get_language()
        if code in self.translations:
            return Language(code, name, self._url(self.translations[code]), current)
        if self.page is None and (url := self._same_view(code)):
            return Language(code, name, url, current)
        with override(code):
            return Language(code, name, self._url(home), current, note=_("this page is not translated: home page"))

    def _same_view(self, code: str) -> str | None:
        """The address of a view that is no page, in another language."""
        if self.request is None or self.request.resolver_match is None:
            return None
        path = self.request.get_full_path()
        return path if code == get_language() else translate_url(path, code)

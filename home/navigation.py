"""Menu, breadcrumb and languages of the page at hand: each asked once per request, only where shown."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import cached_property
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from wagtail.models import Page, PageViewRestriction, Site

from . import links
from .generation import kept
from .models import HomePage


@dataclass(frozen=True)
class Item:
    """A link of the menu, the breadcrumb or the foot. ``here``: this page; ``current``: or one above it."""

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


@dataclass(frozen=True)
class Home:
    """The home page of a language, and what its editors put around every page."""

    pk: int
    locale_id: int
    depth: int
    title: str
    url: str
    full_url: str
    tagline: str
    menu: tuple[tuple[str, str, str], ...]  # title, address, path in the tree
    emergency: tuple[tuple[str, str], ...]
    footer_links: tuple[Item, ...]


@dataclass(frozen=True)
class Place:
    """Where a page stands: what is above it (title, address, path), and its addresses by language."""

    above: tuple[tuple[str, str, str], ...]
    translations: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Frame:
    """What is the same around all pages of a site: its home pages, and the branches only some may read."""

    translation_key: str
    homes: dict[str, Home]
    private: tuple[str, ...]


def frame_of(request: HttpRequest, site: Site) -> Frame:
    """The frame of a site, asked of the database once per generation."""
    return kept(f"frame-{site.pk}-{site.root_page_id}", lambda: _frame(request, site))


def _frame(request: HttpRequest, site: Site) -> Frame:
    key = site.root_page.translation_key
    restrictions = PageViewRestriction.objects.values_list("page__path", flat=True)
    private = tuple(restrictions)
    pages = HomePage.objects.filter(translation_key=key, live=True).select_related("locale")
    found = {page.locale.language_code: page for page in pages}
    order = [code for code, _name in settings.LANGUAGES if code in found]
    return Frame(str(key), {code: _home(request, found[code], private) for code in order}, private)


def _home(request: HttpRequest, page: HomePage, private: tuple[str, ...]) -> Home:
    below = Page.objects.child_of(page).live().in_menu().order_by("path")
    shown = [child for child in below if not child.path.startswith(private)]
    values = [block.value for block in page.footer_links]
    links.resolve(values, page.locale_id, request)
    footer = [Item(value["title"], url) for value in values if (url := links.target(value, None))]
    return Home(
        pk=page.pk,
        locale_id=page.locale_id,
        depth=page.depth,
        title=page.title,
        url=page.get_url(request) or "/",
        full_url=page.get_full_url(request) or "/",
        tagline=page.tagline,
        menu=tuple((child.title, child.get_url(request) or "/", child.path) for child in shown),
        emergency=tuple((block.value["label"], block.value["phone"]) for block in page.emergency),
        footer_links=tuple(footer),
    )


class SiteNavigation:
    """What surrounds a page. Without a request or a site (a block preview, a bare database) it is empty."""

    def __init__(self, request: HttpRequest | None, page: Page | None):
        self.request = request
        self.page = page if isinstance(page, Page) and page.pk else None

    @classmethod
    def of(cls, request: HttpRequest | None, page: Page | None) -> "SiteNavigation":
        kept_one = getattr(request, "_navigation", None)
        if kept_one is None or kept_one.page is not (page if isinstance(page, Page) and page.pk else None):
            kept_one = cls(request, page)
            if request is not None:
                request._navigation = kept_one
        return kept_one

    @cached_property
    def frame(self) -> Frame:
        site = Site.find_for_request(self.request) if self.request else None
        return frame_of(self.request, site) if site else Frame("", {}, ())

    @property
    def homes(self) -> dict[str, Home]:
        """The published home page of each language."""
        return self.frame.homes

    @property
    def home(self) -> Home | None:
        """The home page of the language at hand, else the first there is."""
        return self.homes.get(get_language()) or next(iter(self.homes.values()), None)

    @property
    def home_url(self) -> str:
        return self.home.url if self.home else "/"

    @cached_property
    def menu(self) -> list[Item]:
        """The main sections, in the order of the tree."""
        return [self._place(title, url, path) for title, url, path in (self.home.menu if self.home else ())]

    @cached_property
    def place(self) -> Place:
        """Where this page stands, found once per generation."""
        if self.page is None or self.home is None:
            return Place((), {})
        return kept(f"place-{self.page.pk}-{self.home.pk}", self._find_place)

    @property
    def crumbs(self) -> list[Item]:
        """From the home page down to the parent of this page; nothing on the home page itself."""
        if self.page is None or self.home is None or self.page.depth <= self.home.depth:
            return []
        return [Item(_("Home"), self.home_url), *(self._place(*above) for above in self.place.above)]

    @property
    def translations(self) -> dict[str, tuple[str, str]]:
        """This page in each language it is published in: its address, short and full."""
        if self.page is not None and str(self.page.translation_key) == self.frame.translation_key:
            return {code: (home.url, home.full_url) for code, home in self.homes.items()}
        return self.place.translations

    def _find_place(self) -> Place:
        above = Page.objects.ancestor_of(self.page).filter(depth__gt=self.home.depth, live=True)
        pages = Page.objects.filter(translation_key=self.page.translation_key, live=True)
        return Place(
            above=tuple((page.title, self._url(page), page.path) for page in above.order_by("path")),
            translations={
                page.locale.language_code: (self._url(page), page.get_full_url(self.request) or "")
                for page in pages.select_related("locale")
            },
        )

    @cached_property
    def languages(self) -> list[Language]:
        """The languages of the site, each with the way to this page or, saying so, to its home page."""
        return [self._language(code, home) for code, home in self.homes.items()]

    @cached_property
    def alternates(self) -> list[dict]:
        """This page in its other languages, with full addresses, for search engines."""
        order = [code for code, _name in settings.LANGUAGES if code in self.translations]
        found = [{"code": code, "url": self.translations[code][1]} for code in order]
        return [*found, {"code": "x-default", "url": found[0]["url"]}] if len(found) > 1 else []

    @property
    def footer_links(self) -> tuple[Item, ...]:
        return self.home.footer_links if self.home else ()

    def _place(self, title: str, url: str, path: str) -> Item:
        here = self.page is not None and path == self.page.path
        above = self.page is not None and self.page.path.startswith(path)
        return Item(title, url, current=here or above, here=here)

    def _url(self, page: Page) -> str:
        return page.get_url(self.request) or "/"

    def _language(self, code: str, home: Home) -> Language:
        name, current = dict(settings.LANGUAGES)[code], code == get_language()
        if code in self.translations:
            return Language(code, name, self.translations[code][0], current)
        if self.page is None and (url := self._same_view(code)):
            return Language(code, name, url, current)
        with override(code):
            note = _("this page is not translated: home page")
        return Language(code, name, home.url, current, note)

    def _same_view(self, code: str) -> str | None:
        """The address of a view that is no page, in another language."""
        match = self.request.resolver_match if self.request else None
        if match is None or match.url_name == "wagtail_serve":  # nothing is served here: page not found
            return None
        path = self.request.get_full_path()
        return path if code == get_language() else translate_url(path, code)

"""Menu, breadcrumb and languages of the page at hand: each asked once per request, only where shown."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from wagtail.models import Page, Site
from wagtail.models.sites import (
    SITE_ROOT_PATHS_CACHE_KEY,
    SITE_ROOT_PATHS_CACHE_VERSION,
    SiteRootPath,
)

from ..caching.site_version import cached_per_version
from ..links.page_links import full_page_url
from ..localization import reader_language
from ..models import CommuneSettings, HomePage
from ..models.base import is_public, with_restriction_data

OF_SITE = ("id", "hostname", "port", "site_name", "is_default_site")


@dataclass(frozen=True)
class NavigationItem:
    """A link of the menu, the breadcrumb or the foot. ``here``: this page; ``current``: or one above it."""

    title: str
    url: str
    current: bool = False
    here: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """A language of the site and where it leads; ``note`` says when that is only its home page."""

    code: str
    name: str
    url: str
    current: bool
    note: str = ""


@dataclass(frozen=True)
class HomeSummary:
    """The home page of a language, and what its editors put around every page."""

    pk: int
    depth: int
    url_path: str
    url: str
    tagline: str
    emergency: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SiteMenus:
    """Where every page of a language leads, by its menu and at its foot."""

    menu: tuple[tuple[str, str, str], ...] = ()  # title, address, path in the tree
    footer: tuple[NavigationItem, ...] = ()


@dataclass(frozen=True)
class SiteFrame:
    """What is the same around all pages of a site in a language."""

    homes: dict[str, tuple[str, str]] = field(default_factory=dict)  # by language: address, short and full
    translation_key: str = ""
    name: str = ""  # of a site beside the commune's own, which bears the commune's
    home: HomeSummary | None = None


def site_for_request(request: HttpRequest) -> Site | None:
    """The site of the host that is asked, read once per generation and kept where Wagtail looks for it."""
    if not hasattr(request, "_wagtail_site"):
        try:
            host = request.get_host()
        except DisallowedHost:  # the page that says so is shown all the same
            return Site.find_for_request(request)
        request._wagtail_site = cached_per_version(f"site-{host}", lambda: _site(request))
    return request._wagtail_site


def _site(request: HttpRequest) -> Site | None:
    """The only site there is, which comes with its home pages; which of several is asked, Wagtail says."""
    root = next((page for page in _home_pages(request) if page.site_is_default_site), None)
    if root is None or root.other_sites:
        return Site.find_for_request(request)
    return Site(root_page_id=root.pk, **{name: getattr(root, f"site_{name}") for name in OF_SITE})


def home_pages(request: HttpRequest) -> dict[str, HomePage]:
    """The published home page of each language of the site, in the order of the languages; read once."""
    if not hasattr(request, "_homes"):
        site = site_for_request(request)
        request._homes = _homes(site, _home_pages(request)) if site else {}
    return request._homes


def _home_pages(request: HttpRequest) -> list[HomePage]:
    """Those of all sites and languages, each with the site that begins with it; read once."""
    if not hasattr(request, "_home_pages"):
        of_site = {f"site_{name}": F(f"sites_rooted_here__{name}") for name in OF_SITE}
        others = Exists(Site.objects.exclude(pk=OuterRef("sites_rooted_here__id")))
        pages = with_restriction_data(HomePage.objects.shown()).annotate(**of_site, other_sites=others)
        request._home_pages = list(pages)
    return request._home_pages


def _homes(site: Site, pages: list[HomePage]) -> dict[str, HomePage]:
    """Of the only site Wagtail is told where its addresses begin: it would ask in two queries more."""
    root = next((page for page in pages if page.pk == site.root_page_id), None)
    if root is None:
        return {}
    found = {
        page.locale.language_code: page for page in pages if page.translation_key == root.translation_key
    }
    if not root.other_sites:
        paths = [SiteRootPath(site.pk, page.url_path, site.root_url, code) for code, page in found.items()]
        cache.add(SITE_ROOT_PATHS_CACHE_KEY, paths, 3600, version=SITE_ROOT_PATHS_CACHE_VERSION)
    return {code: found[code] for code, _name in settings.LANGUAGES if code in found and found[code].live}


def site_frame(request: HttpRequest | None) -> SiteFrame:
    """The frame in the language at hand, asked of the database once per generation."""
    site = site_for_request(request) if request else None
    if site is None:
        return SiteFrame()
    return cached_per_version(f"frame-{site.pk}-{get_language()}", lambda: _frame(request))


def _frame(request: HttpRequest) -> SiteFrame:
    homes = home_pages(request)
    if not homes:
        return SiteFrame()
    home = homes.get(get_language()) or next(iter(homes.values()))
    addresses = {code: _address(page, request) for code, page in homes.items()}
    name = "" if site_for_request(request).is_default_site else home.title
    return SiteFrame(addresses, str(home.translation_key), name, _home(request, home))


def current_home_page(request: HttpRequest) -> HomePage | None:
    """The home page of the language at hand, else the first there is; read once per generation."""
    home = site_frame(request).home
    return cached_per_version(f"home-{home.pk}", lambda: _home_page(home, request)) if home else None


def _home_page(home: HomeSummary, request: HttpRequest) -> HomePage | None:
    page = cached_home_page(request, home.url_path)
    page = page or with_restriction_data(HomePage.objects.filter(pk=home.pk).shown()).first()
    if page is not None:
        page.known_as_open = is_public(page)
    return page


def cached_home_page(request: HttpRequest, url_path: str) -> HomePage | None:
    """The home page of that path in the tree, if this request has read the home pages: until they were kept."""
    return next((page for page in getattr(request, "_homes", {}).values() if page.url_path == url_path), None)


def site_menus(request: HttpRequest) -> SiteMenus:
    """The menu and the foot of the language at hand, asked of the database once per generation."""
    home = site_frame(request).home
    found = (
        cached_per_version(f"ways-{home.pk}-{get_language()}", lambda: _ways(home, request)) if home else None
    )
    return found or SiteMenus()


def _ways(home: HomeSummary, request: HttpRequest) -> SiteMenus | None:
    page = cached_home_page(request, home.url_path) or current_home_page(request)
    if page is None:
        return None
    menu = [below for below in page.below() if below.show_in_menus]
    footer = [
        NavigationItem(link["title"], link["url"]) for link in page.addressed(page.footer_links, request)
    ]
    return SiteMenus(
        menu=tuple((below.title, below.get_url(request) or "/", below.path) for below in menu),
        footer=(*_to_the_commune(request), *(item for item in footer if item.url)),
    )


def _to_the_commune(request: HttpRequest) -> Iterator[NavigationItem]:
    """From another site the way to the commune's own."""
    if site_frame(request).name:
        commune = CommuneSettings.current(request)
        yield NavigationItem(commune.kind or commune.name, f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/")


def _address(page: Page, request: HttpRequest) -> tuple[str, str]:
    """Where a page is, short and full."""
    return page.get_url(request) or "/", full_page_url(page, request)


def _home(request: HttpRequest, page: HomePage) -> HomeSummary:
    return HomeSummary(
        pk=page.pk,
        depth=page.depth,
        url_path=page.url_path,
        url=page.get_url(request) or "/",
        tagline=page.tagline,
        emergency=tuple((block.value["label"], block.value["phone"]) for block in page.emergency),
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
    def frame(self) -> SiteFrame:
        return site_frame(self.request)

    @cached_property
    def ways(self) -> SiteMenus:
        return site_menus(self.request)

    @property
    def site_name(self) -> str:
        """What the site is called; nothing where it is the commune's own."""
        return self.frame.name

    @property
    def home(self) -> HomeSummary | None:
        """The home page of the language at hand, else the first there is."""
        return self.frame.home

    @property
    def home_url(self) -> str:
        return self.home.url if self.home else "/"

    @cached_property
    def menu(self) -> list[NavigationItem]:
        """The main sections, in the order of the tree."""
        return [self._place(title, url, path) for title, url, path in self.ways.menu]

    @cached_property
    def around(self) -> list[Page]:
        """Those above the page, itself and its translations, as far as they are published, by the tree."""
        return [page for page in getattr(self.page, "around", []) if page.live]

    @cached_property
    def crumbs(self) -> list[NavigationItem]:
        """From the home page down to the parent of this page; nothing on the home page itself."""
        if self.page is None or self.home is None or self.page.depth <= self.home.depth:
            return []
        above = (
            one for one in self.around if one.depth > self.home.depth and self.page.is_descendant_of(one)
        )
        crumbs = [self._place(one.title, _address(one, self.request)[0], one.path) for one in above]
        return [NavigationItem(_("Home"), self.home_url), *crumbs]

    @cached_property
    def translations(self) -> dict[str, tuple[str, str]]:
        """This page in each language it is published in: its address, short and full."""
        key = self.page.translation_key if self.page else None
        if str(key) == self.frame.translation_key:
            return self.frame.homes
        same = (page for page in self.around if page.translation_key == key)
        same = (page for page in same if page.pk == self.page.pk or not getattr(page, "restricted", False))
        return {page.locale.language_code: _address(page, self.request) for page in same}

    @cached_property
    def languages(self) -> list[LanguageLink]:
        """The languages of the site, each with the way to this page or, saying so, to where one is told of it."""
        return [self._language(code, url) for code, (url, _full) in self.frame.homes.items()]

    @cached_property
    def reader(self) -> LanguageLink | None:
        """The language of a reader who was led to a page that does not exist in it, with the way back to it.

        No way leads back to a language that nothing is written in.
        """
        code = reader_language.requested_language(self.request) if self.request and self.page else ""
        if not code or code == get_language():
            return None
        names = dict(settings.LANGUAGES)
        if code in self.translations:
            return LanguageLink(code, names[code], self.translations[code][0], current=False)
        home_url = self.frame.homes.get(code, ("",))[0]
        with override(code):
            return LanguageLink(
                code, names[code], home_url, False, reader_language.availability_notice(self.translations)
            )

    @cached_property
    def more(self) -> LanguageLink | None:
        """The page in the language that most is written in, if that is not the one at hand."""
        code = settings.LANGUAGE_CODE
        if code == get_language() or self.page is None or code not in self.translations:
            return None
        url = reader_language.url_for_reader(self.translations[code][0], get_language())
        return LanguageLink(code, dict(settings.LANGUAGES)[code], url, False, str(reader_language.MORE[code]))

    @cached_property
    def alternates(self) -> list[dict]:
        """This page in its other languages, with full addresses, for search engines."""
        order = [code for code, _name in settings.LANGUAGES if code in self.translations]
        found = [{"code": code, "url": self.translations[code][1]} for code in order]
        return [*found, {"code": "x-default", "url": found[0]["url"]}] if len(found) > 1 else []

    @property
    def footer_links(self) -> tuple[NavigationItem, ...]:
        return self.ways.footer

    def _place(self, title: str, url: str, path: str) -> NavigationItem:
        here = self.page is not None and path == self.page.path
        above = self.page is not None and self.page.path.startswith(path)
        return NavigationItem(title, url, current=here or above, here=here)

    def _language(self, code: str, home_url: str) -> LanguageLink:
        name, current = dict(settings.LANGUAGES)[code], code == get_language()
        if code in self.translations:
            return LanguageLink(code, name, self.translations[code][0], current)
        if self.page is None and (url := self._same_view(code)):
            return LanguageLink(code, name, url, current)
        told_at = self._told_at(home_url) if getattr(self.page, "known_as_open", False) else ""
        with override(code):
            only, otherwise = (
                reader_language.availability_notice(self.translations),
                _("this page is not translated: home page"),
            )
        return LanguageLink(code, name, told_at or home_url, current, only if told_at else otherwise)

    def _told_at(self, home_url: str) -> str:
        """Where a reader of another language is told of the page: its own address below their home page."""
        ours = self.frame.homes.get(get_language(), ("",))[0]
        url = _address(self.page, self.request)[0]
        return home_url + url.removeprefix(ours) if ours and url.startswith(ours) else ""

    def _same_view(self, code: str) -> str | None:
        """The address of a view that is no page, in another language."""
        if url := getattr(self.request, "versions", {}).get(code):
            return url
        match = self.request.resolver_match if self.request else None
        if match is None or match.url_name == "wagtail_serve":  # nothing is served here: page not found
            return None
        path = self.request.get_full_path()
        if code == get_language():
            return path
        try:  # Django's translate_url would resolve once more what was asked
            with override(code):
                there = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:
            return None
        here, mark, query = path.partition("?")
        return f"{there}{mark}{query}" if there != here else None  # it has one address for all

"""Menu, breadcrumb and languages of the current page. Each is loaded once per request, only if it is shown."""

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
from wagtail.models import Page, Site, SiteRootPath, get_page_models
from wagtail.models.sites import (
    SITE_ROOT_PATHS_CACHE_KEY,
    SITE_ROOT_PATHS_CACHE_VERSION,
)

from ..caching.site_version import cached_per_version
from ..extensions.base import extensions, merged
from ..extensions.site_points import SiteExtension
from ..links.page_links import full_page_url
from ..localization import reader_language
from ..models import CommuneSettings, HomePage
from ..models.base import is_public, restriction_exists, with_restriction_data

OF_SITE = ("id", "hostname", "port", "site_name", "is_default_site")


@dataclass(frozen=True)
class NavigationItem:
    """A link of the menu, breadcrumb or footer. ``here``: to this page; ``current``: to this page or an ancestor."""

    title: str
    url: str
    current: bool = False
    here: bool = False
    icon: str = ""


@dataclass(frozen=True)
class LanguageLink:
    """A language of the site and its address; ``note`` is set if the address is not that of the translation."""

    code: str
    name: str
    url: str
    current: bool
    note: str = ""


@dataclass(frozen=True)
class HomeSummary:
    """The home page of a language with the data that surrounds every page."""

    pk: int
    depth: int
    url_path: str
    url: str
    tagline: str
    emergency: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SiteMenus:
    """Menu and footer links of all pages of a language."""

    menu: tuple[tuple[str, str, str, str], ...] = ()  # title, address, path in the tree or "", icon
    footer: tuple[NavigationItem, ...] = ()


@dataclass(frozen=True)
class SiteFrame:
    """Data around all pages of a site in a language."""

    homes: dict[str, tuple[str, str]] = field(default_factory=dict)  # by language: relative and full address
    translation_key: str = ""
    name: str = ""  # of a site other than the commune's main one; "" for the main one
    home: HomeSummary | None = None


def site_for_request(request: HttpRequest) -> Site | None:
    """Return the site of the request's host; None if there is none.

    It is cached per site version, and on the request where Wagtail looks for it.
    """
    if not hasattr(request, "_wagtail_site"):
        try:
            host = request.get_host()
        except DisallowedHost:  # the error page of an invalid host is rendered too
            return Site.find_for_request(request)
        request._wagtail_site = cached_per_version(f"site-{host}", lambda: _site(request))
    return request._wagtail_site


def _site(request: HttpRequest) -> Site | None:
    """Return the only site, which was loaded with its home pages. If there are several, Wagtail chooses."""
    root = next((page for page in _home_pages(request) if page.site_is_default_site), None)
    if root is None or root.other_sites:
        return Site.find_for_request(request)
    return Site(root_page_id=root.pk, **{name: getattr(root, f"site_{name}") for name in OF_SITE})


def home_pages(request: HttpRequest) -> dict[str, HomePage]:
    """Return the published home page of each language of the site, in language order. Cached on the request."""
    if not hasattr(request, "_homes"):
        site = site_for_request(request)
        request._homes = _homes(site, _home_pages(request)) if site else {}
    return request._homes


def _home_pages(request: HttpRequest) -> list[HomePage]:
    """Return the home pages of all sites and languages, each with its site. Cached on the request."""
    if not hasattr(request, "_home_pages"):
        of_site = {f"site_{name}": F(f"sites_rooted_here__{name}") for name in OF_SITE}
        others = Exists(Site.objects.exclude(pk=OuterRef("sites_rooted_here__id")))
        pages = with_restriction_data(HomePage.objects.with_display_relations()).annotate(
            **of_site, other_sites=others, **merged(SiteExtension, lambda one: one.home_annotations())
        )
        request._home_pages = list(pages)
    return request._home_pages


def _homes(site: Site, pages: list[HomePage]) -> dict[str, HomePage]:
    """Return the published home pages of a site by language.

    If there is only one site, also cache its root paths for Wagtail, which would need two queries more.
    """
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
    """Return the frame in the active language, cached per site version."""
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
    """Return the home page of the active language, else the first one. Cached per site version."""
    home = site_frame(request).home
    return cached_per_version(f"home-{home.pk}", lambda: _home_page(home, request)) if home else None


def _home_page(home: HomeSummary, request: HttpRequest) -> HomePage | None:
    page = cached_home_page(request, home.url_path)
    page = page or with_restriction_data(HomePage.objects.filter(pk=home.pk).with_display_relations()).first()
    if page is not None:
        page.known_as_open = is_public(page)
    return page


def cached_home_page(request: HttpRequest, url_path: str) -> HomePage | None:
    """Return the home page of a tree path if this request has loaded the home pages; else None.

    They are loaded only while they are not cached.
    """
    return next((page for page in getattr(request, "_homes", {}).values() if page.url_path == url_path), None)


def site_menus(request: HttpRequest) -> SiteMenus:
    """Return the menu and footer links of the active language, cached per site version."""
    home = site_frame(request).home
    found = (
        cached_per_version(f"ways-{home.pk}-{get_language()}", lambda: _site_menus(home, request))
        if home
        else None
    )
    return found or SiteMenus()


def _site_menus(home: HomeSummary, request: HttpRequest) -> SiteMenus | None:
    page = cached_home_page(request, home.url_path) or current_home_page(request)
    if page is None:
        return None
    menu = [below for below in page.linked_children() if below.show_in_menus]
    footer = [
        NavigationItem(link["title"], link["url"]) for link in page.addressed(page.footer_links, request)
    ]
    pages = (
        (one.title, one.get_url(request) or "/", one.path, one.content_type.model_class().menu_icon)
        for one in menu
    )
    views = (
        (link.title, link.url, "", link.icon)
        for app in extensions(SiteExtension)
        for link in app.menu_links(page)
    )
    return SiteMenus(
        menu=(*pages, *views),
        footer=(*_main_site_link(request), *(item for item in footer if item.url)),
    )


def pages_for_lost(request: HttpRequest) -> list[NavigationItem]:
    """Return pages for readers who have not found what they looked for: the counter, the directory, the contact form.

    Cached per site version.
    """
    home = site_frame(request).home
    return cached_per_version(f"lost-{home.pk}", lambda: _pages_for_lost(home, request)) if home else []


def _pages_for_lost(home: HomeSummary, request: HttpRequest) -> list[NavigationItem]:
    models = sorted(
        (one for one in get_page_models() if getattr(one, "when_lost", 0)), key=lambda one: one.when_lost
    )
    ours = Page.objects.filter(url_path__startswith=home.url_path).live().filter(~restriction_exists())
    pages = {page.specific_class: page for page in ours.type(*models).order_by("-depth", "-path")}
    return [
        NavigationItem(page.title, page.get_url(request) or "/", icon=model.menu_icon)
        for model in models
        if (page := pages.get(model))
    ]


def _main_site_link(request: HttpRequest) -> Iterator[NavigationItem]:
    """Yield the link from another site to the commune's main site."""
    if site_frame(request).name:
        commune = CommuneSettings.current(request)
        yield NavigationItem(commune.kind or commune.name, f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/")


def _address(page: Page, request: HttpRequest) -> tuple[str, str]:
    """Return the relative and the full address of a page."""
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
    """Navigation around a page. Empty without a request or a site (a block preview, an empty database)."""

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
    def menus(self) -> SiteMenus:
        return site_menus(self.request)

    @property
    def site_name(self) -> str:
        """The name of the site; "" for the commune's main site."""
        return self.frame.name

    @property
    def home(self) -> HomeSummary | None:
        """The home page of the active language, else the first one."""
        return self.frame.home

    @property
    def home_url(self) -> str:
        return self.home.url if self.home else "/"

    @cached_property
    def menu(self) -> list[NavigationItem]:
        """The main sections in tree order, then the links of apps."""
        return [self._place(*item) for item in self.menus.menu]

    @cached_property
    def ancestor_pages(self) -> list[Page]:
        """The published ancestors of the page, itself and its translations, in tree order."""
        return [page for page in getattr(self.page, "around", []) if page.live]

    @cached_property
    def crumbs(self) -> list[NavigationItem]:
        """The links from the home page to the parent of this page; none on the home page itself."""
        if self.page is None or self.home is None or self.page.depth <= self.home.depth:
            return []
        above = (
            one
            for one in self.ancestor_pages
            if one.depth > self.home.depth and self.page.is_descendant_of(one)
        )
        crumbs = [self._place(one.title, _address(one, self.request)[0], one.path) for one in above]
        return [NavigationItem(_("Home"), self.home_url), *crumbs]

    @cached_property
    def translations(self) -> dict[str, tuple[str, str]]:
        """The published translations of this page, by language: relative and full address."""
        key = self.page.translation_key if self.page else None
        if str(key) == self.frame.translation_key:
            return self.frame.homes
        same = (page for page in self.ancestor_pages if page.translation_key == key)
        same = (page for page in same if page.pk == self.page.pk or not getattr(page, "restricted", False))
        return {page.locale.language_code: _address(page, self.request) for page in same}

    @cached_property
    def languages(self) -> list[LanguageLink]:
        """The languages of the site with their links.

        Each links to this page, else to the notice about it in that language, else to the home page. ``note`` is set
        for the latter two.
        """
        return [self._language(code, url) for code, (url, _full) in self.frame.homes.items()]

    @cached_property
    def reader(self) -> LanguageLink | None:
        """The language of a reader who is on a page that does not exist in it, with the link back.

        Its address is "" if the site has no home page in that language.
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
        """The page in the commune's main language, if that is not the active one; else None."""
        code = settings.LANGUAGE_CODE
        if code == get_language() or self.page is None or code not in self.translations:
            return None
        url = reader_language.url_for_reader(self.translations[code][0], get_language())
        return LanguageLink(code, dict(settings.LANGUAGES)[code], url, False, str(reader_language.MORE[code]))

    @cached_property
    def alternates(self) -> list[dict]:
        """The translations of this page with full addresses, for search engines."""
        order = [code for code, _name in settings.LANGUAGES if code in self.translations]
        found = [{"code": code, "url": self.translations[code][1]} for code in order]
        return [*found, {"code": "x-default", "url": found[0]["url"]}] if len(found) > 1 else []

    @property
    def footer_links(self) -> tuple[NavigationItem, ...]:
        return self.menus.footer

    def _place(self, title: str, url: str, path: str, icon: str = "") -> NavigationItem:
        if not path:
            here = self.request is not None and url == self.request.path
            return NavigationItem(title, url, current=here, here=here, icon=icon)
        here = self.page is not None and path == self.page.path
        above = self.page is not None and self.page.path.startswith(path)
        return NavigationItem(title, url, current=here or above, here=here, icon=icon)

    def _language(self, code: str, home_url: str) -> LanguageLink:
        name, current = dict(settings.LANGUAGES)[code], code == get_language()
        if code in self.translations:
            return LanguageLink(code, name, self.translations[code][0], current)
        if self.page is None and (url := self._same_view(code)):
            return LanguageLink(code, name, url, current)
        told_at = self._notice_url(home_url) if getattr(self.page, "known_as_open", False) else ""
        with override(code):
            only, otherwise = (
                reader_language.availability_notice(self.translations),
                _("this page is not translated: home page"),
            )
        return LanguageLink(code, name, told_at or home_url, current, only if told_at else otherwise)

    def _notice_url(self, home_url: str) -> str:
        """Return the address of the notice about this page below the home page of another language."""
        ours = self.frame.homes.get(get_language(), ("",))[0]
        url = _address(self.page, self.request)[0]
        return home_url + url.removeprefix(ours) if ours and url.startswith(ours) else ""

    def _same_view(self, code: str) -> str | None:
        """Return the address of a view that is no page in another language; None if there is none."""
        if url := getattr(self.request, "versions", {}).get(code):
            return url
        match = self.request.resolver_match if self.request else None
        if match is None or match.url_name == "wagtail_serve":  # no view matched: page not found
            return None
        path = self.request.get_full_path()
        if code == get_language():
            return path
        try:  # Django's translate_url would resolve the address a second time
            with override(code):
                there = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:
            return None
        here, mark, query = path.partition("?")
        return f"{there}{mark}{query}" if there != here else None  # its address is the same in all languages

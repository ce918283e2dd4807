"""Routing of an address to its page in two queries, with its surroundings and its restrictions."""

import hashlib
from dataclasses import dataclass
from itertools import accumulate

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from ..caching.site_version import cached_per_version
from ..models import BasePage, HomePage
from ..models.base import is_public, restriction_exists, with_restriction_data
from .menus import cached_home_page, current_home_page, home_pages, site_frame


def route_request(request, path_components: list[str]) -> RouteResult | None:
    """Return the page of an address, as Wagtail's ``route`` does. None if the site has no home page."""
    home = site_frame(request).home
    found = None
    if home and path_components:
        found = find_page(home.url_path, path_components, cached_home_page(request, home.url_path))
    if found is not None:
        page, rest = found
        return page.route(request, rest)
    home_page = current_home_page(request)
    return home_page.route(request, path_components) if home_page else None


def find_page(
    home: str, path_components: list[str], home_page: HomePage | None = None
) -> tuple[Page, list[str]] | None:
    """Return the page of an address below ``home`` (its ``url_path``), and the rest of the address.

    The rest is for the page's own routes. None if no page matches. The page comes with its ancestors and translations,
    and ``home_page``, if given, with the targets of its links. A page at its own address is cached per site version;
    one with a rest is not, because the rest can be anything.
    """
    address = home + "/".join(path_components)
    digest = hashlib.blake2b(address.encode(), digest_size=12).hexdigest()
    return cached_per_version(
        f"page-{digest}",
        lambda: _find(home, path_components, home_page),
        lambda found: found and not found[1],
    )


def _find(home: str, path_components: list[str], home_page: HomePage | None) -> tuple[Page, list[str]] | None:
    addresses = list(accumulate(path_components, "{}{}/".format, initial=home))
    slugs = [*path_components, home.rstrip("/").rpartition("/")[2]]
    on_the_way = Q(slug__in=slugs, url_path__in=addresses)
    named = Page.objects.filter(slug__in=path_components, url_path__in=addresses[1:])
    wanted = on_the_way | Q(translation_key__in=named.values("translation_key"))
    if home_page:
        wanted |= home_page.linking()
    around = list(with_restriction_data(Page.objects.filter(wanted)).select_related("locale", "content_type"))
    if home_page:
        home_page.linked = around
    on_it = {page.url_path: page for page in around if page.url_path in addresses[1:]}
    for length in range(len(path_components), 0, -1):
        if page := on_it.get(addresses[length]):
            return _load_for_display(page, around), path_components[length:]
    return None


@dataclass(frozen=True)
class OtherLanguagePage:
    """A page that does not exist in the active language but in others."""

    title: str
    versions: dict[str, str]  # addresses by language
    above: Page  # its nearest ancestor in the active language


def find_in_other_language(request, path_components: list[str]) -> OtherLanguagePage | None:
    """Return the page of an address in another language if it is public now; else None."""
    if not Page.objects.filter(slug__in=path_components[-1:]).exists():  # before every language is searched
        return None
    homes, language = home_pages(request), get_language()
    for code, home in homes.items():
        found = find_page(home.url_path, path_components) if code != language and language in homes else None
        if found and not found[1] and _is_public(page := found[0]):
            same = (one for one in page.around if one.translation_key == page.translation_key)
            versions = {
                one.locale.language_code: one.get_url(request) for one in same if one.live and is_public(one)
            }
            return OtherLanguagePage(page.title, versions, _public_parent(page, homes[language]))
    return None


def _is_public(page: Page) -> bool:
    """Return whether the page is public, and within its period if it is of a type that is public only for a time."""
    if not (page.live and page.known_as_open and isinstance(page, BasePage)):
        return False
    begins, ends = (None, None) if page.in_sitemap else page.search_span()
    return (begins is None or begins <= timezone.now()) and (ends is None or timezone.now() < ends)


def _public_parent(page: Page, home: Page) -> Page:
    """Return the nearest ancestor of a page that is public below the home page of another language."""
    keys = [one.translation_key for one in page.around if one.depth < page.depth]
    there = Page.objects.live().descendant_of(home).filter(~restriction_exists(), translation_key__in=keys)
    return there.order_by("-depth").first() or home


def _load_for_display(found: Page, around: list[Page]) -> Page:
    model = found.content_type.model_class()
    if model is None or not issubclass(model, BasePage):
        return found.specific
    page = model.objects.with_display_relations().get(pk=found.pk)
    page.around = [one for one in around if _is_around(page, one)]
    page.known_as_open = all(is_public(one) for one in around if page.path.startswith(one.path))
    return page


def _is_around(page: Page, other: Page) -> bool:
    """Return whether the other is the page, an ancestor or a translation."""
    return page.path.startswith(other.path) or page.translation_key == other.translation_key

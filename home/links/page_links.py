"""Addresses of pages: of their translation in the active language if there is one, and full addresses."""

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from wagtail.models import Page, Site

from ..localization.reader_language import url_for_reader


def page_ids_in_stream(stream) -> list[int]:
    """Return the keys of the pages in the link blocks of a stream, without loading the pages."""
    return [key for block in stream.raw_data if (key := block["value"].get("page"))]


def with_translations(keys: Iterable[int]) -> Q:
    """Return the condition for these pages and all their translations."""
    return Q(translation_key__in=Page.objects.filter(pk__in=keys).values("translation_key"))


def translated_urls(
    named: Iterable[int], pages: Collection[Page], locale_id: int | None, request=None
) -> dict[int, str]:
    """Return the addresses of the ``named`` pages for a language, by key; unpublished pages are left out.

    The address is that of the translation if it is among ``pages`` and published. Else it is that of the page itself,
    which then shows in which languages it exists.
    """
    here = {page.translation_key: page for page in pages if page.live and page.locale_id == locale_id}
    wanted = set(named)
    shown = {page.pk: here.get(page.translation_key, page) for page in pages if page.pk in wanted}
    return {key: translated_url(page, locale_id, request) for key, page in shown.items() if page.live}


def translated_url(page: Page, locale_id: int | None, request=None) -> str:
    """Return the address of a page for readers of a language, which need not be the page's."""
    url = page.get_url(request) or ""
    return url if locale_id in (None, page.locale_id) else url_for_reader(url, get_language())


def url_in_current_language(page: Page, request=None) -> str:
    """Return the address of a page for readers of the active language, which need not be the page's."""
    url = page.get_url(request) or ""
    return url if page.locale.language_code == get_language() else url_for_reader(url, get_language())


def resolve_link_stream(stream, pages: Collection[Page], locale_id: int, request=None) -> list[dict]:
    """Return the values of a stream of link blocks as plain data, each with its target address as ``url``."""
    known = translated_urls(page_ids_in_stream(stream), pages, locale_id, request)
    values = [block["value"] for block in stream.raw_data]
    return [
        value | {"url": known.get(value["page"], "") if value.get("page") else value.get("url") or ""}
        for value in values
    ]


def link_target_url(value, locale_id: int | None, request=None) -> str:
    """Return the target address of a link block's value; "" if its page is not published."""
    page = value.get("page")
    if page is None:
        return value.get("url") or ""
    foreign = locale_id not in (None, page.locale_id)
    pages = list(Page.objects.filter(with_translations([page.pk]))) if foreign else [page]
    return translated_urls([page.pk], pages, locale_id, request).get(page.pk, "")


def absolute_url(path: str, request=None) -> str:
    """Return a path with the operator's base address, or on a second site with that site's root address.

    With several sites, Wagtail returns full addresses of pages. They are returned unchanged.
    """
    if not path.startswith("/"):
        return path
    site = Site.find_for_request(request)
    ours = site is None or site.is_default_site
    return (settings.WAGTAILADMIN_BASE_URL.rstrip("/") if ours else site.root_url) + path


def full_page_url(page: Page, request=None) -> str:
    """Return the full address of a page; "" if it has none."""
    return absolute_url(page.get_url(request) or "", request)


def is_own_url(address: str) -> bool:
    """Return whether the address belongs to any site of this installation."""
    known = () if address.startswith("/") else (urlsplit(site.root_url).netloc for site in Site.objects.all())
    return url_has_allowed_host_and_scheme(address, allowed_hosts=set(known))

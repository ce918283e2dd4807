"""Addresses: links of editors in the language at hand where the page exists in it, and full addresses."""

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from wagtail.models import Page, Site

from ..localization.reader_language import url_for_reader


def page_ids_in_stream(stream) -> list[int]:
    """The keys of the pages that the link blocks of a stream name, without looking the pages up."""
    return [key for block in stream.raw_data if (key := block["value"].get("page"))]


def with_translations(keys: Iterable[int]) -> Q:
    """Those pages in all their languages."""
    return Q(translation_key__in=Page.objects.filter(pk__in=keys).values("translation_key"))


def translated_urls(
    named: Iterable[int], pages: Collection[Page], locale_id: int | None, request=None
) -> dict[int, str]:
    """Where links to the pages that are ``named`` lead in a language: to the translation if it is among ``pages`` and
    published, else to the page itself, which says so. What is not published leads nowhere and is left out."""
    here = {page.translation_key: page for page in pages if page.live and page.locale_id == locale_id}
    wanted = set(named)
    shown = {page.pk: here.get(page.translation_key, page) for page in pages if page.pk in wanted}
    return {key: translated_url(page, locale_id, request) for key, page in shown.items() if page.live}


def translated_url(page: Page, locale_id: int | None, request=None) -> str:
    """Where a link to a page leads in a language, which is the page's or not."""
    url = page.get_url(request) or ""
    return url if locale_id in (None, page.locale_id) else url_for_reader(url, get_language())


def url_in_current_language(page: Page, request=None) -> str:
    """Where whoever reads the language at hand reads a page, which is in it or not."""
    url = page.get_url(request) or ""
    return url if page.locale.language_code == get_language() else url_for_reader(url, get_language())


def resolve_link_stream(stream, pages: Collection[Page], locale_id: int, request=None) -> list[dict]:
    """The values of a stream of link blocks as plain data, each with the address it leads to as ``url``."""
    known = translated_urls(page_ids_in_stream(stream), pages, locale_id, request)
    values = [block["value"] for block in stream.raw_data]
    return [
        value | {"url": known.get(value["page"], "") if value.get("page") else value.get("url") or ""}
        for value in values
    ]


def link_target_url(value, locale_id: int | None, request=None) -> str:
    """Where a link block's value leads; nothing while its page is not published."""
    page = value.get("page")
    if page is None:
        return value.get("url") or ""
    foreign = locale_id not in (None, page.locale_id)
    pages = list(Page.objects.filter(with_translations([page.pk]))) if foreign else [page]
    return translated_urls([page.pk], pages, locale_id, request).get(page.pk, "")


def absolute_url(path: str, request=None) -> str:
    """A path with the address that the operator gave the commune; on a second site, with that site's.

    Where there are several sites, Wagtail gives pages a full address, which stays as it is.
    """
    if not path.startswith("/"):
        return path
    site = Site.find_for_request(request)
    ours = site is None or site.is_default_site
    return (settings.WAGTAILADMIN_BASE_URL.rstrip("/") if ours else site.root_url) + path


def full_page_url(page: Page, request=None) -> str:
    """The full address of a page; nothing where it has none."""
    return absolute_url(page.get_url(request) or "", request)


def is_own_url(address: str) -> bool:
    """Whether it leads to this installation, to whichever of its sites."""
    known = () if address.startswith("/") else (urlsplit(site.root_url).netloc for site in Site.objects.all())
    return url_has_allowed_host_and_scheme(address, allowed_hosts=set(known))

"""Links of editors to pages: in the language at hand where the page exists in it."""

from collections.abc import Iterable

from wagtail.models import Page

TARGET = "_target"


def resolve(values: Iterable, locale_id: int, request=None) -> None:
    """Finds where each link block's value leads, for all of them in at most one query."""
    values = [value for value in values if value is not None]
    pages = [page for value in values if (page := value.get("page"))]
    foreign = {page.translation_key for page in pages if page.locale_id != locale_id}
    translations = {}
    if foreign:
        live = Page.objects.filter(translation_key__in=foreign, locale_id=locale_id, live=True)
        translations = {page.translation_key: page for page in live}
    for value in values:
        page = value.get("page")
        if page:
            page = translations.get(page.translation_key, page)
        url = (page.get_url(request) or "" if page.live else "") if page else value.get("url") or ""
        setattr(value, TARGET, url)


def target(value, locale_id: int | None, request=None) -> str:
    """Where a link block's value leads; nothing while its page is not published."""
    if not hasattr(value, TARGET):
        page = value.get("page")
        resolve([value], locale_id or (page.locale_id if page else 0), request)
    return getattr(value, TARGET)


def resolved(stream, locale_id: int, request=None) -> list[dict]:
    """The values of a stream of link blocks as plain data, each with the address it leads to as ``url``."""
    values = [block.value for block in stream]
    resolve(values, locale_id, request)
    return [
        {name: value[name] for name in value if name != "page"} | {"url": target(value, locale_id, request)}
        for value in values
    ]

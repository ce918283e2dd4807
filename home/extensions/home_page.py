"""Extension point for sections of the home page: news, agenda, online counter, newsletter.

An app registers them in its own ``home_blocks.py``::

    from home.extensions.home_page import HomeSection, home_sections

    @home_sections.register("news")
    def latest(request, page):
        articles = …
        return HomeSection("news/home_block.html", {"articles": articles}, order=30) if articles else None

The template is a whole ``<section class="band">…`` and gets ``page``, ``request`` and the section's context. Items of
the band “today” are registered the same way in ``today.py``: see :class:`TodayItem`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from wagtail.models import Page

from ..caching.site_version import cached_per_version
from ..localization.reader_language import requested_language
from .registry import Registry

SECONDS = 300


@dataclass(frozen=True)
class HomeSection:
    """A section of the home page; a lower order comes first (news 30, agenda 40, counter 50, newsletter 60)."""

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


home_sections: Registry[Callable[[HttpRequest, object], HomeSection | dict[str, Any] | None]] = Registry(
    "home_blocks"
)
# Each provider is called with the request, the home page and the time.
today_providers: Registry[Callable[..., list[TodayItem]]] = Registry("today")


def render_sections(request: HttpRequest, page: Page) -> dict[str, str]:
    """Render the sections of all apps, by key and in order. The HTML is the same for all readers of a language.

    It is cached per site version and for five minutes, because events pass without a change of the site.
    """
    if getattr(request, "is_preview", False):
        return _sections(request, page)
    name = f"sections-{page.pk}-{requested_language(request)}"
    return cached_for_minutes(name, lambda: _sections(request, page))


def cached_for_minutes[Value](name: str, make: Callable[[], Value]) -> Value:
    """Return the result of ``make``, cached per site version and for five minutes."""
    slot = int(timezone.now().timestamp() // SECONDS)
    return cached_per_version(f"{name}-{slot}", make)


def _sections(request: HttpRequest, page: Page) -> dict[str, str]:
    offers = {key: said for key, offer in home_sections.items() if (said := offer(request, page))}
    sections = {
        key: said if isinstance(said, HomeSection) else HomeSection(**said) for key, said in offers.items()
    }
    return {
        key: render_to_string(section.template, section.context | {"page": page}, request)
        for key, section in sorted(sections.items(), key=lambda item: item[1].order)
    }


def today_items(request: HttpRequest, page: Page, now: datetime) -> list[TodayItem]:
    """Return the items of the band “today”, in order."""
    lines = [line for offer in today_providers for line in offer(request, page, now)]
    return sorted(lines, key=lambda line: line.order)

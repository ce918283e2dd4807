"""Sections of the home page, and items of the band “today”: news, agenda, online counter, newsletter."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from wagtail.models import Page

from ..caching.site_version import cached_per_version
from ..localization.reader_language import requested_language
from .base import extensions, merged
from .site_points import SiteExtension, TodayItem

SECONDS = 300


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
    sections = merged(SiteExtension, lambda one: one.home_sections(request, page))
    return {
        key: render_to_string(section.template, section.context | {"page": page}, request)
        for key, section in sorted(sections.items(), key=lambda item: item[1].order)
    }


def today_items(request: HttpRequest, page: Page, now: datetime) -> list[TodayItem]:
    """Return the items of the band “today”, in order."""
    lines = [line for one in extensions(SiteExtension) for line in one.today_items(request, page, now)]
    return sorted(lines, key=lambda line: line.order)

"""Items of the band “today”: opening hours of the counter and of offices."""

from django.conf import settings
from django.db.models import Q, Subquery
from django.utils.translation import gettext as _

from .caching.site_version import cached_per_version
from .extensions.site_points import TodayItem
from .localization.reader_language import url_for_reader
from .models import CommuneSettings, OfficePage
from .opening_hours import text
from .opening_hours.rules import OpeningState, opening_state


def counter_opening(request, page, now) -> list[TodayItem]:
    """Return the state of the counter, if it has opening hours."""
    commune = CommuneSettings.current(request)
    return [_opening_item(_("Counter"), commune.opening_at(now), now, order=10)] if commune.spans else []


def office_openings(request, page, now) -> list[TodayItem]:
    """Return the state of the offices that editors show on the home page."""
    day = now.date()
    places = cached_per_version(f"offices-{page.pk}-{day}", lambda: _places(request, page, day))
    return [
        _opening_item(title, opening_state(spans, now, closed, others), now, url, language=language, order=20)
        for title, url, language, spans, closed, others in places
    ]


def _places(request, page, day) -> list[tuple]:
    """Return up to two offices in the language of the home page, else in the main language.

    Opening hours are understood without translation.
    """
    first = settings.LANGUAGE_CODE
    source = type(page).objects.filter(translation_key=page.translation_key, locale__language_code=first)
    below = Q(path__startswith=page.path) | Q(path__startswith=Subquery(source.values("path")[:1]))
    shown = list(OfficePage.objects.open_to_all().filter(below, on_home=True).order_by("path"))
    own = [one for one in shown if one.path.startswith(page.path)]
    language, read = ("", None) if own else (first, page.locale.language_code)
    return [
        (
            one.title,
            url_for_reader(one.get_url(request) or "", read),
            language,
            one.spans,
            one.closed_days(day),
            one.others,
        )
        for one in (own or shown)[:2]
    ]


def _opening_item(
    key: str, state: OpeningState, now, url: str = "", *, language: str = "", order: int
) -> TodayItem:
    title, remark = text.describe_opening(state, now)
    return TodayItem(key, title, remark, url, "open" if state.open else "shut", order, language)

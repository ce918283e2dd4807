"""News and agenda on the home page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.utils import timezone
from wagtail.models import Page

from home.home_blocks import Section, home_blocks

from .models import EventDate, EventIndexPage, EventPage, NewsIndexPage, NewsPage

SHOWN = 4


@home_blocks.register("news")
def latest_news(request, page):
    """The newest article with its picture, and three more."""
    index = page.first_below(NewsIndexPage)
    if index is None:
        return None
    articles = NewsPage.objects.child_of(index).published().select_related("picture").defer_streamfields()[:4]
    first, *others = [*articles] or [None]
    if first is None:
        return None
    pictures = [*page.pictures(), *([first.picture] if first.picture else [])]
    prefetch_related_objects(pictures, "renditions")  # with those of the page, which shows its own afterwards
    context = {"first": first, "others": others, "index": index}
    return Section("news/home_news.html", context, order=30)


@home_blocks.register("agenda")
def next_events(request, page):
    """The next four dates."""
    coming = next_in(page)
    if not coming.shown:
        return None
    return Section("news/home_agenda.html", {"dates": coming.shown, "index": coming.index}, order=40)


@dataclass(frozen=True)
class Coming:
    """The next events of an agenda at their next dates, cancelled or not, and the next dates that take place."""

    index: Page | None
    shown: list[EventDate]
    sure: list[EventDate]


def next_in(page) -> Coming:
    """What comes next in the agenda below the home page, asked once per page."""
    if not hasattr(page, "_coming"):
        index = page.first_below(EventIndexPage)
        events = EventPage.objects.child_of(index).open_to_all() if index else EventPage.objects.none()
        page._coming = _coming(index, EventDate.objects.of(events), timezone.now())
    return page._coming


def _coming(index: Page | None, dates, now: datetime) -> Coming:
    """Where all that is shown is cancelled, the next that takes place is the last of it."""
    shown = list(dates.next_of_each(now)[:SHOWN])
    sure = [one for one in shown if not one.cancelled]
    if len(sure) == len(shown):
        return Coming(index, shown, sure)
    next_sure = list(dates.filter(cancelled=False).coming(now)[:SHOWN])
    if not sure:
        shown = sorted([*shown[: SHOWN - 1], *next_sure[:1]], key=lambda one: one.start)
    return Coming(index, shown, next_sure)

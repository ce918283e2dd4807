"""News and agenda on the home page."""

from django.utils import timezone
from wagtail.models import Page

from home.home_blocks import Section, home_blocks

from .models import EventIndexPage, EventPage, NewsIndexPage, NewsPage


@home_blocks.register("news")
def latest_news(request, page):
    """The newest article with its picture, and three more."""
    index = page.first_below(NewsIndexPage)
    if index is None:
        return None
    articles = NewsPage.objects.child_of(index).published().select_related("picture").defer_streamfields()[:4]
    first, *others = [*articles] or [None]
    context = {"first": first, "others": others, "index": index}
    return Section("news/home_news.html", context, order=30) if first else None


@home_blocks.register("agenda")
def next_events(request, page):
    """The next four dates."""
    index, events = next_in(page)
    if not events:
        return None
    return Section("news/home_agenda.html", {"events": events, "index": index}, order=40)


def next_in(page) -> tuple[Page | None, list[EventPage]]:
    """The agenda below the home page and its next four events, asked once per page."""
    if not hasattr(page, "_next_events"):
        index = page.first_below(EventIndexPage)
        events = EventPage.objects.child_of(index).open_to_all().upcoming(timezone.now()) if index else []
        page._next_events = index, list(events.defer_streamfields()[:4] if index else [])
    return page._next_events

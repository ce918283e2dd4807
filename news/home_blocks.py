"""News and agenda on the home page."""

from django.utils import timezone

from home.home_blocks import Section, home_blocks

from .models import EventIndexPage, EventPage, NewsIndexPage, NewsPage


@home_blocks.register("news")
def latest_news(request, page):
    """The newest article with its picture, and three more."""
    articles = list(
        NewsPage.objects.descendant_of(page).published().select_related("picture").defer_streamfields()[:4]
    )
    if not articles:
        return None
    context = {"first": articles[0], "others": articles[1:], "index": _index(NewsIndexPage, page)}
    return Section("news/home_news.html", context, order=30)


@home_blocks.register("agenda")
def next_events(request, page):
    """The next four dates."""
    events = next_in(page)
    if not events:
        return None
    return Section(
        "news/home_agenda.html", {"events": events, "index": _index(EventIndexPage, page)}, order=40
    )


def next_in(page) -> list[EventPage]:
    """The next four events below the home page, asked once per page."""
    if not hasattr(page, "_next_events"):
        events = EventPage.objects.descendant_of(page).published().upcoming(timezone.now())
        page._next_events = list(events.defer_streamfields()[:4])
    return page._next_events


def _index(model, page):
    return model.objects.child_of(page).live().first()

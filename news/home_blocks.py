"""News and agenda on the home page."""

from django.utils import timezone

from home.home_blocks import Section, home_blocks

from .models import EventIndexPage, EventPage, NewsIndexPage


@home_blocks.register("news")
def latest_news(request, page):
    """The newest article with its picture, and three more."""
    index = _below(page, NewsIndexPage)
    articles = list(index.articles().whole().defer_streamfields()[:4]) if index else []
    if not articles:
        return None
    return Section(
        "news/home_news.html", {"first": articles[0], "others": articles[1:], "index": index}, order=30
    )


@home_blocks.register("agenda")
def next_events(request, page):
    """The next four dates."""
    index, events = next_in(page)
    if not events:
        return None
    return Section("news/home_agenda.html", {"events": events, "index": index}, order=40)


def next_in(page) -> tuple[EventIndexPage | None, list[EventPage]]:
    """The agenda below the home page and its next four events, asked once per page."""
    if not hasattr(page, "_next_events"):
        index = _below(page, EventIndexPage)
        events = index.events().upcoming(timezone.now()).defer_streamfields()[:4] if index else []
        page._next_events = index, list(events)
    return page._next_events


def _below(page, model):
    """The public index page of that kind right below the home page."""
    return model.objects.child_of(page).live().filter(view_restrictions=None).order_by("path").first()

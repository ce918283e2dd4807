"""News and agenda on the home page."""

from django.db.models import prefetch_related_objects
from django.utils import timezone
from wagtail.models import Page

from home.home_blocks import Section, home_blocks

from .models import EventDate, EventIndexPage, EventPage, NewsIndexPage, NewsPage


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
    index, dates = next_in(page)
    if not dates:
        return None
    return Section("news/home_agenda.html", {"dates": dates, "index": index}, order=40)


def next_in(page) -> tuple[Page | None, list[EventDate]]:
    """The agenda below the home page and its next four events at their next dates, asked once per page."""
    if not hasattr(page, "_next_dates"):
        index = page.first_below(EventIndexPage)
        events = EventPage.objects.child_of(index).open_to_all() if index else EventPage.objects.none()
        page._next_dates = index, list(EventDate.objects.of(events).next_of_each(timezone.now())[:4])
    return page._next_dates

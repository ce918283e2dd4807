"""News on the home page."""

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from home.extensions.site_points import HomeSection
from home.models import HomePage

from .models import NewsIndexPage, NewsPage


def latest_news_section(request: HttpRequest, page: HomePage) -> HomeSection | None:
    """Build the section with the newest article and its picture, and three more; None without articles."""
    index = page.first_below(NewsIndexPage)
    if index is None:
        return None
    articles = NewsPage.objects.child_of(index).published().select_related("picture").defer_streamfields()[:4]
    first, *others = [*articles] or [None]
    if first is None:
        return None
    pictures = [*page.pictures(), *([first.picture] if first.picture else [])]
    prefetch_related_objects(pictures, "renditions")  # with those of the page, which are shown afterwards
    context = {"first": first, "others": others, "index": index}
    return HomeSection("news/articles/home_section.html", context, order=30)

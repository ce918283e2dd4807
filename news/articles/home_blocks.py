"""News on the home page."""

from django.db.models import prefetch_related_objects

from home.extensions.home_page import HomeSection, home_sections

from .models import NewsIndexPage, NewsPage


@home_sections.register("news")
def latest_news_section(request, page):
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

"""Footers of pages: comments on news, and the feedback box."""

from django.utils import timezone
from wagtail.models import Page

from eservices.catalogue.models import ServicePage
from home.extensions.site_points import HomeSection
from home.models import ContentPage, OfficePage
from news.articles.models import NewsPage

from .comments.access import comments_on

JUDGED = (ContentPage, OfficePage, NewsPage, ServicePage)


def feedback_box(page: Page) -> HomeSection | None:
    """Return the box for feedback; None on pages that are not judged."""
    box = HomeSection("news/participation/page_feedback/box.html", order=90)
    return box if isinstance(page, JUDGED) else None


def comments_box(page: Page) -> HomeSection | None:
    """Return the comments on an article; None on pages without."""
    if not isinstance(page, NewsPage) or not page.comments_open:
        return None
    context = {"comments": comments_on(page), "open": page.takes_comments(timezone.localdate())}
    return HomeSection("news/participation/comments/foot.html", context, order=50)

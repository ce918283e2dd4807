"""Footers of pages: comments on news, and the feedback box."""

from django.utils import timezone

from eservices.catalogue.models import ServicePage
from home.extensions.home_page import HomeSection
from home.extensions.page_footer import page_footers
from home.models import ContentPage, OfficePage
from news.articles.models import NewsPage

from .comments.access import comments_on

JUDGED = (ContentPage, OfficePage, NewsPage, ServicePage)


@page_footers.register("useful")
def feedback_box(request, page):
    return (
        HomeSection("news/participation/page_feedback/box.html", order=90)
        if isinstance(page, JUDGED)
        else None
    )


@page_footers.register("comments")
def comments_box(request, page):
    if not isinstance(page, NewsPage) or not page.comments_open:
        return None
    context = {"comments": comments_on(page), "open": page.takes_comments(timezone.localdate())}
    return HomeSection("news/participation/comments/foot.html", context, order=50)

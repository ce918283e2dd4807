"""What stands below a page: comments on news, and the question whether it was useful."""

from django.utils import timezone

from eservices.catalogue.models import ServicePage
from home.home_blocks import Section
from home.models import ContentPage, OfficePage
from home.page_foot import page_foot
from news.models import NewsPage

from .comments.access import comments_on

JUDGED = (ContentPage, OfficePage, NewsPage, ServicePage)


@page_foot.register("useful")
def useful(request, page):
    return Section("participation/useful/box.html", order=90) if isinstance(page, JUDGED) else None


@page_foot.register("comments")
def comments(request, page):
    if not isinstance(page, NewsPage) or not page.comments_open:
        return None
    context = {"comments": comments_on(page), "open": page.takes_comments(timezone.localdate())}
    return Section("participation/comments/foot.html", context, order=50)

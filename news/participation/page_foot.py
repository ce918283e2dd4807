"""What stands below a page: the question whether it was useful."""

from eservices.catalogue.models import ServicePage
from home.home_blocks import Section
from home.models import ContentPage, OfficePage
from home.page_foot import page_foot
from news.models import NewsPage

JUDGED = (ContentPage, OfficePage, NewsPage, ServicePage)


@page_foot.register("useful")
def useful(request, page):
    return Section("participation/useful/box.html", order=90) if isinstance(page, JUDGED) else None

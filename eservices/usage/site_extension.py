"""The part of usage in the website."""

from collections.abc import Iterator

from django.http import HttpRequest
from wagtail.models import Page

from home.extensions.site_points import HomeSection, SiteExtension


class UsageSiteExtension(SiteExtension):
    """The address at which a page's visits are counted; its script calls it, so that cached pages count too."""

    def page_footers(self, request: HttpRequest, page: Page) -> Iterator[HomeSection]:
        if page.live and not getattr(request, "is_preview", False):
            yield HomeSection("usage/visit.html", order=99)

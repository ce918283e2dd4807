"""The part of participation in the website."""

from collections.abc import Iterator

from django.http import HttpRequest
from wagtail.models import Page

from home.extensions.site_points import HomeSection, SiteExtension

from .page_footers import comments_box, feedback_box


class ParticipationSiteExtension(SiteExtension):
    """Comments and the feedback box below pages."""

    def page_footers(self, request: HttpRequest, page: Page) -> Iterator[HomeSection]:
        yield from filter(None, (feedback_box(page), comments_box(page)))

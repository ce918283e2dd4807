"""The part of participation in the website."""

from collections.abc import Iterator, Mapping

from django.http import HttpRequest
from wagtail.models import Page

from home.extensions.site_points import HomeSection, SiteExtension
from home.models import HomePage

from .home_section import participation_section
from .page_footers import comments_box, feedback_box


class ParticipationSiteExtension(SiteExtension):
    """Consultations on the home page; comments and the feedback box below pages."""

    def home_sections(self, request: HttpRequest, page: HomePage) -> Mapping[str, HomeSection]:
        section = participation_section(page)
        return {"participation": section} if section else {}

    def page_footers(self, request: HttpRequest, page: Page) -> Iterator[HomeSection]:
        yield from filter(None, (feedback_box(page), comments_box(page)))

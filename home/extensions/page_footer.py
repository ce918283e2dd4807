"""Extension point for sections below the content of a page: feedback, comments.

An app registers them in its own ``page_foot.py``::

    from home.extensions.home_page import HomeSection
    from home.extensions.page_footer import page_footers

    @page_footers.register("useful")
    def useful(request, page):
        return Section("news/participation/page_feedback/box.html", order=90) if … else None

Public pages are cached for everybody: a section contains no token, no session and no personal data.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.template.loader import render_to_string
from wagtail.models import Page

from .home_page import HomeSection
from .registry import Registry

page_footers: Registry[Callable[[HttpRequest, object], HomeSection | None]] = Registry("page_foot")


def render_page_footer(request: HttpRequest, page: Page) -> list[str]:
    """Render the sections below a page, in order."""
    sections = [section for offer in page_footers if (section := offer(request, page))]
    return [
        render_to_string(section.template, section.context | {"page": page}, request)
        for section in sorted(sections, key=lambda section: section.order)
    ]

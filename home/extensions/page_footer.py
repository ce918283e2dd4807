"""What apps above put below the matter of a page: whether it was useful, comments.

An app puts it into its own ``page_footers.py``::

    from home.extensions.home_page import Section
    from home.extensions.page_footer import page_foot

    @page_foot.register("useful")
    def useful(request, page):
        return Section("news/participation/page_feedback/box.html", order=90) if … else None

Pages that everybody shares are cacheable: what stands there has no token, no session and nothing of a person.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.template.loader import render_to_string

from .home_page import HomeSection
from .registry import Registry

page_footers: Registry[Callable[[HttpRequest, object], HomeSection | None]] = Registry("page_foot")


def render_page_footer(request: HttpRequest, page) -> list[str]:
    """What stands below a page, in order, as HTML."""
    sections = [section for offer in page_footers if (section := offer(request, page))]
    return [
        render_to_string(section.template, section.context | {"page": page}, request)
        for section in sorted(sections, key=lambda section: section.order)
    ]

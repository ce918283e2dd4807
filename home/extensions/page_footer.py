"""Sections below the content of a page: feedback, comments."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from wagtail.models import Page

from .base import extensions
from .site_points import SiteExtension


def render_page_footer(request: HttpRequest, page: Page) -> list[str]:
    """Render the sections below a page, in order."""
    sections = [section for one in extensions(SiteExtension) for section in one.page_footers(request, page)]
    return [
        render_to_string(section.template, section.context | {"page": page}, request)
        for section in sorted(sections, key=lambda section: section.order)
    ]

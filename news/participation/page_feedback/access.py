"""Which pages may be judged, and who of the staff reads what was said."""

from django.http import Http404
from wagtail.models import Page

from home.models.base import restriction_exists

from .models import PageFeedback


def open_page(pk: int) -> Page:
    """A page that everybody may read. Raises Http404."""
    found = Page.objects.live().filter(~restriction_exists(), pk=pk, depth__gt=1).first()
    if found is None:
        raise Http404
    return found


def may_view_feedback(user) -> bool:
    return user.is_active and user.has_perm("news_participation.view_pagefeedback")


def feedback_for(user):
    """What was said of all pages, for staff. Raises Http404."""
    if not may_view_feedback(user):
        raise Http404
    return PageFeedback.objects.all()


def page_with_feedback(user, pk: int) -> Page:
    """A page whose opinions somebody of the staff reads. Raises Http404."""
    found = Page.objects.filter(pk=pk).first() if may_view_feedback(user) else None
    if found is None:
        raise Http404
    return found

"""Access to page feedback: pages that can be rated, and staff who read it."""

from django.db.models import QuerySet
from django.http import Http404
from wagtail.models import Page

from eservices.accounts.models import User
from home.models.base import restriction_exists

from .models import PageFeedback


def open_page(pk: int) -> Page:
    """Return a public page. Raise Http404 otherwise."""
    found = Page.objects.live().filter(~restriction_exists(), pk=pk, depth__gt=1).first()
    if found is None:
        raise Http404
    return found


def may_view_feedback(user: User) -> bool:
    return user.is_active and user.has_perm("news_participation.view_pagefeedback")


def feedback_for(user: User) -> QuerySet[PageFeedback]:
    """Return all page feedback, for staff. Raise Http404 otherwise."""
    if not may_view_feedback(user):
        raise Http404
    return PageFeedback.objects.all()


def page_with_feedback(user: User, pk: int) -> Page:
    """Return a page, for staff who may read its feedback. Raise Http404 otherwise."""
    found = Page.objects.filter(pk=pk).first() if may_view_feedback(user) else None
    if found is None:
        raise Http404
    return found

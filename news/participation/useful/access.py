"""Which pages may be judged, and who of the staff reads what was said."""

from django.http import Http404
from wagtail.models import Page

from home.models.base import restricted

from .models import Verdict


def open_page(pk: int) -> Page:
    """A page that everybody may read. Raises Http404."""
    found = Page.objects.live().filter(~restricted(), pk=pk, depth__gt=1).first()
    if found is None:
        raise Http404
    return found


def may_read(user) -> bool:
    return user.is_active and user.has_perm("news_participation.view_verdict")


def verdicts_for(user):
    """What was said of all pages, for staff. Raises Http404."""
    if not may_read(user):
        raise Http404
    return Verdict.objects.all()


def judged_page(user, pk: int) -> Page:
    """A page whose opinions somebody of the staff reads. Raises Http404."""
    found = Page.objects.filter(pk=pk).first() if may_read(user) else None
    if found is None:
        raise Http404
    return found

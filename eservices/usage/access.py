"""Access to usage: pages whose visits count, requests that can be rated, and staff who read the counts."""

from datetime import datetime

from django.http import Http404
from wagtail.models import Page

from eservices.accounts.models import User
from eservices.cases.models import Case
from eservices.cases.states import CaseOutcome
from home.models.base import restriction_exists

from .actions import rating_digest
from .models import RATING_PERIOD, RequestRating

RATED = (CaseOutcome.ACCEPTED, CaseOutcome.REFUSED, CaseOutcome.COMPLETED)


def counted_page(pk: int) -> Page:
    """Return a public page. Raise Http404 otherwise."""
    found = Page.objects.live().filter(~restriction_exists(), pk=pk, depth__gt=1).only("pk").first()
    if found is None:
        raise Http404
    return found


def may_rate(case: Case, now: datetime) -> bool:
    """Return whether the applicant can rate how the request was handled: for a month after its end."""
    ended = case.closed_at is not None and now < case.closed_at + RATING_PERIOD
    return ended and case.outcome in RATED and not case.rehearsal and case.submission.erased_at is None


def rating_of(case: Case) -> RequestRating | None:
    return RequestRating.objects.filter(who=rating_digest(case.pk)).first()


def may_view_usage(user: User) -> bool:
    return user.is_active and user.has_perm("eservices_usage.view_pagevisits")


def check_viewer(user: User) -> None:
    """Raise Http404 if ``user`` may not read the counts."""
    if not may_view_usage(user):
        raise Http404

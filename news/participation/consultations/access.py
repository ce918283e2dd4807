"""Access to consultations and contributions. Unknown and forbidden ones are both answered with 404."""

from uuid import UUID

from django.http import Http404

from eservices.accounts.models import User
from home.web.shortcuts import get_or_404

from ..moderation.permissions import may_moderate
from ..public_pages import public_page
from .models import ConsultationPage, Contribution, ContributionQuerySet


def page_of(consultation: UUID | str) -> ConsultationPage | None:
    """Return the page in the active language, else in another; None if it is not public."""
    page: ConsultationPage | None = public_page(ConsultationPage, consultation)
    return page


def open_consultation(pk: int) -> ConsultationPage:
    """Return a consultation that takes contributions or took them. Raise Http404 otherwise."""
    found: ConsultationPage | None = ConsultationPage.objects.open_to_all().filter(pk=pk).first()
    if found is None or not (found.open or found.over):
        raise Http404
    return found


def public_contribution(pk: int) -> tuple[Contribution, ConsultationPage]:
    """Return a published contribution and its consultation. Raise Http404 if its contributions are not public."""
    published = Contribution.objects.published().with_voices()
    found = published.filter(pk=pk).first()
    page = page_of(found.consultation) if found else None
    if found is None or page is None or not page.public:
        raise Http404
    return found, page


def contributions_for(user: User) -> ContributionQuerySet:
    """Return all contributions, for moderators. Raise Http404 otherwise."""
    if not may_moderate(user):
        raise Http404
    return Contribution.objects.all()


def contribution_for(user: User, pk: int) -> Contribution:
    found: Contribution = get_or_404(contributions_for(user).with_voices(), pk=pk)
    return found

"""Which consultations and contributions somebody may see. Unknown and forbidden look the same: 404."""

from uuid import UUID

from django.http import Http404

from home.web.shortcuts import get_or_404

from ..moderation.permissions import may_moderate
from ..public_pages import public_page
from .models import ConsultationPage, Contribution


def page_of(consultation: UUID | str) -> ConsultationPage | None:
    """Its page in the language at hand, else in another; None where it is not public."""
    return public_page(ConsultationPage, consultation)


def open_consultation(pk: int) -> ConsultationPage:
    """A consultation that takes contributions today or took them. Raises Http404."""
    found = ConsultationPage.objects.open_to_all().filter(pk=pk).first()
    if found is None or not (found.open or found.over):
        raise Http404
    return found


def public_contribution(pk: int) -> tuple[Contribution, ConsultationPage]:
    """A published contribution of a consultation whose contributions everybody reads. Raises Http404."""
    published = Contribution.objects.published().with_voices()
    found = published.filter(pk=pk).first()
    page = page_of(found.consultation) if found else None
    if page is None or not page.public:
        raise Http404
    return found, page


def contributions_for(user):
    """All contributions, for who moderates. Raises Http404."""
    if not may_moderate(user):
        raise Http404
    return Contribution.objects.all()


def contribution_for(user, pk: int) -> Contribution:
    return get_or_404(contributions_for(user).with_voices(), pk=pk)

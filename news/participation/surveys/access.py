"""Which surveys somebody may answer, and who of the staff reads what was answered."""

from uuid import UUID

from django.http import Http404

from ..public_pages import public_page
from .models import SurveyPage


def open_survey(pk: int) -> SurveyPage:
    """A survey that takes answers today or took them. Raises Http404."""
    found = SurveyPage.objects.open_to_all().filter(pk=pk).first()
    if found is None or not (found.open or found.over):
        raise Http404
    return found


def page_of(survey: UUID | str) -> SurveyPage | None:
    """Its page in the language at hand, else in another; None where it is not public."""
    return public_page(SurveyPage, survey)


def may_view_survey_results(user) -> bool:
    return user.is_active and user.has_perm("news_participation.view_surveyanswer")


def surveys_for(user) -> list[SurveyPage]:
    """All surveys as they were first written, the newest first, for staff. Raises Http404."""
    if not may_view_survey_results(user):
        raise Http404
    pages = SurveyPage.objects.order_by("-pk")
    return list({page.translation_key: page for page in pages}.values())


def survey_for(user, pk: int) -> SurveyPage:
    found = SurveyPage.objects.filter(pk=pk).first() if may_view_survey_results(user) else None
    if found is None:
        raise Http404
    return found

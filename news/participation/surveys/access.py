"""Access to surveys, and to their answers for staff."""

from uuid import UUID

from django.http import Http404

from eservices.accounts.models import User

from ..public_pages import public_page
from .models import SurveyPage


def open_survey(pk: int) -> SurveyPage:
    """Return a survey that takes answers or took them. Raise Http404 otherwise."""
    found: SurveyPage | None = SurveyPage.objects.open_to_all().filter(pk=pk).first()
    if found is None or not (found.open or found.over):
        raise Http404
    return found


def page_of(survey: UUID | str) -> SurveyPage | None:
    """Return the page in the active language, else in another; None if it is not public."""
    page: SurveyPage | None = public_page(SurveyPage, survey)
    return page


def may_view_survey_results(user: User) -> bool:
    return user.is_active and user.has_perm("news_participation.view_surveyanswer")


def surveys_for(user: User) -> list[SurveyPage]:
    """Return all surveys for staff, in the language they were first written in, the newest first.

    Raise Http404 otherwise.
    """
    if not may_view_survey_results(user):
        raise Http404
    pages = SurveyPage.objects.order_by("-pk")
    return list({page.translation_key: page for page in pages}.values())


def survey_for(user: User, pk: int) -> SurveyPage:
    found: SurveyPage | None = (
        SurveyPage.objects.filter(pk=pk).first() if may_view_survey_results(user) else None
    )
    if found is None:
        raise Http404
    return found

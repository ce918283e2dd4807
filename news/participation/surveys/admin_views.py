"""Admin views of surveys: numbers of answers, results with the texts, and a CSV file."""

from django.db.models import Count
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from home.formats.spreadsheets import write_csv_lines
from home.web.downloads import CSV, as_download, dated_file_name

from ..admin_views import ParticipationAdminView
from . import access, results
from .models import SurveyAnswer


class SurveysView(ParticipationAdminView):
    template_name = "news/participation/admin/surveys.html"
    tab = "surveys"

    def get_context_data(self, **kwargs):
        surveys = access.surveys_for(self.request.user)
        keys = [one.translation_key for one in surveys]
        counted = (
            SurveyAnswer.objects.filter(survey__in=keys).values("survey").annotate(n=Count("pk")).order_by()
        )
        numbers = {row["survey"]: row["n"] for row in counted}
        rows = [(one, numbers.get(one.translation_key, 0)) for one in surveys]
        return super().get_context_data(rows=rows, **kwargs)


class SurveyView(ParticipationAdminView):
    template_name = "news/participation/admin/survey.html"
    tab = "surveys"

    def get_context_data(self, pk, **kwargs):
        survey = access.survey_for(self.request.user, pk)
        said, asked = SurveyAnswer.objects.answers_to(survey), survey.question_definitions()
        return super().get_context_data(
            survey=survey,
            answers=len(said),
            counted=results.count_results(asked, said),
            texts=[(one.text, sorted(results.text_answers(one, said))) for one in asked if not one.options],
            **kwargs,
        )


@require_safe
def as_csv(request, pk):
    """Return the answers as CSV: a line per answer, a column per question."""
    survey = access.survey_for(request.user, pk)
    asked = survey.question_definitions()
    rows = (
        [one.day, *(_words(each, one.said) for each in asked)]
        for one in SurveyAnswer.objects.for_survey(survey).order_by("day", "pk").iterator(chunk_size=500)
    )
    lines = write_csv_lines([_("Day"), *(one.text for one in asked)], rows)
    return as_download(HttpResponse(lines, content_type=CSV), dated_file_name(survey.slug))


def _words(question: results.SurveyQuestion, said: dict) -> str:
    """Return the chosen options as text. One that was removed from the question is shown by its key."""
    value, labels = said.get(question.key, ""), dict(question.options)
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(one, one) for one in chosen)

"""Admin views of page feedback: by page, with the texts, and as a CSV file."""

from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe
from wagtail.models import Page

from home.formats.spreadsheets import write_csv_lines
from home.web.downloads import CSV, as_download, dated_file_name

from ..admin_views import ParticipationAdminView
from . import access
from .models import FEEDBACK_RETENTION

PERIODS = (30, 90, 365, FEEDBACK_RETENTION.days)
MAX_PAGES, MAX_TEXTS = 200, 500


def period_of(request) -> int:
    """Return the days of the chosen period."""
    chosen = request.GET.get("days", "")
    return int(chosen) if chosen in map(str, PERIODS) else PERIODS[1]


def rows_of(verdicts) -> list[dict]:
    """Return a row for each page: the page, counts, and the percentage of yes."""
    rows = list(verdicts.by_page()[:MAX_PAGES])
    pages = Page.objects.select_related("locale").in_bulk([row["page"] for row in rows])
    for row in rows:
        row["page"] = pages[row["page"]]
        row["share"] = round(100 * row["yes"] / (row["yes"] + row["no"]))
    return rows


class FeedbackReportView(ParticipationAdminView):
    """All pages with feedback, those with most “no” first."""

    template_name = "news/participation/admin/useful.html"
    tab = "useful"

    def get_context_data(self, **kwargs):
        days = period_of(self.request)
        verdicts = access.feedback_for(self.request.user).since(_since(days))
        rows = rows_of(verdicts)
        said = {"yes": sum(row["yes"] for row in rows), "no": sum(row["no"] for row in rows)}
        return super().get_context_data(
            rows=rows, said=said, all=sum(said.values()), days=days, periods=_periods(), **kwargs
        )


class PageFeedbackView(ParticipationAdminView):
    """The feedback on one page, with the texts."""

    template_name = "news/participation/admin/useful_page.html"
    tab = "useful"

    def get_context_data(self, pk, **kwargs):
        page = access.page_with_feedback(self.request.user, pk)
        days = period_of(self.request)
        verdicts = access.feedback_for(self.request.user).filter(page=page).since(_since(days))
        rows = rows_of(verdicts)
        return super().get_context_data(
            about=page,
            row=rows[0] if rows else None,
            texts=verdicts.exclude(text="")[:MAX_TEXTS],
            days=days,
            periods=_periods(),
            **kwargs,
        )


@require_safe
def as_csv(request):
    """Return the feedback of the period as CSV, a line each, without anything on persons."""
    verdicts = access.feedback_for(request.user).since(_since(period_of(request)))
    rows = (
        [one.day, one.page.title, one.page.url_path, _("Yes") if one.useful else _("No"), one.text]
        for one in verdicts.select_related("page").iterator(chunk_size=500)
    )
    lines = write_csv_lines([_("Day"), _("Page"), _("Address"), _("Useful"), _("Text")], rows)
    response = HttpResponse(lines, content_type=CSV)
    return as_download(response, dated_file_name(pgettext("name of a file", "page-opinions")))


def _since(days: int):
    return timezone.localdate() - timedelta(days=days)


def _periods() -> list[tuple[int, str]]:
    return [
        (PERIODS[0], _("the last month")),
        (PERIODS[1], _("the last three months")),
        (PERIODS[2], _("the last year")),
        (PERIODS[3], _("complete stored data")),
    ]

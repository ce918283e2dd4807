"""Admin views of usage: visits, services and ratings, as charts, tables and files."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.cases.metrics.charts import chart_bars
from home.formats.xlsx import Cell
from home.web import downloads

from . import access, report_figures

PERIODS = {
    30: gettext_lazy("the last month"),
    90: gettext_lazy("the last three months"),
    365: gettext_lazy("the last year"),
}

type Table = tuple[list[str], Iterator[list[Cell]]]


def chosen_days(request) -> int:
    """Return the days of the chosen period."""
    chosen = request.GET.get("days", "")
    return int(chosen) if chosen in map(str, PERIODS) else 30


def first_day(days: int) -> date:
    return timezone.localdate() - timedelta(days=days - 1)


class UsageView(WagtailAdminTemplateMixin, TemplateView):
    """Visits of pages, steps where forms are left, and ratings of requests."""

    template_name = "usage/admin/usage.html"
    page_title = gettext_lazy("Usage of the site")
    header_icon = "view"

    def dispatch(self, request, *args, **kwargs):
        access.check_viewer(request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        days = chosen_days(self.request)
        since = first_day(days)
        spans = report_figures.visits_by_span(since, timezone.localdate())
        services = report_figures.figures_by_service(since, get_language())
        return super().get_context_data(
            days=days,
            periods=PERIODS.items(),
            spans=spans,
            all=sum(span.visits for span in spans),
            bars=chart_bars([span.visits for span in spans], 122),
            pages=report_figures.visits_by_page(since),
            services=services,
            rated=[one for one in services if one.ratings],
            fewest=report_figures.FEWEST,
            **kwargs,
        )


@require_safe
def export_table(request, table: str, kind: str) -> StreamingHttpResponse:
    """Return one of the tables as CSV or XLSX."""
    access.check_viewer(request.user)
    if table not in TABLES or kind not in downloads.TABLES:
        raise Http404
    name, make = TABLES[table]
    header, rows = make(first_day(chosen_days(request)))
    file_name = pgettext("name of a file", "usage") + f"-{table}"
    return downloads.table_download(kind, str(name), header, rows, file_name)


def _visits(since: date) -> Table:
    rows = report_figures.visits_by_page(since)
    header = [_("Page"), _("Address"), _("Language"), _("Visits")]
    return header, ([row.page.title, row.page.url_path, row.language, row.visits] for row in rows)


def _steps(since: date) -> Table:
    sending = _("Before sending")
    rows = [
        [service.title, step or sending, number]
        for service in report_figures.figures_by_service(since, get_language())
        for step, number in service.left
    ]
    return [_("Service"), _("Step"), _("Forms left")], iter(rows)


def _ratings(since: date) -> Table:
    rows = [
        [service.title, service.visits, service.sent, *_numbers(service.ratings)]
        for service in report_figures.figures_by_service(since, get_language())
    ]
    return [_("Service"), _("Visits"), _("Requests sent"), _("Yes"), _("Partly"), _("No")], iter(rows)


def _numbers(found: report_figures.RatingFigures | None) -> list[Cell]:
    return [found.yes, found.partly, found.no] if found else [None, None, None]


TABLES: dict[str, tuple[object, Callable[[date], Table]]] = {
    "visits": (gettext_lazy("Visits"), _visits),
    "steps": (gettext_lazy("Forms left"), _steps),
    "services": (gettext_lazy("Services"), _ratings),
}

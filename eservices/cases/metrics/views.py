"""Views of the figures: charts, tables and CSV for agents, kept promises for the public."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from django import forms
from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.models import FormVersion
from home.formats.spreadsheets import write_csv_lines
from home.web.downloads import CSV, as_download, dated_file_name

from .. import access
from ..desk.base import AgentDeskView
from ..desk.case_queue.filters import FilterChoices
from ..models import Case, CaseQuerySet
from ..workflow.clock import non_working_days
from . import charts, figures

WEEKS = (12, 4, 26, 52)
FEWEST = 10  # decisions that a public share needs; fewer would reveal data about persons
PUBLIC_WEEKS = 13
CACHE_SECONDS = 15 * 60  # seconds
COLUMNS = (
    gettext_lazy("Week"),
    gettext_lazy("First day"),
    gettext_lazy("Service"),
    gettext_lazy("Cases received"),
    gettext_lazy("Open at the end of the week"),
    gettext_lazy("Late"),
    gettext_lazy("Decided"),
    gettext_lazy("Half of the cases are decided within (working days)"),
    gettext_lazy("Nine in ten cases are decided within (working days)"),
    gettext_lazy("In time"),
    gettext_lazy("Right at once"),
)


class PeriodForm(forms.Form):
    """The filters of the figures. Invalid values are ignored."""

    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    service = forms.ChoiceField(label=gettext_lazy("Service"), required=False)
    weeks = forms.TypedChoiceField(
        label=gettext_lazy("Period"), required=False, coerce=int, empty_value=WEEKS[0]
    )

    def __init__(self, data, *, choices: FilterChoices):
        super().__init__(data)
        for name in ("team", "service"):
            self.fields[name].choices = choices.offered()[name]
        self.fields["weeks"].choices = [
            (number, ngettext("%(n)s week", "%(n)s weeks", number) % {"n": number}) for number in WEEKS
        ]
        self.is_valid()

    def narrow(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Filter ``cases`` by team and service."""
        asked = {"team": self.cleaned_data.get("team"), "form": self.cleaned_data.get("service")}
        return cases.filter(**{name: value for name, value in asked.items() if value})

    @property
    def length(self) -> int:
        return self.cleaned_data.get("weeks") or WEEKS[0]


@dataclass(frozen=True)
class ServiceTimesRow:
    """A service in the table of times: numbers, texts, and positions of its marks."""

    title: str
    service: figures.ServiceFigures
    promised: int
    promised_words: str
    half: str
    nine_of_ten: str
    kept: str
    first_time_right: str
    half_at: str
    nine_at: str
    promised_at: str

    @property
    def over(self) -> bool:
        return bool(self.promised) and self.service.decisions.nine_of_ten.days > self.promised


class FiguresView(AgentDeskView):
    """Received, open and late cases by week, and the time to a decision by service."""

    template_name = "cases/metrics/figures.html"
    page_title = gettext_lazy("Figures")
    header_icon = "history"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": _("Figures")}]

    def get_context_data(self, **kwargs):
        form = PeriodForm(self.request.GET, choices=FilterChoices(self.request.user))
        now = timezone.localtime()
        start = figures.first_day(now, form.length)
        found = figures.load_records(form.narrow(access.cases_for(self.request.user)), start, now.tzinfo)
        weeks = figures.figures_by_week(found, now, form.length, non_working_days())
        standing = charts.chart_points([week.open for week in weeks], 122)
        lines = _lines(figures.figures_by_service(found, start, now, non_working_days()))
        return super().get_context_data(
            form=form,
            now=now,
            headline=_headline(weeks[-1], found),
            weeks=[_week_line(week) for week in weeks],
            received=charts.chart_bars([week.received for week in weeks], 122),
            standing=standing,
            lines_between=list(pairwise(standing)),
            late=charts.chart_bars([week.late for week in weeks], 86),
            half=_bars(weeks, lambda made: made.half.in_days, lambda made: format_duration(made.half)),
            right=_bars(
                weeks, lambda made: made.first_time_right, lambda made: _share(made.first_time_right)
            ),
            lines=lines,
            most=_scale(lines),
            over=[line for line in lines if line.over],
            query=self.request.GET.urlencode(),
            **kwargs,
        )


@require_safe
def export_csv(request) -> HttpResponse:
    """Export the figures as CSV, one row per week and service. No value is about a person."""
    if not access.is_agent(request.user):
        raise Http404
    form = PeriodForm(request.GET, choices=FilterChoices(request.user))
    now = timezone.localtime()
    start = figures.first_day(now, form.length)
    found = figures.load_records(form.narrow(access.cases_for(request.user)), start, now.tzinfo)
    lines = write_csv_lines(COLUMNS, _csv_rows(found, now, form.length))
    return as_download(
        HttpResponse(lines, content_type=CSV), dated_file_name(pgettext("name of a file", "figures"))
    )


def _csv_rows(found: list[figures.CaseRecord], now: datetime, weeks: int):
    """Yield the rows by week, for services with cases received, open or decided."""
    by_service = [
        (
            definition.title(get_language()),
            figures.figures_by_week(
                (one for one in found if one.form == form), now, weeks, non_working_days()
            ),
        )
        for form, definition in _definitions({one.form for one in found}).items()
    ]
    for n in range(weeks):
        for title, lines in by_service:
            week = lines[n]
            if week.received or week.open or week.decisions:
                numbers = [week.received, week.open, week.late, *_numbers(week.decisions)]
                yield [week.number, week.start.date(), title, *numbers]


def _numbers(made: figures.DecisionFigures | None) -> list:
    if made is None:
        return [0, "", "", "", ""]
    shares = (made.half.in_days, made.nine_of_ten.in_days, made.kept, made.first_time_right)
    return [made.decided, *(Decimal(f"{one:.2f}") for one in shares)]


def _bars(weeks: list[figures.WeekFigures], value: Callable, word: Callable) -> list[charts.ChartMark]:
    """Return a bar for each week; weeks without decisions have the value 0 and no label."""
    figures_by_week = [week.decisions for week in weeks]
    return charts.chart_bars(
        [value(one) if one else 0 for one in figures_by_week],
        86,
        [word(one) if one else "" for one in figures_by_week],
    )


def _week_line(week: figures.WeekFigures) -> dict:
    """Return the row of a week in the table."""
    made = week.decisions
    return {
        "week": week,
        "decided": made.decided if made else 0,
        "half": format_duration(made.half) if made else "–",
        "first_time_right": _share(made.first_time_right) if made else "–",
    }


@require_safe
def promises_kept(request) -> HttpResponse:
    """Show the public the promised and the actual time of each service over three months."""
    key = f"promises:{get_language()}"
    lines = cache.get(key)
    if lines is None:
        lines = _public_lines(timezone.localtime())
        cache.set(key, lines, CACHE_SECONDS)
    return render(request, "cases/metrics/promises.html", {"lines": lines, "most": _scale(lines)})


def _public_lines(now: datetime) -> list[ServiceTimesRow]:
    start = figures.first_day(now, PUBLIC_WEEKS)
    found = figures.load_records(Case.objects.all(), start, now.tzinfo)
    enough = [
        one
        for one in figures.figures_by_service(found, start, now, non_working_days())
        if one.decisions.decided >= FEWEST
    ]
    return sorted(_lines(enough), key=lambda line: line.title.casefold())


# -- Shared --------------------------------------------------------------------------------------------------
def _headline(week: figures.WeekFigures, found: list[figures.CaseRecord]) -> str:
    decided = sum(bool(one.decided) and week.start <= one.decided < week.end for one in found)
    return _("%(received)s received, %(decided)s decided, %(late)s late") % {
        "received": week.received,
        "decided": decided,
        "late": week.late,
    }


def _lines(services: list[figures.ServiceFigures]) -> list[ServiceTimesRow]:
    definitions = _definitions({one.form for one in services})
    promised = {form: definition.settings.get("days") or 0 for form, definition in definitions.items()}
    most = _most([*promised.values(), *(one.decisions.nine_of_ten.in_days for one in services)])
    return [
        ServiceTimesRow(
            title=definitions[one.form].title(get_language()),
            service=one,
            promised=promised[one.form],
            promised_words=format_duration(figures.DecisionTime(promised[one.form])),
            half=format_duration(one.decisions.half),
            nine_of_ten=format_duration(one.decisions.nine_of_ten),
            kept=_share(one.decisions.kept),
            first_time_right=_share(one.decisions.first_time_right),
            half_at=charts.position_percent(one.decisions.half.in_days, most),
            nine_at=charts.position_percent(one.decisions.nine_of_ten.in_days, most),
            promised_at=charts.position_percent(promised[one.form], most),
        )
        for one in services
        if one.form in definitions
    ]


def _scale(lines: list[ServiceTimesRow]) -> int:
    return _most(
        [*(line.promised for line in lines), *(line.service.decisions.nine_of_ten.in_days for line in lines)]
    )


def _most(days: list[float]) -> int:
    """Return the end of the scale: a round number of working days that contains all values."""
    return max(5, -(-int(max(days, default=0) + 1) // 5) * 5)


def format_duration(span: figures.DecisionTime) -> str:
    """Format a decision time: “5 min”, “3 h”, “2 d”."""
    if span.days:
        return _("%(n)s d") % {"n": span.days}
    if span.minutes >= 60:
        return _("%(n)s h") % {"n": span.minutes // 60}
    return _("%(n)s min") % {"n": span.minutes}


def _share(share: float) -> str:
    return _("%(n)s %%") % {"n": round(100 * share)}


def _definitions(forms_: set[str]) -> dict[str, FormDefinition]:
    """Return the newest published definition of each form, by the form's key."""
    published = FormVersion.objects.published()
    later = published.filter(form=OuterRef("form"), number__gt=OuterRef("number"))
    newest = published.filter(~Exists(later), form__in=forms_)
    return {str(version.form_id): version.definition for version in newest}

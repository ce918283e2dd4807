"""Usage figures and revenue: charts that can be read as tables, and the same as CSV."""

from collections.abc import Iterator
from decimal import Decimal

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from eservices.cases.desk.base import agents_only
from eservices.cases.metrics import charts
from home.formats.spreadsheets import write_csv_lines
from home.localization.number_format import format_amount
from home.web.downloads import CSV, as_download, dated_file_name

from .. import access
from ..models import Resource
from . import usage_figures
from .usage_figures import UsageFigure
from .views import BookingScreen

MONTHS = (12, 3, 6, 24)
COLUMNS = (
    gettext_lazy("Month"),
    gettext_lazy("What"),
    gettext_lazy("Hours open"),
    gettext_lazy("Hours taken"),
    gettext_lazy("Share taken"),
    gettext_lazy("Bookings"),
    pgettext_lazy("bookings", "Cancelled"),
    gettext_lazy("Nobody came"),
    gettext_lazy("Revenue"),
)


class PeriodForm(forms.Form):
    """Kind of resources and months. Invalid values are ignored."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    months = forms.TypedChoiceField(
        label=gettext_lazy("Period"), required=False, coerce=int, empty_value=MONTHS[0]
    )
    last = forms.DateField(label=gettext_lazy("Up to"), required=False)

    def __init__(self, data, *, user):
        super().__init__(data)
        mine = access.bookable_resources_for(user)
        kinds = {one.kind for one in mine}
        self.fields["kind"].choices = [
            ("", _("All")),
            *((key, label) for key, label in Resource.Kind.choices if key in kinds),
        ]
        self.fields["months"].choices = [
            (number, ngettext("%(n)s month", "%(n)s months", number) % {"n": number}) for number in MONTHS
        ]
        self.is_valid()
        kind = self.cleaned_data.get("kind") or ""
        self.offers = [one for one in mine if kind in ("", one.kind)]

    @property
    def period(self) -> list[usage_figures.FigureMonth]:
        last = self.cleaned_data.get("last")
        last = last if last and 2000 < last.year < 9000 else timezone.localdate()
        return usage_figures.calendar_months(last, self.cleaned_data.get("months") or MONTHS[0])

    def figures(self) -> dict[str, list[UsageFigure]]:
        return usage_figures.usage_figures(self.offers, self.period) if self.offers else {}


class UsageView(BookingScreen):
    """Usage and revenue by month and by resource."""

    template_name = "bookings/schedule/figures.html"
    page_title = gettext_lazy("Figures")

    def get_context_data(self, **kwargs):
        form, language = PeriodForm(self.request.GET, user=self.request.user), get_language() or ""
        found, period = form.figures(), form.period
        by_month = [usage_figures.total_figure(column) for column in zip(*found.values(), strict=True)]
        shares = [one.usage.percent for one in by_month]
        lines = [
            (
                offer.texts_in(language).title,
                usage_figures.total_figure(found[offer.key]),
                _bars(found[offer.key], 44),
            )
            for offer in form.offers
        ]
        return super().get_context_data(
            form=form,
            period=period,
            all=usage_figures.total_figure(by_month),
            months=list(zip(period, by_month, strict=True)) if found else [],
            shares=charts.chart_bars(shares, 122, [percent(one) for one in shares]) if found else [],
            booked=charts.chart_bars([one.booked for one in by_month], 86) if found else [],
            revenue=charts.chart_bars(
                [one.revenue for one in by_month], 86, [format_amount(one.revenue) for one in by_month]
            )
            if found
            else [],
            lines=lines,
            query=self.request.GET.urlencode(),
            **kwargs,
        )


@require_safe
@agents_only
def export_csv(request) -> HttpResponse:
    """Return the same figures as CSV, a row for each month and resource, without personal data."""
    form = PeriodForm(request.GET, user=request.user)
    response = HttpResponse(write_csv_lines(COLUMNS, _csv_rows(form)), content_type=CSV)
    return as_download(response, dated_file_name(pgettext("name of a file", "bookings")))


def _csv_rows(form: PeriodForm) -> Iterator[list]:
    found, language = form.figures(), get_language() or ""
    for number, month in enumerate(form.period):
        for offer in form.offers:
            title = offer.texts_in(language).title
            yield [f"{month.first:%Y-%m}", title, *_numbers(found[offer.key][number])]


def _numbers(one: UsageFigure) -> list:
    hours = (length.total_seconds() / 3600 for length in (one.usage.open, one.usage.taken))
    open_for, taken, share, revenue = (
        Decimal(f"{number:.2f}") for number in (*hours, one.usage.share, one.revenue / 100)
    )
    return [open_for, taken, share, one.booked, one.cancelled, one.missed, revenue]


def _bars(found: list[UsageFigure], height: int) -> list[charts.ChartMark]:
    shares = [one.usage.percent for one in found]
    return charts.chart_bars(shares, height, [percent(one) for one in shares])


def percent(share: int) -> str:
    return _("%(n)s %%") % {"n": share}

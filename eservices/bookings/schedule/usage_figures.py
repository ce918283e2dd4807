"""Usage figures of resources by month, with revenue."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add

from eservices.payments.models import Charge
from eservices.payments.states import ChargeState

from .. import access
from ..bookable_resources import BookableResource, bookable_resources
from ..logic.availability import DAY, TimeSpan, day_span, days_between, local_day, merge_spans
from ..logic.usage import MeasuredUsage, measure_usage
from ..models import Booking
from ..states import BookingState
from .items import shared_part

UNUSED = MeasuredUsage()


@dataclass(frozen=True)
class FigureMonth:
    first: date
    last: date

    @property
    def days(self):
        return days_between(self.first, self.last)


@dataclass(frozen=True)
class UsageFigure:
    """The usage and ``revenue`` in a month.

    ``revenue``: in minor units, what was paid for bookings that began then, without deposits and refunds.
    """

    usage: MeasuredUsage = UNUSED
    booked: int = 0
    cancelled: int = 0
    missed: int = 0
    revenue: int = 0

    def __add__(self, other: "UsageFigure") -> "UsageFigure":
        return UsageFigure(
            self.usage + other.usage,
            self.booked + other.booked,
            self.cancelled + other.cancelled,
            self.missed + other.missed,
            self.revenue + other.revenue,
        )


def total_figure(found: Iterable[UsageFigure]) -> UsageFigure:
    return reduce(add, found, UsageFigure())


def calendar_months(last: date, number: int) -> list[FigureMonth]:
    """Return ``number`` calendar months, ending with that of ``last``."""
    found, first = [], last.replace(day=1)
    for _n in range(number):
        found.append(FigureMonth(first, (first + 31 * DAY).replace(day=1) - DAY))
        first = (first - DAY).replace(day=1)
    return found[::-1]


def usage_figures(wanted: list[BookableResource], period: list[FigureMonth]) -> dict[str, list[UsageFigure]]:
    """Return the figures of each resource by month, by key. Takes four queries for any number of bookings."""
    zone = wanted[0].rules.zone
    span = TimeSpan(day_span(period[0].first, zone).start, day_span(period[-1].last, zone).end)
    taken, began = _taken(wanted, span), _figures_by_month(wanted, span, zone)
    # resources with the same timetable share their windows
    opened: dict[tuple[int, FigureMonth], list[TimeSpan]] = {}
    for offer in wanted:
        for month in period:
            if (id(offer.rules), month) not in opened:
                windows = (one for day in month.days for one in offer.rules.windows(day))
                # Overlapping openings count once.
                opened[id(offer.rules), month] = merge_spans(windows)
    return {
        offer.key: [
            UsageFigure(
                measure_usage(opened[id(offer.rules), month], taken[offer.key], offer.opened(month.days))
            )
            + began.get((offer.pk, month.first), UsageFigure())
            for month in period
        ]
        for offer in wanted
    }


def _taken(wanted: list[BookableResource], span: TimeSpan) -> dict[str, list[tuple[TimeSpan, float]]]:
    """Return when each resource is taken, also through shared units, and how much of it."""
    known = {one.pk: one for one in bookable_resources().values()}
    rows = access.bookings_sharing_units(wanted).promised().overlapping(span.start, span.end)
    found: dict[str, list[tuple[TimeSpan, float]]] = {offer.key: [] for offer in wanted}
    for pk, count, start, end in rows.order_by().values_list("resource", "count", "starts_at", "ends_at"):
        for offer in wanted:
            if part := shared_part(offer, known[pk], count):
                found[offer.key].append((TimeSpan(start, end), part))
    return found


def _figures_by_month(
    wanted: list[BookableResource], span: TimeSpan, zone
) -> dict[tuple[int, date], UsageFigure]:
    """Return number and revenue of the bookings that began in each month, by resource and first of the month."""
    mine = (
        Booking.objects.real()
        .filter(resource__in=[one.pk for one in wanted])
        .exclude(state=BookingState.HELD)
    )
    rows = mine.filter(starts_at__gte=span.start, starts_at__lt=span.end).order_by()
    rows = list(rows.values_list("resource", "starts_at", "state", "submission", "field"))
    shares = _shares({submission for *_rest, submission, _field in rows if submission})
    found: dict[tuple[int, date], UsageFigure] = defaultdict(UsageFigure)
    for pk, start, state, submission, field in rows:
        found[pk, local_day(start, zone).replace(day=1)] += UsageFigure(
            booked=int(state not in (BookingState.CANCELLED, BookingState.REFUSED)),
            cancelled=int(state == BookingState.CANCELLED),
            missed=int(state == BookingState.MISSED),
            revenue=shares.get((submission, field), 0),
        )
    return found


def _shares(submissions: set) -> dict[tuple, int]:
    """Return the revenue of one of the times of a submission, by submission and question.

    Refunds count first against deposits, then against everything else in proportion.
    """
    times: dict[tuple, int] = defaultdict(int)
    asked = Booking.objects.filter(submission__in=submissions).order_by()
    for key in asked.values_list("submission", "field"):
        times[key] += 1
    charges = Charge.objects.real().filter(state=ChargeState.PAID, case__submission__in=submissions)
    charges = charges.order_by().values_list("case__submission", "lines", "refunded")
    lines_by_submission: dict[int, list[tuple[list[dict], float]]] = defaultdict(list)
    for submission, lines, refunded in charges:
        lines_by_submission[submission].append((lines, retained_share(lines, refunded)))
    return {
        (submission, field): round(
            sum(_question_total(lines, field) * part for lines, part in lines_by_submission[submission])
            / number
        )
        for (submission, field), number in times.items()
    }


def retained_share(lines: list[dict], refunded: int) -> float:
    """Return the share of the amount without deposits that was not refunded, between 0 and 1."""
    deposits = sum(line["total"] for line in lines if line.get("deposit"))
    rest = sum(line["total"] for line in lines) - deposits
    return max(rest - max(refunded - deposits, 0), 0) / rest if rest else 0.0


def _question_total(lines: list[dict], field: str) -> int:
    """Return the total of the lines of a question without deposits. The keys of lines begin with the question's key."""
    return sum(
        line["total"]
        for line in lines
        if line.get("key", "").rpartition("_")[0] == field and not line.get("deposit")
    )

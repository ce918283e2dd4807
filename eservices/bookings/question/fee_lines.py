"""Cost of a booking, as fee lines of the case at the prices of the fee schedule."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from eservices.formbuilder.definition import FieldDefinition
from eservices.formbuilder.extension_points import Price
from eservices.formbuilder.fee_breakdown import sum_lines
from eservices.formbuilder.logic.fees import included_vat
from eservices.formbuilder.price_list import prices_on
from home.localization.number_format import format_amount, format_decimal

from ..bookable_resources import BookableResource, extra_label
from ..logic.availability import DAY, TimeSpan, days_between
from ..logic.pricing import DueLine, due_lines
from .answers import RequestedTimes, read_answer

MULTIPLIED = {  # several pieces, each due several times
    "booking": gettext_lazy("%(title)s (%(count)s pieces, %(times)s times)"),
    "hour": gettext_lazy("%(title)s (%(count)s pieces for %(times)s h)"),
    "day": gettext_lazy("%(title)s (%(count)s pieces for %(times)s days)"),
}


def booking_fee_lines(field: FieldDefinition, answers: dict, language: str, today: date) -> list[dict]:
    """Return the fee lines of a booking question, at the prices of that day; see ``formbuilder.fee_breakdown``."""
    wanted = read_answer(answers.get(field.key))
    return (
        priced_fee_lines(field.key, wanted, tariff_group(field, answers), language, today) if wanted else []
    )


def fee_lines_of_question(field: str, lines: Iterable[dict]) -> list[dict]:
    """Return those lines that ``booking_fee_lines`` wrote for a question."""
    own = re.compile(rf"{re.escape(field)}_\d+")
    return [line for line in lines if own.fullmatch(line["key"])]


def tariff_group(field: FieldDefinition, answers: dict) -> str:
    """Return the answer to the question that decides the prices; "" if there is none."""
    asked = field.settings.get("who")
    return str(answers.get(asked) or "") if isinstance(asked, str) else ""


def priced_fee_lines(key: str, wanted: RequestedTimes, who: str, language: str, today: date) -> list[dict]:
    """Return the fee lines of the requested times for a tariff group ``who``."""
    return Tariff([wanted.offer], today).lines(key, wanted, who, language)


def shortest_times(offer: BookableResource, first: date) -> list[TimeSpan]:
    """Return the shortest bookable times from a day on, at both ends of each opening, by weekday.

    If a price depends on the hour, at every start of an opening. Of each weekday the first open day. If a weekday is
    closed for a while, a day farther ahead, up to the horizon.
    """
    found: dict[int, list[TimeSpan]] = {}
    usual = {weekday for one in offer.rules.weekly for weekday in one.days}
    week = first + 6 * DAY
    for day in days_between(first, max(week, first + offer.rules.horizon)):
        if day > week and found and usual <= found.keys():
            break
        if day.weekday() not in found and (windows := offer.rules.day_windows(day)):
            found[day.weekday()] = [span for window in windows for span in _shortest_in(offer, window)]
    return [span for spans in found.values() for span in spans]


def _shortest_in(offer: BookableResource, window: TimeSpan) -> list[TimeSpan]:
    length = window.length if offer.rules.whole else offer.rules.shortest
    starts = {window.start, window.end - length}
    if any(rate.hours for rate in offer.rates):
        starts |= {
            window.start + number * offer.rules.step
            for number in range((window.length - length) // offer.rules.step)
        }
    return [TimeSpan(start, start + length) for start in sorted(starts)]


class Cost(NamedTuple):
    """A price, and the refundable deposit that is due with it, in minor units."""

    price: int
    deposit: int

    def __str__(self) -> str:
        price = format_amount(self.price) if self.price else _("free of charge")
        if not self.deposit:
            return price
        return _("%(price)s, plus deposit of %(deposit)s") % {
            "price": price,
            "deposit": format_amount(self.deposit),
        }


class Tariff:
    """The prices of some resources on a day, read at once."""

    def __init__(self, offers: Iterable[BookableResource], today: date):
        self.entries = {rate.entry for one in offers for rate in one.rates}
        self.prices: dict[str, Price] = prices_on(self.entries, today) if self.entries else {}

    def lines(self, key: str, wanted: RequestedTimes, who: str, language: str) -> list[dict]:
        """Return the fee lines of the requested times, in the form of ``formbuilder.fee_breakdown``."""
        found = due_lines(
            wanted.offer.rates, wanted.spans, wanted.count, who, wanted.offer.rules.zone, wanted.extras
        )
        with override(language):
            title = wanted.offer.texts_in(language).title
            steps = [list(step) for step in wanted.offer.refunds]
            return [
                self._line(f"{key}_{number}", one, title) | {"terms": steps}
                for number, one in enumerate(found, 1)
            ]

    def cost(
        self,
        offer: BookableResource,
        spans: Iterable[TimeSpan],
        count: int,
        who: str,
        extras: Collection[str] = (),
    ) -> Cost:
        """Return the cost of some times for a tariff group ``who``."""
        found = due_lines(offer.rates, spans, count, who, offer.rules.zone, extras)
        return Cost(
            sum_lines([self._line("", one, "") for one in found if not one.deposit]),
            sum_lines([self._line("", one, "") for one in found if one.deposit]),
        )

    def _line(self, key: str, one: DueLine, title: str) -> dict:
        price = self.prices.get(one.entry)
        amount, vat = (price.amount, price.vat) if price else (0, "")
        charged = int((one.quantity * amount).quantize(Decimal(1), ROUND_HALF_UP))
        bare = _label_without_quantities(one, title)
        label = _label(one, bare)
        line = {
            "key": key,
            "label": label,
            "quantity": f"{one.quantity.normalize():f}",
            "amount": amount,
            "total": charged,
            "vat": vat,
            "vat_amount": included_vat(charged, vat),
            "entry": one.entry,
            "since": price.since.isoformat() if price else "",
        }
        return line | ({"deposit": True} if one.deposit else {}) | ({"bare": bare} if bare != label else {})


def _label_without_quantities(one: DueLine, title: str) -> str:
    """Return the label of a fee line without quantities."""
    if one.deposit:
        return _("%(title)s, deposit") % {"title": title}
    return f"{title}, {extra_label(one.what)}" if one.what else title


def _label(one: DueLine, bare: str) -> str:
    """Return the label of a fee line. If several pieces are due several times, it contains both numbers."""
    if one.deposit or one.count == 1 or one.times == 1:
        return bare
    values = {"title": bare, "count": one.count, "times": format_decimal(f"{one.times.normalize():f}")}
    return MULTIPLIED[one.per] % values

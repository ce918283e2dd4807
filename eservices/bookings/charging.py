"""What a booking costs, as lines of a request's bill, at the prices of the fee schedule."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from eservices.formbuilder.bill import total
from eservices.formbuilder.definition import Field
from eservices.formbuilder.logic.fees import vat_included
from eservices.formbuilder.prices import Price, schedules
from home.templatetags.commune import chf, digits

from .answers import Wanted, read
from .availability import DAY, Span, days
from .offers import Offer, what
from .pricing import Due, due

MULTIPLIED = {  # several pieces, each due several times
    "booking": gettext_lazy("%(title)s (%(count)s pieces, %(times)s times)"),
    "hour": gettext_lazy("%(title)s (%(count)s pieces for %(times)s h)"),
    "day": gettext_lazy("%(title)s (%(count)s pieces for %(times)s days)"),
}


def charges(field: Field, answers: dict, language: str, today: date) -> list[dict]:
    """The lines of what is booked, at the prices of the fee schedule on that day; see ``formbuilder.bill``."""
    wanted = read(answers.get(field.key))
    return priced_lines(field.key, wanted, who(field, answers), language, today) if wanted else []


def lines_of(field: str, lines: Iterable[dict]) -> list[dict]:
    """Those lines of a bill that ``charges`` wrote for a question."""
    own = re.compile(rf"{re.escape(field)}_\d+")
    return [line for line in lines if own.fullmatch(line["key"])]


def who(field: Field, answers: dict) -> str:
    """What was answered to the question that decides the prices; empty where there is none."""
    asked = field.settings.get("who")
    return str(answers.get(asked) or "") if isinstance(asked, str) else ""


def priced_lines(key: str, wanted: Wanted, who: str, language: str, today: date) -> list[dict]:
    """The lines of some times for somebody."""
    return Tariff([wanted.offer], today).lines(key, wanted, who, language)


def shortest_times(offer: Offer, first: date) -> list[Span]:
    """Return the shortest times that can be booked from a day on, at the ends of each opening, by weekday.

    Of each weekday the first day that is open; where it is closed for a while, one farther ahead, up to the horizon.
    """
    found: dict[int, list[Span]] = {}
    usual = {weekday for one in offer.rules.weekly for weekday in one.days}
    week = first + 6 * DAY
    for day in days(first, max(week, first + offer.rules.horizon)):
        if day > week and found and usual <= found.keys():
            break
        if day.weekday() not in found and (windows := offer.rules.day_windows(day)):
            found[day.weekday()] = [span for window in windows for span in _shortest(offer, window)]
    return [span for spans in found.values() for span in spans]


def _shortest(offer: Offer, window: Span) -> list[Span]:
    length = window.length if offer.rules.whole else offer.rules.shortest
    return [Span(window.start, window.start + length), Span(window.end - length, window.end)]


class Cost(NamedTuple):
    """The price of something and the deposit that is due with it and comes back, in minor units."""

    price: int
    deposit: int

    def __str__(self) -> str:
        price = chf(self.price) if self.price else _("free of charge")
        if not self.deposit:
            return price
        return _("%(price)s, plus deposit of %(deposit)s") % {"price": price, "deposit": chf(self.deposit)}


class Tariff:
    """The prices of some offers on a day, read at once."""

    def __init__(self, offers: Iterable[Offer], today: date):
        self.entries = {rate.entry for one in offers for rate in one.rates}
        found = (schedule.prices(self.entries, today) for schedule in schedules) if self.entries else ()
        self.prices: dict[str, Price] = {key: price for some in found for key, price in some.items()}

    def lines(self, key: str, wanted: Wanted, who: str, language: str) -> list[dict]:
        """What some times cost somebody, as ``formbuilder.bill`` writes it."""
        found = due(
            wanted.offer.rates, wanted.spans, wanted.count, who, wanted.offer.rules.zone, wanted.extras
        )
        with override(language):
            title = wanted.offer.said(language).title
            steps = [list(step) for step in wanted.offer.refunds]
            return [
                self._line(f"{key}_{number}", one, title) | {"terms": steps}
                for number, one in enumerate(found, 1)
            ]

    def cost(
        self, offer: Offer, spans: Iterable[Span], count: int, who: str, extras: Collection[str] = ()
    ) -> Cost:
        """Return what some times cost somebody."""
        found = due(offer.rates, spans, count, who, offer.rules.zone, extras)
        return Cost(
            total([self._line("", one, "") for one in found if not one.deposit]),
            total([self._line("", one, "") for one in found if one.deposit]),
        )

    def _line(self, key: str, one: Due, title: str) -> dict:
        price = self.prices.get(one.entry)
        amount, vat = (price.amount, price.vat) if price else (0, "")
        charged = int((one.quantity * amount).quantize(Decimal(1), ROUND_HALF_UP))
        bare = _bare(one, title)
        label = _label(one, bare)
        line = {
            "key": key,
            "label": label,
            "quantity": f"{one.quantity.normalize():f}",
            "amount": amount,
            "total": charged,
            "vat": vat,
            "vat_amount": vat_included(charged, vat),
            "entry": one.entry,
            "since": price.since.isoformat() if price else "",
        }
        return line | ({"deposit": True} if one.deposit else {}) | ({"bare": bare} if bare != label else {})


def _bare(one: Due, title: str) -> str:
    """What a line is for."""
    if one.deposit:
        return _("%(title)s, deposit") % {"title": title}
    return f"{title}, {what(one.what)}" if one.what else title


def _label(one: Due, bare: str) -> str:
    """What a line is for; where several pieces are due several times, how both make up its quantity."""
    if one.deposit or one.count == 1 or one.times == 1:
        return bare
    told = {"title": bare, "count": one.count, "times": digits(f"{one.times.normalize():f}")}
    return MULTIPLIED[one.per] % told

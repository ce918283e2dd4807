"""Services that book resources, for the page of a room; rooms of a service, for the page of a service."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from eservices.formbuilder.definition import FieldDefinition, FormDefinition
from eservices.formbuilder.fee_breakdown import cancellation_sentence
from eservices.formbuilder.models import FormVersion
from home.caching import site_version
from home.localization.number_format import format_amount

from .. import access
from ..bookable_resources import BookableResource, bookable_resources
from ..logic.availability import TimeSpan, local_day
from ..question.fee_lines import Cost, Tariff, shortest_times


@dataclass(frozen=True)
class BookingService:
    slug: str
    title: str


def services_offering(key: str, language: str) -> list[BookingService]:
    """Return the services in which a resource can be booked at the moment, by title."""
    found = site_version.cached_per_version(f"booking-services-{language}", lambda: _services(language))
    return found.get(key, [])


def _services(language: str) -> dict[str, list[BookingService]]:
    published = FormVersion.objects.published()
    later = published.filter(form=OuterRef("form"), number__gt=OuterRef("number"))
    found: dict[str, list[BookingService]] = {}
    for version in published.filter(~Exists(later), form__offered=True).select_related("form"):
        definition = version.definition
        service = BookingService(version.form.slug, definition.title(language))
        for key in _booked_in(definition):
            found.setdefault(key, []).append(service)
    return {key: sorted(services, key=lambda one: one.title) for key, services in found.items()}


def rooms_of_service(definition: FormDefinition, language: str) -> list[tuple[str, str]]:
    """Return the rooms of a service that have a public calendar: key and title, by title."""
    keys = _booked_in(definition)
    rooms = [one for one in access.public_rooms() if one.key in keys] if keys else []
    return sorted(((one.key, one.texts_in(language).title) for one in rooms), key=lambda room: room[1])


def _booked_in(definition: FormDefinition) -> set[str]:
    """Return the keys of the resources that can be booked in a service."""
    return {key for field in _booking_fields(definition) for key in field.settings.get("resources", ())}


@dataclass(frozen=True)
class CostRange:
    """The cost of the shortest booking in minor units: the lowest and highest price, and the highest deposit.

    ``free``: some people pay nothing. ``most`` is None if the price grows with the time or the number booked.
    """

    least: int
    most: int | None
    deposit: int
    free: bool = False

    def __str__(self) -> str:
        """Return the price without the deposit, as “CHF 60.– to CHF 540.–”, in the active language."""
        if not self.least:
            return _("free of charge")
        amounts = {
            "least": format_amount(self.least),
            "most": format_amount(self.most),
            "amount": format_amount(self.least),
        }
        price = amounts["least"] if self.most == self.least else _("%(least)s to %(most)s") % amounts
        if self.most is None:
            price = _("from %(amount)s") % amounts
        return _("free of charge or %(price)s") % {"price": price} if self.free else price

    def refunds(self, terms: Iterable[tuple[int, int]]) -> list[str]:
        """Return what a cancellation refunds, as sentences. ``terms``: days before the beginning, and per cent."""
        if not terms or not (self.least or self.deposit):
            return []
        share_after = dict(terms)
        steps: list[tuple[int | None, int]] = []
        for days in sorted(share_after, reverse=True):
            steps.append((days, max(share for before, share in terms if before <= days)))
        if 0 not in share_after:
            steps.append((None, 0))
        found = [one for number, one in enumerate(steps) if not number or one[1] != steps[number - 1][1]]
        return [
            cancellation_sentence(days, self._refunded(share), first=not number)
            for number, (days, share) in enumerate(found)
        ]

    def _refunded(self, share: int) -> str:
        """Return the share of the price in per cent, and the deposit, as text; "" for nothing."""
        least = self.least * share // 100 + self.deposit
        most = None if self.most is None else self.most * share // 100 + self.deposit
        if not (least or most):
            return ""
        if most is None and share:
            return _("from %(amount)s") % {"amount": format_amount(least)}
        if most in (None, least):
            return format_amount(least)
        return _("%(least)s to %(most)s") % {"least": format_amount(least), "most": format_amount(most)}


@dataclass(frozen=True)
class BookingCosts:
    """The costs of the bookings of a service: in total, and by key. ``more``: extras are added to them."""

    total: CostRange
    each: tuple[tuple[str, CostRange], ...]
    more: bool

    def rows(self, language: str) -> list[tuple[str, CostRange]]:
        """Return title and costs of each resource, in a language."""
        known = bookable_resources()
        return [(known[key].texts_in(language).title, one) for key, one in self.each if key in known]

    def rows_with_terms(self, language: str) -> list[tuple[str, CostRange, list[str]]]:
        """Return the same with what a cancellation refunds, as sentences in the active language."""
        known = bookable_resources()
        return [
            (known[key].texts_in(language).title, one, one.refunds(known[key].refunds))
            for key, one in self.each
            if key in known
        ]


def booking_costs(definition: FormDefinition, today: date) -> BookingCosts | None:
    """Return the costs of the bookings of a service for all tariff groups; None if nothing in it has a price."""
    known: dict[str, BookableResource] = {}
    found: dict[str, set[Cost]] = {}
    for one, cost in _costs(definition, today):
        known[one.key] = one
        found.setdefault(one.key, set()).add(cost)
    everything = set().union(*found.values())
    if not any(cost.price or cost.deposit for cost in everything):
        return None
    return BookingCosts(
        total=_cost_range(everything, any(map(_cost_grows_with_use, known.values()))),
        each=tuple(
            (key, _cost_range(costs, _cost_grows_with_use(known[key]))) for key, costs in found.items()
        ),
        more=bool(definition.fees) or any(one.extras for one in known.values()),
    )


def _cost_range(costs: set[Cost], grows: bool) -> CostRange:
    paid = [cost.price for cost in costs if cost.price]
    return CostRange(
        least=min(paid, default=0),
        most=None if grows else max(paid, default=0),
        deposit=max(cost.deposit for cost in costs),
        free=len(paid) < len(costs),
    )


def _cost_grows_with_use(one: BookableResource) -> bool:
    return one.counted or any(rate.per in ("hour", "day") for rate in one.rates)


def has_rates(definition: FormDefinition) -> bool:
    """Return whether a service books something at a price, even if none of it is available for now."""
    return any(map(_offered_resources, _booking_fields(definition)))


def costs_in(definition: FormDefinition, today: date) -> set[Cost]:
    """Return the costs of the next shortest bookings, for all tariff groups."""
    return {cost for _offer, cost in _costs(definition, today)}


def _costs(definition: FormDefinition, today: date) -> Iterator[tuple[BookableResource, Cost]]:
    for field in _booking_fields(definition):
        offered = _offered_resources(field)
        tariff = Tariff(offered, today)
        for one in offered:
            for span in _distinct_price_times(one, today):
                for who in _who_may_book(field, definition):
                    yield one, tariff.cost(one, [span], 1, who)


def _distinct_price_times(one: BookableResource, first: date) -> list[TimeSpan]:
    """Return the next shortest times; only one of those to which the same rates apply."""
    times = shortest_times(one, first)
    if one.rules.whole or any(rate.hours for rate in one.rates):
        return times
    zone = one.rules.zone
    alike = {
        tuple(local_day(span.start, zone).weekday() in rate.days for rate in one.rates): span
        for span in times
    }
    return list(alike.values())


def _who_may_book(field: FieldDefinition, definition: FormDefinition) -> list[str]:
    asked = definition.fields.get(str(field.settings.get("who") or ""))
    return [option.value for option in asked.options] if asked and asked.options else [""]


def _booking_fields(definition: FormDefinition) -> list[FieldDefinition]:
    return [field for field in definition.fields.values() if field.type == "booking"]


def _offered_resources(field: FieldDefinition) -> list[BookableResource]:
    known = bookable_resources()
    keys = field.settings.get("resources", ())
    return [known[key] for key in keys if key in known and known[key].offered and known[key].rates]

"""Which services book which rooms: for who looks at a room, and for who looks at a service."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from eservices.formbuilder.definition import Definition, Field
from eservices.formbuilder.models import FormVersion
from home import generation
from home.templatetags.commune import chf

from . import access
from .charging import Cost, Tariff, shortest_times
from .offers import Offer, offers


@dataclass(frozen=True)
class Service:
    slug: str
    title: str


def services_of(key: str, language: str) -> list[Service]:
    """The services that offer a thing at the moment, by their names."""
    found = generation.kept(f"booking-services-{language}", lambda: _services(language))
    return found.get(key, [])


def _services(language: str) -> dict[str, list[Service]]:
    published = FormVersion.objects.published()
    later = published.filter(form=OuterRef("form"), number__gt=OuterRef("number"))
    found: dict[str, list[Service]] = {}
    for version in published.filter(~Exists(later), form__offered=True).select_related("form"):
        definition = version.definition
        service = Service(version.form.slug, definition.title(language))
        for key in _booked_in(definition):
            found.setdefault(key, []).append(service)
    return {key: sorted(services, key=lambda one: one.title) for key, services in found.items()}


def rooms_in(definition: Definition, language: str) -> list[tuple[str, str]]:
    """The rooms that a service offers and whose calendar everybody sees: key and title, by title."""
    keys = _booked_in(definition)
    return access.room_titles(keys, language) if keys else []


def _booked_in(definition: Definition) -> set[str]:
    """The keys of what can be booked in a service."""
    return {key for field in _booking_fields(definition) for key in field.settings.get("resources", ())}


@dataclass(frozen=True)
class CostRange:
    """What the shortest booking of a service costs: at least, at most, and its highest deposit, in minor units.

    ``most`` is None if the price grows with the time or the number that is booked. ``more``: extras are charged apart.
    """

    least: int
    most: int | None
    deposit: int
    more: bool

    def __str__(self) -> str:
        """Say the price without the deposit, as “CHF 60.– to CHF 540.–”, in the active language."""
        least = chf(self.least) if self.least else _("free of charge")
        if self.most is None:
            return _("from %(amount)s") % {"amount": least}
        if self.most == self.least:
            return least
        return _("%(least)s to %(most)s") % {"least": least, "most": chf(self.most)}


def cost_range(definition: Definition, today: date) -> CostRange | None:
    """Return what bookings of a service cost, whoever books; None if nothing in it is booked at a price."""
    costs, rates = costs_in(definition, today), _rates(definition)
    if not costs:
        return None
    grows = any(rate.per in ("hour", "day") for rate in rates) or any(
        one.counted for one in _offers_in(definition)
    )
    return CostRange(
        least=min(one.price for one in costs),
        most=None if grows else max(one.price for one in costs),
        deposit=max(one.deposit for one in costs),
        more=bool(definition.fees) or any(rate.asked for rate in rates),
    )


def costs_in(definition: Definition, today: date) -> list[Cost]:
    """Return what the shortest bookings of the coming week cost, each once, for everybody who may book."""
    found = set()
    for field in _booking_fields(definition):
        offered = _offered(field)
        tariff = Tariff(offered, today)
        for one in offered:
            for span in shortest_times(one, today):
                found |= {tariff.cost(one, [span], 1, who) for who in _who_may_book(field, definition)}
    return sorted(found)


def _who_may_book(field: Field, definition: Definition) -> list[str]:
    asked = definition.fields.get(str(field.settings.get("who") or ""))
    return [option.value for option in asked.options] if asked and asked.options else [""]


def _booking_fields(definition: Definition) -> list[Field]:
    return [field for field in definition.fields.values() if field.type == "booking"]


def _offered(field: Field) -> list[Offer]:
    known = offers()
    keys = field.settings.get("resources", ())
    return [known[key] for key in keys if key in known and known[key].offered and known[key].rates]


def _offers_in(definition: Definition) -> list[Offer]:
    return [one for field in _booking_fields(definition) for one in _offered(field)]


def _rates(definition: Definition) -> list:
    return [rate for one in _offers_in(definition) for rate in one.rates]

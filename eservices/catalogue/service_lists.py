"""Lists of services by life situation, with what readers compare: price and time."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from eservices.bookings.bookable_resources import bookable_resources
from eservices.formbuilder.models import FormVersion
from eservices.formbuilder.price_list import prices_read_once
from home.caching.site_version import cached_per_version
from home.localization.number_format import format_amount


@dataclass
class SituationGroup:
    """A life situation and its services. The last group, without a name, has the services without a situation."""

    name: str
    services: list = field(default_factory=list)


def services_by_situation(services) -> list[SituationGroup]:
    """Return the services of each life situation, in the situations' order and by title, in one query.

    Names of situations are in the language of the service if they are translated.
    """
    found: dict = {}
    for service in services.with_situations():
        situation = found.setdefault(service.situation, SituationGroup(service.situation_name or ""))
        if service not in situation.services:
            situation.services.append(service)
    rest = found.pop(None, None)
    return [*found.values(), *([rest] if rest else [])]


def add_facts(name: str, services: Iterable) -> None:
    """Set ``facts`` of services: price and time as short texts.

    Cached per site version, language and day, because prices have a first day. ``name``: of this list in the cache.
    """
    services = list(services)
    key = f"facts-{name}-{get_language()}-{timezone.localdate()}"
    facts = cached_per_version(key, lambda: _facts(services))
    for service in services:
        service.facts = facts.get(service.pk, ())


def _facts(services: list) -> dict[int, tuple[str, ...]]:
    versions = FormVersion.objects.all_in_force({one.translation_key for one in services})
    for one in services:
        one.version = versions.get(one.translation_key)  # presets the cached property, which runs a query
    definitions = [version.definition for version in versions.values()]
    entries = {fee.entry for definition in definitions for fee in definition.fees}
    if any(definition.asks_for("booking") for definition in definitions):
        entries |= {rate.entry for one in bookable_resources().values() for rate in one.rates}
    with prices_read_once(entries):
        return {
            one.pk: tuple(filter(None, (price_text(one), _time_text(one)))) for one in services if one.version
        }


def price_text(service) -> str:
    """Return the price as text: of bookings, else the editor's text, else the fixed fee; "" if it depends."""
    if service.booking_costs:
        return str(service.booking_costs.total)
    if service.price or service.fixed_fee is None:
        return service.price
    return format_amount(service.fixed_fee) if service.fixed_fee else gettext("Free")


def _time_text(service) -> str:
    if service.answers_at_once:
        return gettext("Answer at once")
    days = service.promised_days
    return service.time or ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}

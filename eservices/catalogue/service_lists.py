"""Lists of services by life situation."""

from dataclasses import dataclass, field

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


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
    for service in _with_situations(services):
        situation = found.setdefault(service.situation, SituationGroup(service.situation_name or ""))
        if service not in situation.services:
            situation.services.append(service)
    rest = found.pop(None, None)
    return [*found.values(), *([rest] if rest else [])]


def _with_situations(services):
    """Return each service once per life situation, and services without one once."""
    from .models import LifeSituation

    same = {"translation_key": OuterRef("situations__translation_key"), "locale": OuterRef("locale")}
    named = Subquery(LifeSituation.objects.filter(**same).values("name")[:1])
    return (
        services.defer_streamfields()
        .annotate(
            situation=F("situations__translation_key"),
            situation_name=Coalesce(named, F("situations__name")),
        )
        .order_by("situations__order", "situation_name", "title")
    )

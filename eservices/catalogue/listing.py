"""Services as lists: by life situation."""

from dataclasses import dataclass, field


@dataclass
class Situation:
    """A life situation and its services; the last one, without a name, holds what belongs to none."""

    name: str
    services: list = field(default_factory=list)


def by_situation(services, locale_id: int) -> list[Situation]:
    """The services under each life situation, in the situations' order and by title. Two queries."""
    from .models import LifeSituation

    services = list(services.defer_streamfields().order_by("title").prefetch_related("situations"))
    every = list(LifeSituation.objects.all())
    names = {one.translation_key: one.name for one in every if one.locale_id == locale_id}
    found: dict = {}
    for situation in every:
        name = names.get(situation.translation_key, situation.name)
        found.setdefault(situation.translation_key, Situation(name))
    rest = Situation("")
    for service in services:
        keys = {one.translation_key for one in service.situations.all()}
        for key in keys:
            found[key].services.append(service)
        if not keys:
            rest.services.append(service)
    return [one for one in [*found.values(), rest] if one.services]

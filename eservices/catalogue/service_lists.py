"""Lists of services by life situation."""

from dataclasses import dataclass, field


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

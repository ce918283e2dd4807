"""Timeline of a case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home.localization.number_format import format_amount

from .audit_log import READ
from .event_labels import event_label
from .models import Case, CaseEvent
from .stages import stage_name


@dataclass
class TimelineItem:
    """A line of the timeline."""

    at: datetime
    what: str
    who: str
    detail: str


def timeline_items(case: Case) -> list[TimelineItem]:
    """Return the timeline, newest first. Readings are listed separately: see ``read_log_items``."""
    return items_from_events(case, events_of(case))[0]


def read_log_items(case: Case) -> list[TimelineItem]:
    """Return who read the case and its files, newest first."""
    return items_from_events(case, events_of(case))[1]


def events_of(case: Case) -> list[CaseEvent]:
    """Return all events of the case, newest first."""
    return list(case.events.select_related("actor").order_by("-number"))


def items_from_events(case: Case, events: list[CaseEvent]) -> tuple[list[TimelineItem], list[TimelineItem]]:
    """Return the timeline and the readings from ``events``."""
    happened: list[TimelineItem] = []
    read: list[TimelineItem] = []
    titles = {row.key: stage_name(row) for row in case.stages.all()} | _questions(case)
    for event in events:
        line = TimelineItem(event.at, event_label(event.kind), _who(event), _detail(event, titles))
        (read if event.kind.endswith(READ) else happened).append(line)
    return happened, read


def _questions(case: Case) -> dict[str, str]:
    """Return the labels of the questions, by key, for corrections and enclosures."""
    definition, language = case.version.definition, get_language() or case.language
    return {key: definition.text(f"field.{key}.label", language) or key for key in definition.fields}


def _who(event: CaseEvent) -> str:
    if event.actor_kind == CaseEvent.ActorKind.APPLICANT:
        return _("by the applicant")
    return str(event.actor) if event.actor else ""


def _detail(event: CaseEvent, titles: dict[str, str]) -> str:
    data = event.data
    if event.kind in ("taken", "assigned"):
        to_oneself = data.get("agent") is not None and data.get("agent") == event.actor_id
        name = "" if to_oneself else str(data.get("name") or _("nobody"))
        return (
            _("%(deputy)s, instead of %(agent)s") % {"deputy": name, "agent": data["instead_of"]}
            if data.get("instead_of")
            else name
        )
    about = titles.get(data.get("stage") or data.get("field")) or data.get("stage")
    parts = [about, data.get("name"), ", ".join(_facts(data)), data.get("reason")]
    return ". ".join(one for one in parts if one and isinstance(one, str))[:300]


def _facts(data: dict) -> Iterator[str]:
    """Yield amounts, receipt and document numbers, and folders from an event's data."""
    if data.get("amount"):
        yield format_amount(data["amount"], data.get("currency", ""))
    yield from (data[name] for name in ("receipt", "number", "folder") if data.get(name))

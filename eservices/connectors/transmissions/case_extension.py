"""The part of transmissions in cases."""

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.accounts.models import User
from eservices.cases.extension_points import Audience, CaseExtension, Panel, RetentionBlocker
from eservices.cases.models import Case

from ..business_system import Operation
from .actions import TYPE
from .logic.mapping import read_mapping
from .logic.sent_values import sent_values_by_question
from .models import Transmission

EVENT_LABELS = {
    "transmission_queued": gettext_lazy("On its way to a connected system"),
    "transmission_held": gettext_lazy("Not sent: values do not fit the connected system"),
    "transmission_received": gettext_lazy("Received by the connected system"),
    "transmission_accepted": gettext_lazy("Registered in the connected system"),
    "transmission_refused": gettext_lazy("Refused by the connected system"),
    "transmission_asked_back": gettext_lazy("The connected system asks back"),
    "transmission_silent": gettext_lazy("The connected system does not answer"),
}


class TransmissionCaseExtension(CaseExtension):
    """Transmissions: labels of their events, their panel, and what keeps a case."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return EVENT_LABELS

    def panels(self, case: Case, user: User) -> Iterator[Panel]:
        if found := _transmissions_of(case):
            refused = [one for one in found if one.state in (one.State.REFUSED, one.State.ASKED_BACK)]
            yield Panel(
                "transmissions",
                "connectors/transmissions/case_panel.html",
                {"transmissions": found, "refused": refused},
            )

    def answer_recipients(self, case: Case) -> Mapping[str, Sequence[str]]:
        """Return system, field and value of what was sent last of each stage, unless that was a withdrawal."""
        found: dict[str, list[str]] = {}
        sent_last = {one.stage: one for one in _transmissions_of(case) if one.sent_at}
        settings = {stage.key: stage.settings for stage in case.version.definition.stages}
        for stage, transmission in sent_last.items():
            if transmission.operation == Operation.WITHDRAWAL:
                continue
            sent = sent_values_by_question(read_mapping(settings.get(stage, {})), transmission.content)
            for question, values in sent.items():
                found.setdefault(question, []).extend(
                    _recipient_text(transmission, *value) for value in values
                )
        return found

    def retention_blockers(self) -> Mapping[str, RetentionBlocker]:
        return {
            "transmission": RetentionBlocker(
                gettext_lazy("a connected system has not answered yet"), _with_open_transmission
            )
        }

    def export_parts(self, case: Case, audience: Audience) -> Mapping[str, object]:
        """Return what was transmitted when, and what the systems answered; the values only where secrets may be."""
        rows = [_exported(one, audience) for one in case.transmissions.select_related("system")]
        return {"transmissions": rows} if rows else {}


def _transmissions_of(case: Case) -> list[Transmission]:
    """Return the transmissions of a case by stage and number, read once; none, unread, if its service has none."""
    if not any(stage.type == TYPE for stage in case.version.definition.stages):
        return []
    ordered = Transmission.objects.select_related("system").order_by("stage", "number")
    prefetch_related_objects([case], Prefetch("transmissions", ordered))
    return list(case.transmissions.all())


def _recipient_text(transmission: Transmission, target: str, value: str) -> str:
    """Return a system with what it got, such as “Registre des chiens, nom : MARCHETTI (accepté, CH-77)”."""
    reasons = [text for field, text in transmission.reasons if field == target]
    state = [transmission.get_state_display(), transmission.their_reference, *reasons]
    return _("%(system)s, %(field)s: %(value)s (%(state)s)") % {
        "system": transmission.system.name,
        "field": target,
        "value": value,
        "state": ", ".join(text for text in state if text),
    }


def _with_open_transmission() -> Q:
    return Q(Exists(Transmission.objects.filter(case=OuterRef("pk")).unanswered()))


def _exported(transmission: Transmission, audience: Audience) -> dict[str, object]:
    found = {
        "system": transmission.system.name,
        "number": transmission.number,
        "operation": transmission.operation,
        "state": transmission.state,
        "reference": transmission.their_reference,
        "created_at": transmission.created_at,
        "sent_at": transmission.sent_at,
        "answered_at": transmission.answered_at,
    }
    if audience.secret_answers:
        found["content"] = transmission.content
    return found

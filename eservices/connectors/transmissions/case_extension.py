"""The part of transmissions in cases."""

from collections.abc import Iterator, Mapping

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.cases.extension_points import Audience, CaseExtension, Panel, RetentionBlocker
from eservices.cases.models import Case

from .actions import TYPE
from .models import Transmission

EVENT_LABELS = {
    "transmission_queued": _("On its way to a connected system"),
    "transmission_held": _("Not sent: values do not fit the connected system"),
    "transmission_received": _("Received by the connected system"),
    "transmission_accepted": _("Registered in the connected system"),
    "transmission_refused": _("Refused by the connected system"),
    "transmission_asked_back": _("The connected system asks back"),
    "transmission_silent": _("The connected system does not answer"),
}


class TransmissionCaseExtension(CaseExtension):
    """Transmissions: labels of their events, their panel, and what keeps a case."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return EVENT_LABELS

    def panels(self, case: Case, user: User) -> Iterator[Panel]:
        if not any(stage.type == TYPE for stage in case.version.definition.stages):
            return
        found = list(case.transmissions.select_related("system").order_by("stage", "number"))
        if found:
            refused = [one for one in found if one.state in (one.State.REFUSED, one.State.ASKED_BACK)]
            yield Panel(
                "transmissions",
                "connectors/transmissions/case_panel.html",
                {"transmissions": found, "refused": refused},
            )

    def retention_blockers(self) -> Mapping[str, RetentionBlocker]:
        return {
            "transmission": RetentionBlocker(
                _("a connected system has not answered yet"), _with_open_transmission
            )
        }

    def export_parts(self, case: Case, audience: Audience) -> Mapping[str, object]:
        """Return what was transmitted when, and what the systems answered; the values only where secrets may be."""
        rows = [_exported(one, audience) for one in case.transmissions.select_related("system")]
        return {"transmissions": rows} if rows else {}


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

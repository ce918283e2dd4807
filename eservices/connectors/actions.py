"""Every write of the connectors: a dossier is put into the outbox."""

from eservices.cases import trace
from eservices.cases.models import Case, CaseStage
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery

from . import plans


def file_case(*, actor, case: Case, stage: CaseStage, plan: str) -> Delivery:
    """Writes the filing of a case into the outbox, in the caller's transaction and under the case's lock."""
    folder = plans.folder(plan, case)
    delivery = deliveries.queue(
        carrier="ged",
        recipient=folder[:320],
        title=f"{case.reference} {case.service}",
        payload={"case": str(case.pk), "plan": folder},
        subject=case.subject,
        rehearsal=case.rehearsal,
    )
    trace.record(case, "filing", actor, stage=stage.key, folder=folder)
    return delivery

"""Every write of the connectors: a dossier is put into the outbox, and later what was added to it."""

from eservices.cases import audit_log
from eservices.cases.models import Case, CaseStage
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery

from . import filing_plan
from .carriers import CARRIER
from .case_package import supplement_folder

# What is filed if it happens after the dossier was: decisions, corrections, documents, money, bookings.
FILED_LATER = frozenset(
    (
        *(
            "amended",
            "accepted",
            "refused",
            "withdrawn",
            "lapsed",
            "reopened",
            "merged_with",
            "person_judged",
        ),
        *("notified", "appealed"),
        *("document_issued", "document_revoked"),
        *("payment_received", "payment_set_aside", "refunded"),
        *("charge_waived", "charge_cancelled", "charge_lessened", "charge_moved"),
        *("booking_cancelled", "booking_moved"),
    )
)
State = Delivery.State


def queue_case_transfer(*, actor, case: Case, stage: CaseStage, plan: str) -> Delivery:
    """Writes the filing of a case into the outbox, in the caller's transaction and under the case's lock."""
    folder = filing_plan.folder_path(plan, case)
    delivery = deliveries.queue_delivery(
        carrier=CARRIER,
        recipient=folder[:320],
        title=f"{case.reference} {case.service}",
        payload={"case": str(case.pk), "plan": folder},
        subject=case.subject,
        rehearsal=case.rehearsal,
    )
    audit_log.record_event(case, "filing", actor, stage=stage.key, folder=folder)
    return delivery


def file_supplement(*, actor, case: Case) -> Delivery | None:
    """Write a supplement to a dossier that was filed into the outbox; None if none was, or staff gave up on it.

    What waits to be carried, the dossier itself or a supplement, is made of the case as it is then: one is enough.
    In the caller's transaction and under the case's lock.
    """
    filed = Delivery.objects.filter(carrier=CARRIER, subject=case.subject).order_by("created_at")
    first = filed.first()
    if first is None or first.state == State.SKIPPED:
        return None
    # Locked so that no worker takes it before this transaction ends; what a worker has is on its way already.
    waiting = Delivery.objects.select_for_update(skip_locked=True).filter(
        state__in=(State.PENDING, State.STUCK)
    )
    if last := waiting.filter(pk=filed.last().pk).first():
        return last
    number = filed.count()
    folder = supplement_folder(first.payload.get("folder") or first.payload.get("plan", ""), number)
    delivery = deliveries.queue_delivery(
        carrier=CARRIER,
        recipient=folder[:320],
        title=f"{case.reference} {case.service}",
        payload={"case": str(case.pk), "plan": folder, "supplement": number},
        subject=case.subject,
        rehearsal=case.rehearsal,
    )
    audit_log.record_event(case, "filing_supplement", actor, folder=folder)
    return delivery

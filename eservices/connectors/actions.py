"""Every write of record transfer: a case, and later its supplements, put into the outbox."""

from eservices.accounts.models import User
from eservices.cases import audit_log
from eservices.cases.models import Case, CaseStage
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery

from . import filing_plan
from .case_package import supplement_folder
from .document_store_transport import CARRIER

# Events after the transfer that need a supplement: decisions, corrections, documents, money, bookings.
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


def queue_case_transfer(*, actor: User, case: Case, stage: CaseStage, plan: str) -> Delivery:
    """Put the transfer of a case into the outbox.

    Runs in the caller's transaction; the row of the case must be locked.
    """
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


def file_supplement(*, actor: User, case: Case) -> Delivery | None:
    """Put a supplement to a transferred case into the outbox.

    Return None if the case was never transferred or staff skipped its transfer. A delivery that still waits is
    built from the case when it runs, so one waiting delivery is enough and is returned. Runs in the caller's
    transaction; the row of the case must be locked.
    """
    filed = Delivery.objects.filter(carrier=CARRIER, subject=case.subject).order_by("created_at")
    first, last = filed.first(), filed.last()
    if first is None or last is None or first.state == State.SKIPPED:
        return None
    # Locked so that no worker takes it before this transaction ends; a delivery that a worker has is already running.
    waiting = Delivery.objects.select_for_update(skip_locked=True).filter(
        state__in=(State.PENDING, State.STUCK)
    )
    if unsent := waiting.filter(pk=last.pk).first():
        return unsent
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

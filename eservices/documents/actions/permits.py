"""Actions on permits: places in zones, validity, renewal, and plate checks."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import audit_log
from eservices.cases.actors import SYSTEM, Actor, Applicant
from eservices.cases.models import Case
from eservices.cases.states import CaseState
from eservices.formbuilder.fields import normalize_plate
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft

from .. import emails
from ..exceptions import TemplateError
from ..models import Document, Permit, PlateCheck, Renewal, Zone

REMINDED = timedelta(days=30)  # before the last day
RENEWABLE = timedelta(days=60)  # before the last day, and as long after it
PLATE_CHECK_RETENTION = timedelta(days=90)  # of plate checks by inspectors


def comparable_plate(plate: str) -> str:
    """Return letters and digits of a plate in upper case, normalized as by the form's field.

    “vd 123.456” becomes VD123456.
    """
    return "".join(one for one in normalize_plate(plate) if one.isalnum())[:16]


# -- Places --------------------------------------------------------------------------------------------------
@transaction.atomic
def reserve_place(*, actor: User, case: Case, zone: Zone, plate: str) -> Permit:
    """Return the case's permit, with a place if one is free that nobody waits for; else on the waiting list.

    The zone is locked, so that two permits never get the last place. A renewal takes over the place of the renewed
    permit. A later call adopts corrections of zone or plate by an agent; after the document is drawn nothing
    changes.
    """
    zone = Zone.objects.select_for_update().get(pk=zone.pk)
    permit, new = Permit.objects.get_or_create(
        case=case, defaults={"zone": zone, "plate": comparable_plate(plate), "renews": _renewed_by(case)}
    )
    if permit.document_id is None:
        _put_right(permit, zone, plate)
        if permit.granted_at is None:
            _grant(actor, case, permit)
    if new and permit.granted_at is None:
        emails.send_permit_waiting(case)
    return permit


@transaction.atomic
def regain_place(*, actor: User, document: Document) -> Permit:
    """Return the permit of a revoked document with its place, for the document that replaces it.

    Raise TemplateError if the permit has ended or its place is taken. The case must be locked.
    """
    permit = Permit.objects.select_related("zone").filter(document=document).first()
    if permit is None:
        raise TemplateError(_("The place was released when the case was reopened."))
    zone, day = Zone.objects.select_for_update().get(pk=permit.zone_id), timezone.localdate()
    if document.valid_until is not None and document.valid_until < day:
        raise TemplateError(_("The last day of the permit has passed. A new request is needed."))
    free = zone.free(day)
    if free is not None and free < 1 and not permit.case.rehearsal:
        raise TemplateError(
            _("“%(zone)s” is full. The place has been given to others.") % {"zone": zone.name}
        )
    return permit


def _put_right(permit: Permit, zone: Zone, plate: str) -> None:
    """Adopt a corrected zone or plate.

    A new zone frees the place in the old one, so that a permit never has two places, nor one that its document does
    not name.
    """
    if permit.zone_id != zone.pk or _was_free(permit):
        permit.granted_at, permit.takes_over = None, False
    permit.zone, permit.plate = zone, comparable_plate(plate) or permit.plate
    permit.save(update_fields=["zone", "plate", "granted_at", "takes_over"])


def _was_free(permit: Permit) -> bool:
    """Return whether the case was reopened since the place was granted: while it was closed, others could get it."""
    since = permit.granted_at
    return since is not None and permit.case.events.filter(kind="reopened", at__gt=since).exists()


def _grant(actor: User, case: Case, permit: Permit) -> None:
    """Grant a place if there is one. ``takes_over`` records a taken-over place, which the zone counts only once."""
    zone, day = permit.zone, timezone.localdate()
    takes_over = _takes_over(permit, day)
    if takes_over or case.rehearsal or _has_place(permit, zone, day):
        permit.granted_at, permit.takes_over = timezone.now(), takes_over
        permit.save(update_fields=["granted_at", "takes_over"])
        audit_log.record_event(case, "place_granted", actor, zone=zone.name)


def _renewed_by(case: Case) -> Permit | None:
    renewal = Renewal.objects.filter(draft=case.submission.draft_id).select_related("permit").first()
    return renewal.permit if renewal else None


def _has_place(permit: Permit, zone: Zone, day: date) -> bool:
    """Return whether a place is free that nobody before this permit waits for."""
    free = zone.free(day)
    return free is None or permit.pk in zone.permits.waiting().values_list("pk", flat=True)[: max(free, 0)]


def _takes_over(permit: Permit, day: date) -> bool:
    """Return whether the permit takes over the place of the one it renews, and no other renewal has taken it."""
    places = permit.zone.permits.valid(day).filter(case__rehearsal=False)
    if permit.renews_id is None or not places.filter(pk=permit.renews_id).exists():
        return False
    others = Permit.objects.filter(renews=permit.renews_id, takes_over=True).exclude(pk=permit.pk)
    return not others.exclude(document=None, case__state=CaseState.CLOSED).exists()


@transaction.atomic
def set_validity(*, actor: User, permit: Permit, document: Document, first: date) -> None:
    """Set the validity from ``first`` until the last day of the document, and schedule the reminder."""
    last = document.valid_until
    permit.document, permit.valid_from, permit.valid_until = document, first, last
    permit.due_at = _morning(last - REMINDED) if last else None
    permit.save(update_fields=["document", "valid_from", "valid_until", "due_at"])


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(8)))


# -- Renewal -------------------------------------------------------------------------------------------------
@transaction.atomic
def send_expiry_reminder(*, actor: User, permit: Permit) -> None:
    """Remind the applicant, once, that the permit ends soon. Do nothing if it is renewed or revoked."""
    case = cases.lock_case(permit.case_id)
    if not Permit.objects.to_remind(timezone.now()).filter(pk=permit.pk).update(due_at=None):
        return
    if permit.valid_until and is_renewable(permit, timezone.localdate()):
        emails.send_permit_expiring(case, permit)
        audit_log.record_event(case, "permit_reminded", actor, until=permit.valid_until.isoformat())


def is_renewable(permit: Permit, day: date) -> bool:
    """Return whether the permit may be renewed on this day.

    It ends soon or ended lately, its document is not revoked, it is not renewed, and its service is still offered.
    """
    if permit.valid_until is None or permit.document is None or not permit.document.is_issued:
        return False
    if permit.renewed.exists():
        return False
    if permit.case.rehearsal or not permit.case.form.offered:
        return False
    return permit.valid_until - RENEWABLE <= day <= permit.valid_until + RENEWABLE


def renew_permit(*, actor: Applicant, permit: Permit) -> Draft:
    """Return the draft that renews the permit, prefilled; simultaneous calls get the same one.

    Files are copied without any lock, so that slow storage blocks nobody. Raise IllegalTransition if the permit
    cannot be renewed.
    """
    if begun := _begun(permit):
        return begun
    case = permit.case
    draft = submissions.start_draft_from_submission(
        actor=actor.user,
        submission=case.submission,
        changes=case.answers | _starting(permit, timezone.localdate()),
    )
    return _linked(actor, permit, draft)


@transaction.atomic
def _begun(permit: Permit) -> Draft | None:
    """Return the draft of a renewal in progress; None if there is none.

    Raise IllegalTransition if the permit cannot be renewed.
    """
    cases.lock_case(permit.case_id)
    now = timezone.now()
    if not is_renewable(permit, timezone.localdate(now)):
        raise cases.IllegalTransition(_("This permit cannot be renewed now."))
    begun = permit.renewals.filter(draft__submission=None, draft__expires_at__gt=now).first()
    return begun.draft if begun else None


@transaction.atomic
def _linked(actor: Applicant, permit: Permit, draft: Draft) -> Draft:
    """Link the draft to the permit and return it. If another was linked first, delete this one and return that."""
    if begun := _begun(permit):
        submissions.delete_draft(actor=actor.user, draft=draft)
        return begun
    Renewal.objects.create(permit=permit, draft=draft)
    return draft


def _starting(permit: Permit, today: date) -> dict[str, Any]:
    """Return the answer to the question for the start date: the day after the last one, at least ``today``."""
    if permit.document is None or permit.valid_until is None:
        return {}
    row = permit.document.stage
    row.case = permit.case
    key = row.spec.settings.get("start")
    first: date = max(permit.valid_until + timedelta(days=1), today)
    return {key: first.isoformat()} if key else {}


# -- Inspection ----------------------------------------------------------------------------------------------
def look_up_plate(*, actor: User, plate: str) -> list[Permit]:
    """Return the permits of a plate that are valid today, and record the check, whatever is found.

    A number without a canton finds the permits of all cantons, and a permit without a canton is found with any
    canton: the inspector compares.
    """
    plate = comparable_plate(plate)
    found = Permit.objects.valid(timezone.localdate()).of_plate(plate).filter(case__rehearsal=False)
    permits = list(found.select_related("zone", "document").order_by("plate", "asked_at"))
    same = [permit for permit in permits if permit.plate == plate]
    permits = same if same and not plate.isdecimal() else permits
    PlateCheck.objects.create(inspector=actor, plate=plate, found=bool(permits))
    return permits


def delete_old_plate_checks(*, actor: Actor = SYSTEM, now: datetime) -> None:
    PlateCheck.objects.filter(at__lt=now - PLATE_CHECK_RETENTION).delete()

"""Every write on permits: a place in a zone, validity, renewal, and looking up a plate."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import audit_log
from eservices.cases.actors import SYSTEM, Applicant
from eservices.cases.models import Case
from eservices.cases.states import CaseState
from eservices.formbuilder.fields import normalize_plate
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft

from .. import emails
from ..document_text import TemplateError
from ..models import Document, Permit, PlateCheck, Renewal, Zone

REMINDED = timedelta(days=30)  # before the last day
RENEWABLE = timedelta(days=60)  # before the last day, and as long after it
PLATE_CHECK_RETENTION = timedelta(days=90)  # what inspectors looked up


def comparable_plate(plate: str) -> str:
    """Letters and digits of a plate, in capitals: “vd 123.456” is VD123456. Written as the form's field does."""
    return "".join(one for one in normalize_plate(plate) if one.isalnum())[:16]


# -- A place -------------------------------------------------------------------------------------------------
@transaction.atomic
def reserve_place(*, actor, case: Case, zone: Zone, plate: str) -> Permit:
    """The case's permit, with a place in its zone if one is free and nobody waits for it; else on the list.

    The zone's row is locked: two never get the last place. A renewal keeps the place of what it renews. Asked again,
    it follows an agent who put zone or plate right; what is drawn stays as its paper says.
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
def regain_place(*, actor, document: Document) -> Permit:
    """Return the permit of a revoked document with its place, for the document that replaces it.

    Raises ``TemplateError`` if its time is over or others have the place since. The case must be locked.
    """
    permit = Permit.objects.select_related("zone").filter(document=document).first()
    if permit is None:
        raise TemplateError(_("Its place was given up when the case was reopened."))
    zone, day = Zone.objects.select_for_update().get(pk=permit.zone_id), timezone.localdate()
    if document.valid_until is not None and document.valid_until < day:
        raise TemplateError(_("Its last day is over: a new request is needed."))
    free = zone.free(day)
    if free is not None and free < 1 and not permit.case.rehearsal:
        raise TemplateError(_("“%(zone)s” is full: others have the place since.") % {"zone": zone.name})
    return permit


def _put_right(permit: Permit, zone: Zone, plate: str) -> None:
    """What it has in another zone is free again: it never has two places, nor one that its paper does not name."""
    if permit.zone_id != zone.pk or _was_free(permit):
        permit.granted_at, permit.takes_over = None, False
    permit.zone, permit.plate = zone, comparable_plate(plate) or permit.plate
    permit.save(update_fields=["zone", "plate", "granted_at", "takes_over"])


def _was_free(permit: Permit) -> bool:
    """Whether the case was closed since there was a place, so that others may have got it until it was reopened."""
    since = permit.granted_at
    return since is not None and permit.case.events.filter(kind="reopened", at__gt=since).exists()


def _grant(actor, case: Case, permit: Permit) -> None:
    """Gives the permit its place if there is one. Whether it is that of another is kept: the count needs it."""
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
    """Whether a place is free that nobody waits for before it."""
    free = zone.free(day)
    return free is None or permit.pk in zone.permits.waiting().values_list("pk", flat=True)[: max(free, 0)]


def _takes_over(permit: Permit, day: date) -> bool:
    """Whether it keeps the place of what it renews, which no other renewal has taken over."""
    places = permit.zone.permits.valid(day).filter(case__rehearsal=False)
    if permit.renews_id is None or not places.filter(pk=permit.renews_id).exists():
        return False
    others = Permit.objects.filter(renews=permit.renews_id, takes_over=True).exclude(pk=permit.pk)
    return not others.exclude(document=None, case__state=CaseState.CLOSED).exists()


@transaction.atomic
def set_validity(*, actor, permit: Permit, document: Document, first: date) -> None:
    """The permit holds from ``first`` until the last day of its document; a reminder comes before."""
    last = document.valid_until
    permit.document, permit.valid_from, permit.valid_until = document, first, last
    permit.due_at = _morning(last - REMINDED) if last else None
    permit.save(update_fields=["document", "valid_from", "valid_until", "due_at"])


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(8)))


# -- Renewal -------------------------------------------------------------------------------------------------
@transaction.atomic
def send_expiry_reminder(*, actor, permit: Permit) -> None:
    """Tells the applicant once that the permit ends soon, unless it is renewed or revoked already."""
    case = cases.lock_case(permit.case_id)
    if not Permit.objects.to_remind(timezone.now()).filter(pk=permit.pk).update(due_at=None):
        return
    if is_renewable(permit, timezone.localdate()):
        emails.send_permit_expiring(case, permit)
        audit_log.record_event(case, "permit_reminded", actor, until=permit.valid_until.isoformat())


def is_renewable(permit: Permit, day: date) -> bool:
    """Whether the permit ends soon or ended lately, stands, nobody renewed it, and its service is still offered."""
    if permit.valid_until is None or not permit.document.is_issued or permit.renewed.exists():
        return False
    if permit.case.rehearsal or not permit.case.form.offered:
        return False
    return permit.valid_until - RENEWABLE <= day <= permit.valid_until + RENEWABLE


def renew_permit(*, actor: Applicant, permit: Permit) -> Draft:
    """The draft that renews the permit, with all that holds for it; pressing twice, also at once, gives the same.

    Its files are copied while nothing is locked: a slow storage holds up nobody.
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
    """The draft in which it is being renewed. Raises ``IllegalTransition`` where it cannot be."""
    cases.lock_case(permit.case_id)
    now = timezone.now()
    if not is_renewable(permit, timezone.localdate(now)):
        raise cases.IllegalTransition(_("This permit cannot be renewed now."))
    begun = permit.renewals.filter(draft__submission=None, draft__expires_at__gt=now).first()
    return begun.draft if begun else None


@transaction.atomic
def _linked(actor: Applicant, permit: Permit, draft: Draft) -> Draft:
    """The draft that counts: this one, or the one that somebody else linked meanwhile."""
    if begun := _begun(permit):
        submissions.delete_draft(actor=actor.user, draft=draft)
        return begun
    Renewal.objects.create(permit=permit, draft=draft)
    return draft


def _starting(permit: Permit, today: date) -> dict:
    """The question that asks from when, answered: from the day after the last one."""
    row = permit.document.stage
    row.case = permit.case
    key = row.spec.settings.get("start")
    return {key: max(permit.valid_until + timedelta(days=1), today).isoformat()} if key else {}


# -- Inspection ----------------------------------------------------------------------------------------------
def look_up_plate(*, actor: User, plate: str) -> list[Permit]:
    """Return the permits of a plate that hold today, and record that it was looked up, whatever is found.

    Without its canton a number finds the permits of every canton, and a permit that names no canton is found with any:
    whoever reads compares it.
    """
    plate = comparable_plate(plate)
    found = Permit.objects.valid(timezone.localdate()).of_plate(plate).filter(case__rehearsal=False)
    permits = list(found.select_related("zone", "document").order_by("plate", "asked_at"))
    same = [permit for permit in permits if permit.plate == plate]
    permits = same if same and not plate.isdecimal() else permits
    PlateCheck.objects.create(inspector=actor, plate=plate, found=bool(permits))
    return permits


def delete_old_plate_checks(*, actor=SYSTEM, now: datetime) -> None:
    PlateCheck.objects.filter(at__lt=now - PLATE_CHECK_RETENTION).delete()

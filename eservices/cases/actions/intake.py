"""Opening of cases, and removal of rehearsals."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.deliveries import actions as deliveries
from eservices.submissions import actions as submissions
from eservices.submissions.models import StoredFile, Submission

from .. import audit_log, emails, number_series
from ..actors import SYSTEM, Actor
from ..exceptions import IllegalTransition
from ..models import Case, CaseStage, StatusLink, Team
from ..signals import case_opened, process_due, rehearsal_discarded
from ..workflow import clock, protected_addresses
from ..workflow.promised_date import promised_date
from . import agent_notifications as notices
from .base import case_search_lines
from .corrections import create_person_rows

DEFAULT_TEAM = "commune"


@transaction.atomic
def open_case(*, actor: Actor, submission: Submission, team: Team | None = None) -> Case:
    """Open the case of a submission with its stages and send the receipt.

    ``team`` works on it; by default the team that the form names.
    """
    version = submission.version
    case = Case(
        reference=number_series.draw_case_reference(rehearsal=version.is_rehearsal),
        submission=submission,
        version=version,
        form=version.form,
        language=submission.language,
        team=team or _team_of_service(version.definition.settings.get("team", "")),
        rehearsal=version.is_rehearsal,
        opened_at=submission.sent_at,
        deadline=clock.promised_deadline(submission.sent_at, version.definition.settings.get("days")),
        due_at=timezone.now(),
        identity_level=submission.identity_level,
    )
    case.search_text = case_search_lines(case)
    known = protected_addresses.is_of_protected_person(case)
    case.unscreened = not known and protected_addresses.needs_screening(case)
    case.protected = known or case.unscreened
    case.save(force_insert=True)
    StatusLink.objects.create(case=case, mailed=False)
    _create_stages(case)
    create_person_rows(case)
    clock.plan_escalations(case)
    audit_log.record_event(case, "opened", actor, channel=submission.channel, version=version.number)
    if known:
        audit_log.record_event(case, "protected", SYSTEM)
    emails.send_receipt(case, promised_date(case))
    if not case.unscreened:
        notices.notify_team_of_new_case(case=case, but=submission.agent)
    process_due.send(sender=Case, case=case)
    case_opened.send(sender=Case, case=case, actor=actor)
    return case


@transaction.atomic
def discard_rehearsal(*, actor: Actor, case: Case) -> None:
    """Delete a rehearsal with its documents, deliveries, files and events.

    Does nothing if the case is gone already.
    """
    rows = Case.objects.select_for_update(of=("self",)).select_related("submission")
    fresh = rows.filter(pk=case.pk).first()
    if fresh is None:
        return
    case = fresh
    if not case.rehearsal:
        raise IllegalTransition(_("Only rehearsals can be deleted."))
    rehearsal_discarded.send(sender=Case, case=case, actor=actor)
    deliveries.delete_rehearsal_deliveries(actor=actor, subject=case.subject)
    submissions.destroy_files(StoredFile.objects.filter(messages__case=case))
    case.events.discard()
    case.duplicates.update(duplicate_of=None)  # they are rehearsals too, and each is discarded separately
    case.delete()
    submissions.discard_rehearsal(actor=actor, draft=case.submission.draft, submission=case.submission)


def _create_stages(case: Case) -> None:
    """Create the stages of the case's form version, all still to do."""
    CaseStage.objects.bulk_create(
        CaseStage(case=case, position=position, key=spec.key, type=spec.type)
        for position, spec in enumerate(case.version.definition.stages)
    )


def _team_of_service(key: str) -> Team:
    """Return the team that the service names.

    If it no longer exists the default team gets the case, so that no request is lost.
    """
    team = Team.objects.filter(key=key).first()
    return team or Team.objects.get_or_create(key=DEFAULT_TEAM, defaults={"name": _("Commune")})[0]

"""A case begins, and a rehearsed one goes again."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.deliveries import actions as deliveries
from eservices.submissions import actions as submissions
from eservices.submissions.models import StoredFile, Submission

from .. import emails, numbers, protection, timing, trace
from ..actors import SYSTEM, Actor
from ..answering import answered_by
from ..models import Case, CaseLink, CaseStage, Team
from ..notices import actions as notices
from ..signals import case_opened, rehearsal_discarded
from .amending import lay_people
from .base import IllegalTransition, search_text, wake_worker

DEFAULT_TEAM = "commune"


@transaction.atomic
def open_case(*, actor: Actor, submission: Submission, team: Team | None = None) -> Case:
    """Opens the case of a submission, lays its stages and mails the receipt.

    ``team`` treats it, else the one that the form names.
    """
    version = submission.version
    case = Case(
        reference=numbers.case_reference(rehearsal=version.is_rehearsal),
        submission=submission,
        version=version,
        form=version.form,
        language=submission.language,
        team=team or _team(version.definition.settings.get("team", "")),
        rehearsal=version.is_rehearsal,
        opened_at=submission.sent_at,
        deadline=timing.promised(submission.sent_at, version.definition.settings.get("days")),
        due_at=timezone.now(),
        identity_level=submission.identity_level,
    )
    case.search_text = search_text(case)
    known = protection.is_of_protected_person(case)
    case.unscreened = not known and protection.needs_screening(case)
    case.protected = known or case.unscreened
    case.save(force_insert=True)
    CaseLink.objects.create(case=case, mailed=False)
    _lay_stages(case)
    lay_people(case)
    timing.plan_escalations(case)
    trace.record(case, "opened", actor, channel=submission.channel, version=version.number)
    if known:
        trace.record(case, "protected", SYSTEM)
    emails.receipt(case, answered_by(case))
    if not case.unscreened:
        notices.tell_team(case=case, but=submission.agent)
    wake_worker(case)
    case_opened.send(sender=Case, case=case, actor=actor)
    return case


@transaction.atomic
def discard(*, actor: Actor, case: Case) -> None:
    """Throws a rehearsal away with all that belongs to it, documents, letters, files and trace; once."""
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("submission").filter(pk=case.pk).first()
    )
    if case is None:
        return
    if not case.rehearsal:
        raise IllegalTransition(_("Only rehearsals are thrown away."))
    rehearsal_discarded.send(sender=Case, case=case, actor=actor)
    deliveries.discard(actor=actor, subject=case.subject)
    submissions.destroy_files(StoredFile.objects.filter(messages__case=case))
    case.events.discard()
    case.duplicates.update(duplicate_of=None)  # rehearsals too, each of which goes by itself
    case.delete()
    submissions.discard(actor=actor, draft=case.submission.draft, submission=case.submission)


def _lay_stages(case: Case) -> None:
    """Writes the stages of the case's version, all to come."""
    CaseStage.objects.bulk_create(
        CaseStage(case=case, position=position, key=spec.key, type=spec.type)
        for position, spec in enumerate(case.version.definition.stages)
    )


def _team(key: str) -> Team:
    """The team that the service names. One that is gone must not lose a request: the commune gets it."""
    team = Team.objects.filter(key=key).first()
    return team or Team.objects.get_or_create(key=DEFAULT_TEAM, defaults={"name": _("Commune")})[0]

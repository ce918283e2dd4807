"""Related, duplicate, transferred and redirected cases."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft, SubmissionChannel
from eservices.submissions.prefill.answer_sources import AnswerSource, SourceKind
from eservices.submissions.version_migration import migrate_answers

from .. import audit_log, emails
from ..actors import SYSTEM
from ..exceptions import IllegalTransition
from ..models import Case, CaseRelation, Team
from ..signals import case_merged
from ..states import CaseOutcome
from .base import clean_text, close_case, lock_case, lock_if_allowed
from .protected_addresses import protect


@transaction.atomic
def relate_cases(*, actor: User, case: Case, other: Case) -> CaseRelation:
    """Relate two cases. Changes nothing if they are related already."""
    case, other = _lock_both(case, other, "tie")
    known = CaseRelation.objects.between(case, other).first()
    if known:
        return known
    relation = CaseRelation.objects.create(first=case, second=other, author=actor)
    audit_log.record_event(case, "tied", actor, name=other.reference)
    audit_log.record_event(other, "tied", actor, name=case.reference)
    return relation


@transaction.atomic
def unrelate_cases(*, actor: User, case: Case, other: Case) -> None:
    """Remove the relation between two cases."""
    case, other = _lock_both(case, other, "untie")
    if not CaseRelation.objects.between(case, other).delete()[0]:
        return
    audit_log.record_event(case, "untied", actor, name=other.reference)
    audit_log.record_event(other, "untied", actor, name=case.reference)


@transaction.atomic
def merge_into(*, actor: User, case: Case, other: Case, seen: int | None = None) -> Case:
    """Close ``case`` as a duplicate of ``other``, which goes on.

    The events of each name the other. The applicant is notified.
    """
    case, other = _lock_both(case, other, "merge", seen)
    if case.rehearsal != other.rehearsal:
        raise IllegalTransition(_("A rehearsal and a real case are not the same request."))
    if other.duplicate_of_id:
        raise IllegalTransition(_("%(case)s is a duplicate itself.") % {"case": other.reference})
    if case.unscreened:
        raise IllegalTransition(
            _("The register was not asked yet whether an address in this case is protected: wait.")
        )
    case.duplicate_of = other
    case.save(update_fields=["duplicate_of"])
    close_case(case, "merge", CaseOutcome.DUPLICATE, "")
    audit_log.record_event(case, "merged", actor, name=other.reference)
    audit_log.record_event(other, "merged_with", actor, name=case.reference)
    if case.is_known_protected:
        protect(actor=SYSTEM, case=other)
    emails.send_merged(case, other)
    case_merged.send(sender=Case, case=case, other=other, actor=actor)
    return case


@transaction.atomic
def transfer_to_team(*, actor: User, case: Case, team: Team, reason: str) -> Case:
    """Transfer the case to another team, where nobody is assigned yet. It stays at its stage."""
    case = lock_if_allowed(case, "hand_over")
    if case.team_id == team.pk:
        raise IllegalTransition(_("This team has the case already."))
    text, before = clean_text(reason), case.team
    case.team, case.assignee = team, None
    case.save(update_fields=["team", "assignee"])
    audit_log.record_event(
        case, "handed_over", actor, name=team.name, team=team.key, before=before.key, reason=text
    )
    emails.send_team_transfer(case)
    return case


@transaction.atomic
def redirect_to_service(
    *, actor: User, case: Case, form: Form, reason: str, seen: int | None = None
) -> Draft:
    """Close a case that belongs to another service, and start a draft there with the known answers.

    An applicant who applied online gets a link to the draft. After an application at the counter the agent continues
    the draft.
    """
    case = lock_if_allowed(case, "redirect", seen)
    version = form.current
    if version is None or form.pk == case.form_id:
        raise IllegalTransition(_("Choose another service that takes requests."))
    text, sent = clean_text(reason), case.submission
    at_counter = sent.channel != SubmissionChannel.ONLINE
    draft = submissions.start_draft(
        actor=sent.user,
        version=version,
        language=case.language,
        channel=sent.channel,
        agent=actor if at_counter else None,
        answers=_shared_answers(case, version),
        source=AnswerSource(SourceKind.EARLIER),
    )
    close_case(case, "redirect", CaseOutcome.REDIRECTED, text)
    audit_log.record_event(case, "redirected", actor, service=form.slug, reason=text)
    emails.send_redirected(case, None if at_counter else draft)
    return draft


def _shared_answers(case: Case, version: FormVersion) -> dict[str, Any]:
    """Return the answers that the other service asks too, without files and consents.

    Files must be sent again: they belong to what was declared.
    """
    old = case.version.definition
    plain = {
        key: answer
        for key, answer in case.answers.items()
        if key in old.fields and old.fields[key].type not in ("files", "consent")
    }
    return migrate_answers(
        old,
        version.definition,
        answers=plain,
        completed=[],
        typed={},
        language=case.language,
        today=timezone.localdate(),
    ).answers


def _lock_both(case: Case, other: Case, action: str, seen: int | None = None) -> tuple[Case, Case]:
    """Lock both cases in the order of their keys, which prevents deadlocks, and return them."""
    if case.pk == other.pk:
        raise IllegalTransition(_("Choose another case than this one."))
    for one in sorted((case, other), key=lambda one: one.pk):
        lock_case(one.pk)
    return lock_if_allowed(case, action, seen), lock_case(other.pk)

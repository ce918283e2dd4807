"""Consent to be notified of decisions by e-mail: recorded, revocable, effective immediately."""

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.submissions.models import Submission
from home.models import ConsentText

from ... import audit_log
from ...actors import Actor
from ...exceptions import IllegalTransition
from ...models import Case, ElectronicConsent
from ..base import lock_case
from .delivery import queue_decision_on_paper


def consented_in_form(submission: Submission) -> bool:
    """Return whether the form asked for the consent and the applicant gave it."""
    key = submission.version.definition.settings.get("applicant", {}).get("consent", "")
    return submission.answers.get(key) is True


def consent_text(submission: Submission) -> str:
    """Return the words of the form's question for the consent."""
    definition = submission.version.definition
    key = definition.settings.get("applicant", {}).get("consent", "")
    return definition.text(f"field.{key}.label", submission.language)


def has_consent(case: Case) -> bool:
    """Return whether decisions on the case may be notified by e-mail now."""
    return bool(case.email) and case.consents.filter(revoked_at=None).exists()


@transaction.atomic
def give_consent(*, actor: Actor, case: Case, shown: str | Promise = "") -> None:
    """Allow decisions to be notified by e-mail. Changes nothing if the consent is in force already.

    ``shown``: the text to which the person agreed.
    """
    case = lock_case(case.pk)
    if not case.email:
        raise IllegalTransition(_("There is no e-mail address to notify."))
    wording = ConsentText.record("decisions", shown, get_language() or case.language) if shown else ""
    given = {"wording": wording}
    _made, new = ElectronicConsent.objects.get_or_create(case=case, revoked_at=None, defaults=given)
    if new:
        audit_log.record_event(case, "consent_given", actor)


@transaction.atomic
def revoke_consent(*, actor: Actor, case: Case) -> None:
    """Revoke the consent. Decisions that were sent by e-mail and not opened yet are posted as well."""
    case = lock_case(case.pk)
    if not case.consents.filter(revoked_at=None).update(revoked_at=timezone.now()):
        return
    audit_log.record_event(case, "consent_revoked", actor)
    for decision in case.formal_decisions.unopened():
        queue_decision_on_paper(decision)

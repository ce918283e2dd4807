"""Identity levels of cases: how sure it is that the named applicant sent the request.

Stages use ``identity_level_of``.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from eservices.accounts import actions as accounts
from eservices.accounts.models import IdentityLevel, IdentityProof, User
from eservices.submissions.identity_level import declared_birth_date
from home.extensions.base import extensions

from ..extension_points import CaseExtension
from ..models import Case


class IdentityCheck(TextChoices):
    """The way in which an agent identified a person at the counter."""

    CARD = "card", _("identity card or passport shown")
    PERMIT = "permit", _("residence permit shown")
    KNOWN = "known", _("known to me in person")


def identity_level_of(case: Case) -> IdentityLevel:
    """Return the current identity level of the applicant.

    It starts as that of the submission (``Submission.identity_level``) and only rises: by the mailed link, by an
    agent who identified the person, or by proof that the account is the applicant's.
    """
    return IdentityLevel(case.identity_level)


def identity_statements_of(case: Case) -> list[str]:
    """Return all statements of agents on how they identified the applicant, besides the identity level."""
    return [statement for one in extensions(CaseExtension) if (statement := one.identity_statement(case))]


def concerns_applicant(proof: IdentityProof, case: Case) -> bool:
    """Return whether the proof is about the applicant named in the case."""
    return proof.is_of(case.applicant, declared_birth_date(case.version.definition, case.answers))


def link_proven_account(*, actor: User, case: Case) -> IdentityProof | None:
    """Record that the account that sent the case is the applicant's.

    Return None if it was sent without an account or names nobody.
    """
    user, names = case.submission.user, _names(case)
    if user is None or names is None:
        return None
    return accounts.prove_identity(
        actor=actor,
        user=user,
        means=IdentityProof.Means.COUNTER,
        given_names=names[0],
        family_name=names[1],
        birth_date=declared_birth_date(case.version.definition, case.answers),
    )


def can_link_account(case: Case) -> bool:
    """Return whether the case has an account that an identification at the counter can prove."""
    return case.submission.user_id is not None and _names(case) is not None


def _names(case: Case) -> tuple[str, str] | None:
    """Return first and last name of the applicant; None unless the form asks for both separately."""
    keys = case.version.definition.settings.get("applicant", {}).get("name", [])
    names = [str(case.answers.get(key) or "") for key in keys]
    return (names[0], names[1]) if len(names) == 2 and all(names) else None

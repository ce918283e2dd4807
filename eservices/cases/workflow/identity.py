"""How sure the commune is that the applicant named in a case is who asks. Stages ask ``identity_level_of``."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from eservices.accounts import actions as accounts
from eservices.accounts.models import IdentityLevel, IdentityProof, User
from eservices.submissions.identity_level import declared_birth_date

from ..models import Case


class IdentityCheck(TextChoices):
    """How an agent made sure of who stands at the counter."""

    CARD = "card", _("identity card or passport shown")
    PERMIT = "permit", _("residence permit shown")
    KNOWN = "known", _("known to me in person")


def identity_level_of(case: Case) -> IdentityLevel:
    """The level at which the applicant is known now.

    Frozen with the request when it was sent (``Submission.identity_level``); since then only raised: by the
    mailed link, by an agent who saw the person, or by proof that the account is the applicant's.
    """
    return IdentityLevel(case.identity_level)


def concerns_applicant(proof: IdentityProof, case: Case) -> bool:
    """Whether whom the proof names is the applicant that the request names."""
    return proof.is_of(case.applicant, declared_birth_date(case.version.definition, case.answers))


def link_proven_account(*, actor: User, case: Case) -> IdentityProof | None:
    """The account that sent the case belongs to the applicant; None where nobody signed in or is named."""
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
    """Whether there is an account that a check at the counter may make known."""
    return case.submission.user_id is not None and _names(case) is not None


def _names(case: Case) -> tuple[str, str] | None:
    """First and last name of the applicant, where the form asks for both apart."""
    keys = case.version.definition.settings.get("applicant", {}).get("name", [])
    names = [str(case.answers.get(key) or "") for key in keys]
    return (names[0], names[1]) if len(names) == 2 and all(names) else None

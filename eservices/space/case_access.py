"""Access of an applicant to a case, by status link or signed in.

Both show the same pages and allow the same actions.
"""

from dataclasses import dataclass

from django.urls import reverse

from eservices.cases import access
from eservices.cases.actors import Applicant
from eservices.cases.models import Case


@dataclass(frozen=True)
class CaseAccess:
    """A case, its applicant as actor, and the base of its addresses for this kind of access."""

    case: Case
    actor: Applicant
    base: str
    key: str

    @classmethod
    def by_link(cls, secret: str) -> "CaseAccess":
        """Return the access by status link; 404 if the link is unknown, expired or revoked."""
        link = access.link_by_secret(secret)
        return cls(link.case, Applicant(link=link), "space:status", secret)

    @classmethod
    def signed_in(cls, user, reference: str) -> "CaseAccess":
        """Return the access of a signed-in user; 404 if the case is not theirs."""
        return cls(access.own_case(user, reference), Applicant(user=user), "space:case", reference)

    @property
    def url(self) -> str:
        return reverse(self.base, args=[self.key])

    def url_of(self, name: str, *args) -> str:
        return reverse(f"{self.base}_{name}", args=[self.key, *args])

    @property
    def is_link(self) -> bool:
        return self.actor.link is not None

    @property
    def proves_address(self) -> bool:
        """True if this access proves the applicant's address: signed in, or by a link that was e-mailed."""
        return self.actor.link is None or self.actor.link.mailed

    @property
    def may_confirm(self) -> bool:
        """True if this access proves the address of the case and it is not confirmed yet."""
        link = self.actor.link
        return bool(link and link.mailed and self.case.email_confirmed_at is None and self.case.email)

"""How an applicant reaches a case: by a private link, or signed in. Both see the same and may do the same."""

from dataclasses import dataclass

from django.urls import reverse

from eservices.cases import access
from eservices.cases.actors import Applicant
from eservices.cases.models import Case


@dataclass(frozen=True)
class CaseAccess:
    """A case, who came for it, and where its pages lie behind this door."""

    case: Case
    actor: Applicant
    base: str
    key: str

    @classmethod
    def by_link(cls, secret: str) -> "CaseAccess":
        """404 where the link is unknown, expired or revoked."""
        link = access.link_by_secret(secret)
        return cls(link.case, Applicant(link=link), "space:status", secret)

    @classmethod
    def signed_in(cls, user, reference: str) -> "CaseAccess":
        """404 where the case is not this person's."""
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
        """Whether only who reads the applicant's mail, or signed in, comes through this door."""
        return self.actor.link is None or self.actor.link.mailed

    @property
    def may_confirm(self) -> bool:
        """Whether coming through this door proves the address, and nobody did yet."""
        link = self.actor.link
        return bool(link and link.mailed and self.case.email_confirmed_at is None and self.case.email)

"""Actors on a case: an agent (a ``User``), the applicant, a consulted office, or the system."""

from dataclasses import dataclass

from eservices.accounts.models import User

from .models import CaseEvent, StatusLink


@dataclass(frozen=True)
class Applicant:
    """The applicant, identified by the status link or by their account."""

    link: StatusLink | None = None
    user: User | None = None


@dataclass(frozen=True)
class ConsultedOffice:
    """A team or an external office asked for its opinion, identified by its private link."""

    name: str


class SystemActor:
    """The process itself, without a person."""

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = SystemActor()
type Actor = User | Applicant | ConsultedOffice | SystemActor

Kind = CaseEvent.ActorKind


def actor_kind(actor: Actor) -> str:
    """Return the kind of ``actor`` as events store it."""
    if isinstance(actor, Applicant):
        return Kind.APPLICANT
    if isinstance(actor, ConsultedOffice):
        return Kind.OFFICE
    return Kind.SYSTEM if isinstance(actor, SystemActor) else Kind.AGENT


def user_of(actor: Actor) -> User | None:
    """Return the account of ``actor``; None if there is none."""
    if isinstance(actor, Applicant):
        return actor.user
    return None if isinstance(actor, SystemActor | ConsultedOffice) else actor

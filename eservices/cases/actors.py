"""Who acts on a case: an agent (a ``User``), the applicant, an office that was asked, or the system."""

from dataclasses import dataclass

from eservices.accounts.models import User

from .models import CaseEvent, StatusLink


@dataclass(frozen=True)
class Applicant:
    """Who filed, known by the private link or by the own account."""

    link: StatusLink | None = None
    user: User | None = None


@dataclass(frozen=True)
class ConsultedOffice:
    """Another team or an outside office that was asked for its opinion, known by its private link."""

    name: str


class SystemActor:
    """Nobody: the process itself."""

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = SystemActor()
type Actor = User | Applicant | ConsultedOffice | SystemActor

Kind = CaseEvent.ActorKind


def actor_kind(actor: Actor) -> str:
    """How a trace names what ``actor`` is."""
    if isinstance(actor, Applicant):
        return Kind.APPLICANT
    if isinstance(actor, ConsultedOffice):
        return Kind.OFFICE
    return Kind.SYSTEM if isinstance(actor, SystemActor) else Kind.AGENT


def user_of(actor: Actor) -> User | None:
    """The account behind ``actor``, if any."""
    if isinstance(actor, Applicant):
        return actor.user
    return None if isinstance(actor, SystemActor | ConsultedOffice) else actor

"""The letters around a proposal. Each is queued in the transaction of what it tells of."""

from django.urls import reverse
from django.utils import translation

from eservices.accounts.models import User
from eservices.deliveries.actions import queue_email
from home.links import absolute
from news.desk_letters import tell_what_waits

from . import kinds
from .models import Proposal


def confirm(proposal: Proposal) -> None:
    """Asks the owner of an address whether they proposed this; in no words of who did, who may be anybody."""
    link = address("news:proposal", proposal.language, proposal.secret)
    _send(proposal, "confirm", link=link, expires_at=proposal.link_expires_at)


def received(proposal: Proposal) -> None:
    """Says that it arrived, and what happens next."""
    _send(proposal, "received")


def accepted(proposal: Proposal) -> None:
    with translation.override(proposal.language):
        url = kinds.of(proposal).public_url(proposal)
    _send(proposal, "accepted", url=absolute(url))


def refused(proposal: Proposal) -> None:
    again = address(kinds.of(proposal).again(proposal), proposal.language)
    _send(proposal, "refused", reason=proposal.reason, url=again)


def waiting(person: User, numbers: dict[str, int]) -> None:
    """Tells who decides how much waits, by kind."""
    labels = {Proposal.Kind(name).label: number for name, number in numbers.items()}
    tell_what_waits(person, labels, template="news/proposals/emails/waiting", desk="proposals:index")


def address(name: str, language: str, *args) -> str:
    """The full address of a view in a language."""
    with translation.override(language):
        return absolute(reverse(name, args=args))


def about(proposal: Proposal) -> str:
    """What the letters around a proposal are about, in the outbox."""
    return f"proposal:{proposal.pk}"


def _send(proposal: Proposal, letter: str, **context) -> None:
    queue_email(
        to=proposal.email,
        template=f"news/proposals/emails/{letter}",
        context={"proposal": proposal} | context,
        language=proposal.language,
        subject=about(proposal),
    )

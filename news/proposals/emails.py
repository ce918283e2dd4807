"""E-mails about proposals. Each is queued in the transaction of its cause."""

from django.urls import reverse
from django.utils import translation

from eservices.accounts.models import User
from eservices.deliveries.actions import queue_email
from eservices.deliveries.staff_digest import send_waiting_digest
from home.links.page_links import absolute_url

from . import proposal_types
from .models import Proposal


def send_confirmation_link(proposal: Proposal) -> None:
    """Ask the owner of an address to confirm a proposal.

    It contains no text of the sender, who may be anybody.
    """
    link = localized_url("news:proposal", proposal.language, proposal.secret)
    _send(proposal, "confirm", link=link, expires_at=proposal.link_expires_at)


def send_received(proposal: Proposal) -> None:
    """Confirm the receipt of a proposal, with the next steps."""
    _send(proposal, "received")


def send_accepted(proposal: Proposal) -> None:
    with translation.override(proposal.language):
        url = proposal_types.proposal_type_of(proposal).public_url(proposal)
    _send(proposal, "accepted", url=absolute_url(url))


def send_refused(proposal: Proposal) -> None:
    again = localized_url(proposal_types.proposal_type_of(proposal).again(proposal), proposal.language)
    _send(proposal, "refused", reason=proposal.reason, url=again)


def send_decider_digest(person: User, numbers: dict[str, int]) -> None:
    """Notify staff how many proposals wait, by type."""
    labels = {Proposal.Kind(name).label: number for name, number in numbers.items()}
    send_waiting_digest(person, labels, template="news/proposals/emails/waiting", desk="proposals:index")


def localized_url(name: str, language: str, *args) -> str:
    """Return the absolute URL of a view in a language."""
    with translation.override(language):
        return absolute_url(reverse(name, args=args))


def proposal_subject(proposal: Proposal) -> str:
    """Return the subject of a proposal's e-mails in the outbox."""
    return f"proposal:{proposal.pk}"


def _send(proposal: Proposal, letter: str, **context) -> None:
    queue_email(
        to=proposal.email,
        template=f"news/proposals/emails/{letter}",
        context={"proposal": proposal} | context,
        language=proposal.language,
        subject=proposal_subject(proposal),
    )

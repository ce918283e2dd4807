"""What can be proposed. Each kind shows its values in words, and does what was accepted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .models import Proposal


class ProposalNotAcceptable(Exception):
    """What was to be accepted cannot be done, and why."""


@dataclass(frozen=True)
class ProposalType:
    """One thing that can be proposed."""

    labels: Callable[[], dict[str, str]]  # the names of the values, in their order
    words: Callable[[str, Any, str], str]  # a value in words: its name, itself, the language
    current: Callable[[Proposal], dict]  # what stands there now; nothing where it is new
    accept: Callable[..., Any]  # does it; called with the proposal and the actor, in the action's transaction
    may_decide: Callable[[Any], bool]  # whether somebody of the staff decides
    public_url: Callable[[Proposal], str]  # where the result is seen by everybody
    desk_url: Callable[[Proposal], str]  # where editors work on it
    again: Callable[[Proposal], str]  # the name of the form in which a better one is proposed


def proposal_type_of(proposal: Proposal) -> ProposalType:
    return proposal_types_by_name()[proposal.kind]


def proposal_types_by_name() -> dict[str, ProposalType]:
    from news.agenda.proposal_types import EVENT_PROPOSALS
    from news.directory.proposal_types import ENTRY_PROPOSALS

    return {Proposal.Kind.ENTRY: ENTRY_PROPOSALS, Proposal.Kind.EVENT: EVENT_PROPOSALS}


def types_decided_by(user) -> list[str]:
    """The kinds that somebody of the staff decides."""
    return [name for name, kind in proposal_types_by_name().items() if kind.may_decide(user)]

"""Types of proposals. Each shows its values as text, and applies an accepted proposal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from home.exceptions import ActionRefused

from .models import Proposal


class ProposalNotAcceptable(ActionRefused):
    """The proposal cannot be applied. The message is the reason."""


@dataclass(frozen=True)
class ProposalType:
    """A type of proposal."""

    labels: Callable[[], dict[str, str]]  # labels of the values, in their order
    words: Callable[[str, Any, str], str]  # a value as text: its name, itself, the language
    current: Callable[[Proposal], dict]  # current values; empty for something new
    accept: Callable[..., Any]  # applies it; called with proposal and actor, in the action's transaction
    may_decide: Callable[[Any], bool]  # whether a user may decide
    public_url: Callable[[Proposal], str]  # the public URL of the result
    desk_url: Callable[[Proposal], str]  # the URL where editors edit the result
    again: Callable[[Proposal], str]  # name of the form to propose again


def proposal_type_of(proposal: Proposal) -> ProposalType:
    return proposal_types_by_name()[proposal.kind]


def proposal_types_by_name() -> dict[str, ProposalType]:
    from news.agenda.proposal_types import EVENT_PROPOSALS
    from news.directory.proposal_types import ENTRY_PROPOSALS

    return {Proposal.Kind.ENTRY: ENTRY_PROPOSALS, Proposal.Kind.EVENT: EVENT_PROPOSALS}


def types_decided_by(user) -> list[str]:
    """Return the types that ``user`` may decide."""
    return [name for name, kind in proposal_types_by_name().items() if kind.may_decide(user)]

"""What somebody proposed, for their own space. What an editor made of it is the commune's, and stays."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from . import access, actions
from .models import Proposal


def told(one: Proposal) -> dict:
    return {
        "kind": one.get_kind_display(),
        "title": one.title,
        "said": one.data,
        "state": one.get_state_display(),
        "asked": one.created_at.isoformat(),
        "decided": one.decided_at.isoformat() if one.decided_at else None,
        "reason": one.reason,
    }


def forget(one: Proposal) -> None:
    actions.erase(proposal=one)


personal.register("proposals")(Holding(_("Your proposals"), access.proposals_of, told, forget))

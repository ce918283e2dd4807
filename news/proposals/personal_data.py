"""Personal data of proposals. What an editor made of one belongs to the commune and stays."""

from django.utils.translation import gettext_lazy as _

from home.extensions.personal_data import PersonalDataHolding, personal_data_holdings

from . import access, actions
from .models import Proposal


def export_row(one: Proposal) -> dict:
    return {
        "kind": one.get_kind_display(),
        "title": one.title,
        "said": one.data,
        "state": one.get_state_display(),
        "asked": one.created_at.isoformat(),
        "decided": one.decided_at.isoformat() if one.decided_at else None,
        "reason": one.reason,
    }


def erase_row(one: Proposal) -> None:
    actions.erase_proposal(proposal=one)


personal_data_holdings.register("proposals")(
    PersonalDataHolding(_("Your proposals"), access.proposals_of, export_row, erase_row)
)

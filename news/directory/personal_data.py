"""Directory entries in the personal data of their keeper.

The entry of an association stays when its keeper leaves.
"""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from home.extensions.personal_data import PersonalDataHolding, personal_data_holdings

from . import access, actions
from .models import DirectoryEntry


def export_row(one: DirectoryEntry) -> dict:
    return {
        "name": one.name,
        "kind": one.get_kind_display(),
        "contact": one.contact_name,
        "address": one.get_url(get_language()),
        "confirmed": one.confirmed_at.isoformat() if one.confirmed_at else None,
    }


def erase_row(one: DirectoryEntry) -> None:
    actions.remove_keeper(entry=one)


STAYS = _(
    "Your e-mail address is erased. The name and telephone of the contact in the entry stay. "
    "Change them first, or write to us."
)
personal_data_holdings.register("directory")(
    PersonalDataHolding(
        _("Directory entries for which you are the keeper"),
        access.all_entries_of,
        export_row,
        erase_row,
        STAYS,
    )
)

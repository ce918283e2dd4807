"""Which entries somebody keeps, for their own space. What an entry says of an association stays when they leave."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from . import access, actions
from .models import DirectoryEntry


def told(one: DirectoryEntry) -> dict:
    return {
        "name": one.name,
        "kind": one.get_kind_display(),
        "contact": one.contact_name,
        "address": one.get_url(get_language()),
        "confirmed": one.confirmed_at.isoformat() if one.confirmed_at else None,
    }


def forget(one: DirectoryEntry) -> None:
    actions.let_go(entry=one)


STAYS = _(
    "Your e-mail address goes. The name and telephone that an entry shows of its contact stay: change them before, "
    "or write to us."
)
personal.register("directory")(
    Holding(_("Directory entries that you keep"), access.every_entry_of, told, forget, STAYS)
)

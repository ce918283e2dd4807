"""Of which collections somebody is reminded, for their own space."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from . import access, actions
from .models import WasteReminder


def told(one: WasteReminder) -> dict:
    return {
        "district": str(one.district or ""),
        "when": one.get_when_display(),
        "language": one.language,
        "confirmed": one.confirmed_at.isoformat() if one.confirmed_at else None,
    }


def forget(one: WasteReminder) -> None:
    actions.end(reminder=one)


personal.register("waste")(Holding(_("Reminders of collections"), access.reminders_of, told, forget))

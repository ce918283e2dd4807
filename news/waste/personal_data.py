"""Personal data of waste reminders."""

from django.utils.translation import gettext_lazy as _

from home.extensions.personal_data import PersonalDataHolding, personal_data_holdings

from . import access, actions
from .models import WasteReminder


def export_row(one: WasteReminder) -> dict:
    return {
        "district": str(one.district or ""),
        "when": one.get_when_display(),
        "language": one.language,
        "confirmed": one.confirmed_at.isoformat() if one.confirmed_at else None,
    }


def erase_row(one: WasteReminder) -> None:
    actions.end_reminder(reminder=one)


personal_data_holdings.register("waste")(
    PersonalDataHolding(_("Reminders of collections"), access.reminders_of, export_row, erase_row)
)

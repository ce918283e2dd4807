"""Of which collections somebody is reminded, for their own space."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from .waste import access, actions


def export(email: str) -> list[dict]:
    return [
        {
            "district": str(one.district or ""),
            "when": one.get_when_display(),
            "language": one.language,
            "confirmed": one.confirmed_at.isoformat() if one.confirmed_at else None,
        }
        for one in access.reminders_of(email)
    ]


def erase(email: str) -> None:
    for one in access.reminders_of(email):
        actions.end(reminder=one)


personal.register("waste")(
    Holding(_("Reminders of collections"), lambda email: access.reminders_of(email).count(), export, erase)
)

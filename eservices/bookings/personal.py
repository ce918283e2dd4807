"""On which waiting lists somebody stands, for their own space. What is booked stands with its request."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from . import access, actions


def export(email: str) -> list[dict]:
    return [
        {
            "what": str(one.resource),
            "starts": one.starts_at.isoformat(),
            "ends": one.ends_at.isoformat(),
            "state": one.get_state_display(),
            "asked": one.created_at.isoformat(),
        }
        for one in access.waiting_of(email)
    ]


def erase(email: str) -> None:
    for one in access.waiting_of(email):
        actions.forget_waiting(actor=None, waiting=one)


personal.register("waiting")(
    Holding(_("Places on waiting lists"), lambda email: access.waiting_of(email).count(), export, erase)
)

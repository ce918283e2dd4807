"""On which waiting lists somebody stands, for their own space. What is booked stands with its request."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from . import access, actions
from .models import Waiting


def told(one: Waiting) -> dict:
    return {
        "what": str(one.resource),
        "starts": one.starts_at.isoformat(),
        "ends": one.ends_at.isoformat(),
        "state": one.get_state_display(),
        "asked": one.created_at.isoformat(),
    }


def forget(one: Waiting) -> None:
    actions.forget_waiting(actor=None, waiting=one)


personal.register("waiting")(Holding(_("Places on waiting lists"), access.waiting_of, told, forget))

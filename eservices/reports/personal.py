"""Which reports of others somebody follows, for their own space. Own reports are requests."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from . import access, actions
from .models import Follower


def told(one: Follower) -> dict:
    return {"reference": one.report.case.reference, "since": one.since.isoformat()}


def forget(one: Follower) -> None:
    actions.leave(actor=None, follower=one)


personal.register("followed")(Holding(_("Reports that you follow"), access.followed_by, told, forget))

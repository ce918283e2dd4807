"""Which reports of others somebody follows, for their own space. Own reports are requests."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from . import access, actions


def export(email: str) -> list[dict]:
    return [
        {"reference": one.report.case.reference, "since": one.since.isoformat()}
        for one in access.followed_by(email)
    ]


def erase(email: str) -> None:
    for one in access.followed_by(email):
        actions.leave(actor=None, follower=one)


personal.register("followed")(
    Holding(_("Reports that you follow"), lambda email: access.followed_by(email).count(), export, erase)
)

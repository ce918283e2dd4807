"""Statuses of an idea."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    RECEIVED = "received", pgettext_lazy("an idea", "received")
    STUDIED = "studied", pgettext_lazy("an idea", "being studied")
    ACCEPTED = "accepted", pgettext_lazy("an idea", "accepted")
    DECLINED = "declined", pgettext_lazy("an idea", "not taken up")
    DONE = "done", pgettext_lazy("an idea", "done")


ICONS = {
    Status.RECEIVED: "s1",
    Status.STUDIED: "s2",
    Status.ACCEPTED: "s4",
    Status.DECLINED: "close",
    Status.DONE: "check",
}
# A commune may change its mind, except about what is done.
ALLOWED = {
    Status.RECEIVED: {Status.STUDIED, Status.ACCEPTED, Status.DECLINED, Status.DONE},
    Status.STUDIED: {Status.ACCEPTED, Status.DECLINED, Status.DONE},
    Status.ACCEPTED: {Status.STUDIED, Status.DECLINED, Status.DONE},
    Status.DECLINED: {Status.STUDIED, Status.ACCEPTED},
    Status.DONE: set(),
}
ANSWERED = {Status.ACCEPTED, Status.DECLINED, Status.DONE}  # these need a reply of the commune


def is_allowed(status: str, to: str) -> bool:
    return to == status or to in ALLOWED[Status(status)]


def takes_votes(status: str) -> bool:
    """Return whether votes can still have an effect: the status of the idea may still change."""
    return bool(ALLOWED[Status(status)])

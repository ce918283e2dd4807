"""Where something stands that somebody wrote."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    WAITING = "waiting", _("to be read")
    PUBLISHED = "published", _("published")
    REFUSED = "refused", _("refused")
    TAKEN_DOWN = "withdrawn", _("taken down")


# What was refused or taken down may be looked at again.
ALLOWED = {
    State.WAITING: {State.PUBLISHED, State.REFUSED},
    State.PUBLISHED: {State.TAKEN_DOWN},
    State.REFUSED: {State.PUBLISHED},
    State.TAKEN_DOWN: {State.PUBLISHED},
}
REJECTED = {State.REFUSED, State.TAKEN_DOWN}


def allowed(state: str, to: str) -> bool:
    return to in ALLOWED[State(state)]


class ShownAs(TextChoices):
    NOBODY = "nobody", _("without my name")
    FIRST = "first", _("with my first name and the initial")
    FULL = "full", _("with my first and last name")

"""States of moderated texts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ModerationState(TextChoices):
    WAITING = "waiting", _("to be read")
    PUBLISHED = "published", _("published")
    REFUSED = "refused", _("refused")
    TAKEN_DOWN = "withdrawn", _("taken down")


# A rejected text, or one that was taken down, may still be published.
ALLOWED = {
    ModerationState.WAITING: {ModerationState.PUBLISHED, ModerationState.REFUSED},
    ModerationState.PUBLISHED: {ModerationState.TAKEN_DOWN},
    ModerationState.REFUSED: {ModerationState.PUBLISHED},
    ModerationState.TAKEN_DOWN: {ModerationState.PUBLISHED},
}
REJECTED = {ModerationState.REFUSED, ModerationState.TAKEN_DOWN}


def is_allowed(state: str, to: str) -> bool:
    return to in ALLOWED[ModerationState(state)]


class AuthorDisplay(TextChoices):
    NOBODY = "nobody", _("without my name")
    FIRST = "first", _("with my first name and the initial")
    FULL = "full", _("with my first and last name")

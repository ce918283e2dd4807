"""What everybody learns about a reported problem, and what may follow what, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    REPORTED = "reported", _("reported")
    SEEN = "seen", _("seen")
    PLANNED = "planned", _("planned")
    MENDED = "mended", _("mended")
    NOT_OURS = "not_ours", _("not ours")


ENDS = frozenset({State.MENDED, State.NOT_OURS})
FOLLOWING: dict[State, frozenset[State]] = {
    State.REPORTED: frozenset(State),
    State.SEEN: frozenset(State) - {State.REPORTED},
    State.PLANNED: frozenset({State.PLANNED, State.MENDED, State.NOT_OURS}),
    State.MENDED: frozenset({State.MENDED}),
    State.NOT_OURS: frozenset({State.NOT_OURS}),
}
ICONS = {
    State.REPORTED: "s1",
    State.SEEN: "s2",
    State.PLANNED: "clock",
    State.MENDED: "check",
    State.NOT_OURS: "close",
}


def allowed(state: str, following: str) -> bool:
    """Whether a report in ``state`` may be told to be in ``following``; the same again tells something new."""
    return following in FOLLOWING[State(state)]

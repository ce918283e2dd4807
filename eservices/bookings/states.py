"""The states of a booking and what may follow what, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    HELD = "held", pgettext_lazy("booking", "held")
    PROVISIONAL = "provisional", pgettext_lazy("booking", "provisional")
    CONFIRMED = "confirmed", pgettext_lazy("booking", "confirmed")
    HANDED_OVER = "handed_over", pgettext_lazy("booking", "handed over")
    RETURNED = "returned", pgettext_lazy("booking", "returned")
    MISSED = "missed", _("did not come")
    REFUSED = "refused", pgettext_lazy("booking", "refused")
    CANCELLED = "cancelled", pgettext_lazy("booking", "cancelled")


# action → (states it may start from, state it leads to)
TRANSITIONS: dict[str, tuple[frozenset[str], str]] = {
    "send": (frozenset({State.HELD}), State.PROVISIONAL),
    "confirm": (frozenset({State.PROVISIONAL}), State.CONFIRMED),
    "refuse": (frozenset({State.PROVISIONAL}), State.REFUSED),
    "cancel": (frozenset({State.PROVISIONAL, State.CONFIRMED}), State.CANCELLED),
    "hand_over": (frozenset({State.CONFIRMED}), State.HANDED_OVER),
    "take_back": (frozenset({State.HANDED_OVER}), State.RETURNED),
    "miss": (frozenset({State.CONFIRMED}), State.MISSED),
}
MOVABLE = frozenset({State.PROVISIONAL, State.CONFIRMED})
# What is to come, or not over: the deposit waits for it.
UNSETTLED = frozenset({State.HELD, State.PROVISIONAL, State.CONFIRMED, State.HANDED_OVER})
# In these states it has its spans; of all others the time is free.
TAKING = frozenset({State.HELD, State.PROVISIONAL, State.CONFIRMED, State.HANDED_OVER, State.RETURNED})
# It is not to be, and nothing was taken: what it costs is not due.
GONE = frozenset({State.REFUSED, State.CANCELLED})


def allowed(action: str, state: str) -> bool:
    """Whether ``action`` may be taken in ``state``."""
    return state in TRANSITIONS[action][0]

"""States of a booking and their transitions, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BookingState(TextChoices):
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
    "send": (frozenset({BookingState.HELD}), BookingState.PROVISIONAL),
    "confirm": (frozenset({BookingState.PROVISIONAL}), BookingState.CONFIRMED),
    "refuse": (frozenset({BookingState.PROVISIONAL}), BookingState.REFUSED),
    "cancel": (frozenset({BookingState.PROVISIONAL, BookingState.CONFIRMED}), BookingState.CANCELLED),
    "hand_over": (frozenset({BookingState.CONFIRMED}), BookingState.HANDED_OVER),
    "take_back": (frozenset({BookingState.HANDED_OVER}), BookingState.RETURNED),
    "miss": (frozenset({BookingState.CONFIRMED}), BookingState.MISSED),
}
MOVABLE = frozenset({BookingState.PROVISIONAL, BookingState.CONFIRMED})
# Future or current bookings: the deposit is not refunded before they end.
UNSETTLED = frozenset(
    {BookingState.HELD, BookingState.PROVISIONAL, BookingState.CONFIRMED, BookingState.HANDED_OVER}
)
# In these states a booking takes its time; in all others the time is free.
TAKING = frozenset(
    {
        BookingState.HELD,
        BookingState.PROVISIONAL,
        BookingState.CONFIRMED,
        BookingState.HANDED_OVER,
        BookingState.RETURNED,
    }
)
# The booking does not take place and nothing was used: its price is not due.
ENDED_STATES = frozenset({BookingState.REFUSED, BookingState.CANCELLED})


def is_allowed(action: str, state: str) -> bool:
    """Return whether ``action`` may be taken in ``state``."""
    return state in TRANSITIONS[action][0]

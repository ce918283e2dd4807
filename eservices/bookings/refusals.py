"""Why a time cannot be booked, in words that say what to do."""

from django.utils.translation import gettext_lazy as _

from .availability import Refusal

WORDS = {
    Refusal.ORDER: _("It ends before it starts. Check both times."),
    Refusal.PAST: _("This time has passed. Choose a later one."),
    Refusal.LEAD: _("This is too soon to be prepared. Choose a later time."),
    Refusal.HORIZON: _("This is too far ahead to be booked now. Choose an earlier day."),
    Refusal.SHORT: _("This is shorter than can be booked. Choose a later end."),
    Refusal.LONG: _("This is longer than can be booked. Choose an earlier end."),
    Refusal.CLOSED: _("It is not open at this time. Choose among the times that are offered."),
    Refusal.STEP: _("Choose one of the times that are offered."),
    Refusal.TAKEN: _("Somebody else has this time. Choose another one."),
    Refusal.PROMISED: _("This time is free again, but somebody waits for it and is asked first."),
    Refusal.CHANGED: _("What there is to book has just been changed. Choose again."),
}


def words(reason: Refusal) -> str:
    return str(WORDS[reason])

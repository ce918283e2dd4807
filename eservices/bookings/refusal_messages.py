"""Reasons why a time cannot be booked, as messages that say what to do."""

from django.utils.translation import gettext_lazy as _

from .logic.availability import RefusalReason

REFUSAL_MESSAGES = {
    RefusalReason.ORDER: _("The end is before the start. Check both times."),
    RefusalReason.PAST: _("This time has passed. Choose a later one."),
    RefusalReason.LEAD: _("This is too soon to be prepared. Choose a later time."),
    RefusalReason.HORIZON: _("This is too far ahead to be booked now. Choose an earlier day."),
    RefusalReason.SHORT: _("This is shorter than can be booked. Choose a later end."),
    RefusalReason.LONG: _("This is longer than can be booked. Choose an earlier end."),
    RefusalReason.CLOSED: _("This time is outside the opening hours. Choose one of the times offered."),
    RefusalReason.STEP: _("Choose one of the times that are offered."),
    RefusalReason.TAKEN: _("This time is already taken. Choose another one."),
    RefusalReason.PROMISED: _("This time is free again, but the waiting list comes first."),
    RefusalReason.CHANGED: _("The resources have just been changed. Choose again."),
}


def refusal_message(reason: RefusalReason) -> str:
    return str(REFUSAL_MESSAGES[reason])

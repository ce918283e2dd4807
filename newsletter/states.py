"""States of subscribers, mailings and recipients, with their transitions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubscriberState(models.TextChoices):
    PENDING = "pending", _("waiting for confirmation")
    CONFIRMED = "confirmed", _("subscribed")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    BOUNCED = "bounced", _("letters do not arrive")


TRANSITIONS = {
    SubscriberState.PENDING: {
        SubscriberState.CONFIRMED,
        SubscriberState.UNSUBSCRIBED,
        SubscriberState.BOUNCED,
    },  # by a link of an older e-mail
    SubscriberState.CONFIRMED: {SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED},
    SubscriberState.UNSUBSCRIBED: {SubscriberState.PENDING, SubscriberState.CONFIRMED},
    SubscriberState.BOUNCED: {
        SubscriberState.PENDING,
        SubscriberState.CONFIRMED,
        SubscriberState.UNSUBSCRIBED,
    },
}


class MailingState(models.TextChoices):
    SCHEDULED = "scheduled", _("scheduled")
    SENDING = "sending", _("being sent")
    PAUSED = "paused", _("paused")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("cancelled")


MAILING_TRANSITIONS = {
    MailingState.SCHEDULED: {MailingState.SENDING, MailingState.PAUSED, MailingState.CANCELLED},
    MailingState.SENDING: {MailingState.PAUSED, MailingState.SENT},
    MailingState.PAUSED: {MailingState.SCHEDULED, MailingState.SENDING, MailingState.CANCELLED},
    MailingState.CANCELLED: {MailingState.SCHEDULED},
    MailingState.SENT: set(),
}


class RecipientState(models.TextChoices):
    PENDING = "pending", _("to send")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused by the mail server")
    SKIPPED = "skipped", _("unsubscribed before")
    BOUNCED = "bounced", _("came back")
    COMPLAINED = "complained", _("called unwanted")


def is_allowed(source: str, target: str) -> bool:
    """Return whether a subscriber may change from one state to the other. The same state is always allowed."""
    return source == target or target in TRANSITIONS.get(SubscriberState(source), set())


def is_mailing_allowed(source: str, target: str) -> bool:
    """Return whether a mailing may change from one state to the other."""
    return target in MAILING_TRANSITIONS[MailingState(source)]

"""Somebody's subscription with the proof of consent, for their own space."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from . import access
from .actions import subscribers as actions
from .models import Subscriber


def told(one: Subscriber) -> dict:
    return {
        "state": one.get_state_display(),
        "language": one.language,
        "topics": [topic.name for topic in access.topics_of(one)],
        "consent": [
            {"what": event.get_kind_display(), "at": event.at.isoformat(), "where": event.page}
            for event in one.consents.order_by("at")
        ],
    }


def forget(one: Subscriber) -> None:
    actions.erase(subscriber=one)


personal.register("newsletter")(Holding(_("Newsletter"), access.subscribed_under, told, forget))

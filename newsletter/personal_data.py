"""Personal data: a person's subscription with the proof of consent."""

from django.utils.translation import gettext_lazy as _

from home.extensions.personal_data import PersonalDataHolding, personal_data_holdings
from home.models import ConsentText

from . import access
from .actions import subscribers as actions
from .models import Subscriber


def export_row(one: Subscriber) -> dict:
    return {
        "state": one.get_state_display(),
        "language": one.language,
        "topics": [topic.name for topic in access.topics_of(one)],
        "consent": [
            {
                "what": event.get_kind_display(),
                "at": event.at.isoformat(),
                "where": event.page,
                "text": ConsentText.text_of(event.wording),
            }
            for event in one.consents.order_by("at")
        ],
    }


def erase_row(one: Subscriber) -> None:
    actions.erase_subscriber(subscriber=one)


personal_data_holdings.register("newsletter")(
    PersonalDataHolding(_("Newsletter"), access.subscriber_by_address, export_row, erase_row)
)

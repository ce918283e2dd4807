"""Deliveries in any situation."""

import factory
from factory.django import DjangoModelFactory

from eservices.deliveries.models import Delivery


class DeliveryFactory(DjangoModelFactory):
    """An e-mail that is due."""

    class Meta:
        model = Delivery

    carrier = "email"
    recipient = factory.Sequence(lambda n: f"resident{n}@example.org")
    title = "Your request has arrived"
    payload = factory.LazyAttribute(
        lambda self: {
            "subject": self.title,
            "text": "We read it on Monday.\n",
            "html": "<p>We read it on Monday.</p>",
            "attachments": [],
            "headers": {},
            "language": "en",
        }
    )


class SmsFactory(DeliveryFactory):
    """An SMS that is due."""

    carrier = "sms"
    recipient = "+41791234567"
    title = "Your room is booked"
    payload = {"text": "Your room is booked"}

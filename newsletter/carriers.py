"""Who tells Mailchimp about subscribers, and has it try a letter, one after the other."""

from django.conf import settings

from eservices.deliveries.carriers import CannotCarry, carriers
from eservices.deliveries.models import Delivery

from .backends.mailchimp import api, backend, members
from .models import Subscriber


class MailchimpCarrier:
    """Of a subscriber, how they stand when it is carried counts, not when it was written."""

    label = "Mailchimp"

    @property
    def ready(self) -> bool:
        return settings.NEWSLETTER_BACKEND == "mailchimp"

    def carry(self, delivery: Delivery) -> None:
        payload = delivery.payload
        try:
            if test := payload.get("test"):
                backend.try_out(test, delivery.recipient, delivery.pk.hex)
            elif names := payload.get("rename"):
                members.rename(*names)
            elif moved := payload.get("moved"):
                reader = Subscriber.objects.filter(pk=moved).first()
                members.move(reader, delivery.recipient, payload["to"])
            elif payload.get("ask"):
                members.pull(delivery.recipient)
            elif subscriber := Subscriber.objects.filter(pk=payload.get("subscriber")).first():
                members.push(subscriber)
            else:
                members.forget(delivery.recipient)
        except api.Refused as refused:
            raise CannotCarry(str(refused)) from refused

    def probe(self) -> None:
        api.ping()


carriers.register("mailchimp")(MailchimpCarrier())

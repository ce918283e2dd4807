"""The transport that synchronizes subscribers with Mailchimp and sends tests through it."""

from django.conf import settings

from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import PermanentFailure

from .backends.mailchimp import api, backend, members
from .models import Subscriber


class MailchimpTransport:
    """The transport to Mailchimp, which sends the state of a subscriber at the time of the transport."""

    label = "Mailchimp"

    @property
    def ready(self) -> bool:
        return settings.NEWSLETTER_BACKEND == "mailchimp"

    def deliver(self, delivery: Delivery) -> None:
        payload = delivery.payload
        try:
            if test := payload.get("test"):
                backend.send_test_campaign(test, delivery.recipient, delivery.pk.hex)
            elif names := payload.get("rename"):
                members.rename_tag(*names)
            elif moved := payload.get("moved"):
                reader = Subscriber.objects.filter(pk=moved).first()
                members.apply_address_change(reader, delivery.recipient, payload["to"])
            elif payload.get("ask"):
                members.pull_member(delivery.recipient)
            elif subscriber := Subscriber.objects.filter(pk=payload.get("subscriber")).first():
                members.push_member(subscriber)
            else:
                members.delete_member(delivery.recipient)
        except api.MailchimpRefused as refused:
            raise PermanentFailure(str(refused)) from refused

    def probe(self) -> None:
        api.check_connection()

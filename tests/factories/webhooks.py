"""Endpoints of webhooks, and a receiver that remembers what it got."""

from collections.abc import Iterator
from contextlib import contextmanager

import factory
from factory.django import DjangoModelFactory

from eservices.connectors.webhooks import actions
from eservices.connectors.webhooks.models import WebhookEndpoint
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from tests.support.local_servers import Handler, Server, serving


class EndpointFactory(DjangoModelFactory):
    """An endpoint with its key, for all events."""

    class Meta:
        model = WebhookEndpoint
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Population {n}")
    url = "https://erp.example/hooks"

    @factory.post_generation
    def key(self, create, version, **fields):
        actions.add_first_key(actor=None, endpoint=self, **({"version": version} if version else {}))


class ReceiverHandler(Handler):
    """Remembers messages and answers with the status and headers that the test sets."""

    def do_POST(self):
        self.server.got.append((dict(self.headers), self.read()))
        status, headers = self.server.answers.get(self.path, (204, {}))
        self.say(status, headers=headers)

    def do_GET(self):
        self.server.got.append((dict(self.headers), b"GET"))
        self.say(200)


@contextmanager
def receiving() -> Iterator[Server]:
    """Run a receiver within the block. Its ``answers``: status and headers by path."""
    server = Server(ReceiverHandler)
    server.got, server.answers = [], {}
    with serving(server):
        yield server


def messages() -> list[Delivery]:
    """Return the deliveries of webhooks in the order in which they were written."""
    return list(Delivery.objects.filter(carrier=actions.CARRIER).order_by("webhook__pk"))


def send_due() -> None:
    """Send the messages that are due, as a worker does, in the order in which they were written."""
    for delivery in messages():
        attempt_delivery(str(delivery.pk))

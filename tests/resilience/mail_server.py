"""A mail server on the loopback that stores what it accepts, and refuses for a while on request."""

from collections import Counter
from email import message_from_bytes

from aiosmtpd.controller import Controller

from tests.benchmarks.server import HOST, free_port


class Mailroom:
    """Counts of accepted e-mails: ``received`` by Message-ID."""

    def __init__(self):
        self.received: Counter[str] = Counter()
        self.refusing = False
        self.refused = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refusing:
            self.refused += 1
            return "451 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.received[message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 OK"


def started(room: Mailroom) -> Controller:
    """Start the server on a free port; it accepts mail until it is stopped."""
    controller = Controller(room, hostname=HOST, port=free_port())
    controller.start()
    return controller

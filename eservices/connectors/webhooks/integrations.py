"""Registration at an extension point: the transport of webhooks."""

from eservices.deliveries.transports import transports

from .actions import CARRIER
from .transport import WebhookTransport

transports.register(CARRIER)(WebhookTransport())

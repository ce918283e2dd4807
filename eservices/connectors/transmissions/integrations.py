"""Registration at an extension point: the transport to connected systems."""

from eservices.deliveries.transports import transports

from .actions import CARRIER
from .transport import TransmissionTransport

transports.register(CARRIER)(TransmissionTransport())

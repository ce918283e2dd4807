"""Registration at an extension point: the transport of accounting files."""

from eservices.deliveries.transports import transports

from .actions import CARRIER
from .transport import AccountingTransport

transports.register(CARRIER)(AccountingTransport())

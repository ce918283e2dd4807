"""Registrations at extension points: document stores, and the transport to the configured one.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
"""

from eservices.deliveries.transports import transports

from .contrib.folder import FolderStore
from .contrib.webdav import WebDavStore
from .document_store import document_stores
from .document_store_transport import CARRIER, DocumentStoreTransport

document_stores.register("directory")(FolderStore)
document_stores.register("webdav")(WebDavStore)  # without TLS: for tests and for a server on the same machine
document_stores.register("webdavs")(WebDavStore)

transports.register(CARRIER)(DocumentStoreTransport())

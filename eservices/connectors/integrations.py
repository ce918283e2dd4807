"""Registrations at extension points: document stores, and the transport to the configured one.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
"""

from eservices.deliveries.transports import transports

from .business_system import business_systems, exchange_formats
from .contrib.exchange_folder import ExchangeFolder
from .contrib.exchange_sftp import ExchangeSftp
from .contrib.folder import FolderStore
from .contrib.http_system import HttpSystem
from .contrib.webdav import WebDavStore
from .document_store import document_stores
from .document_store_transport import CARRIER, DocumentStoreTransport
from .exchange_formats.csv_format import CsvFormat
from .exchange_formats.ech_format import EchFormat
from .exchange_formats.fixed_width_format import FixedWidthFormat
from .exchange_formats.json_format import JsonFormat
from .exchange_formats.xlsx_format import XlsxFormat

document_stores.register("directory")(FolderStore)
document_stores.register("webdav")(WebDavStore)  # without TLS: for tests and for a server on the same machine
document_stores.register("webdavs")(WebDavStore)

transports.register(CARRIER)(DocumentStoreTransport())

exchange_formats.register("csv")(CsvFormat)
exchange_formats.register("xlsx")(XlsxFormat)
exchange_formats.register("json")(JsonFormat)
exchange_formats.register("fixed_width")(FixedWidthFormat)
exchange_formats.register("ech")(EchFormat)

business_systems.register("folder")(ExchangeFolder)
business_systems.register("sftp")(ExchangeSftp)
business_systems.register("http")(HttpSystem)

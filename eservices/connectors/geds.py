"""The document stores that come with the product."""

from .contrib.folder import FolderStore
from .contrib.webdav import WebDavStore
from .document_store import document_stores

document_stores.register("directory")(FolderStore)
document_stores.register("webdav")(WebDavStore)  # without TLS: for tests and for a server on the same machine
document_stores.register("webdavs")(WebDavStore)

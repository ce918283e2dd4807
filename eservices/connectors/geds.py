"""The systems that come with the product."""

from .contrib.directory import Directory
from .contrib.webdav import WebDav
from .ged import geds

geds.register("directory")(Directory)
geds.register("webdav")(WebDav)  # without TLS: for tests and for a machine of its own
geds.register("webdavs")(WebDav)

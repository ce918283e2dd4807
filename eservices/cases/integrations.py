"""Registrations at extension points: the archive of cases that comes with the product.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
"""

from .retention.archive import PrivateStorageArchive, case_archives

case_archives.register("private_storage")(PrivateStorageArchive)

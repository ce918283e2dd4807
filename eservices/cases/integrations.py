"""The archive of cases that comes with the product."""

from .retention.archive import PrivateStorageArchive, case_archives

case_archives.register("private_storage")(PrivateStorageArchive)

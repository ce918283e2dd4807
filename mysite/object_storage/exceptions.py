"""Exceptions of the object storage."""


class ObjectStorageUnavailable(OSError):
    """The object storage did not answer, or refused."""

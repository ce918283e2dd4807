"""Storage of files in an S3-compatible object store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urljoin

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.deconstruct import deconstructible
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3File, S3Storage
from storages.utils import clean_name

from home.runtime.outages import FileStorageUnavailable

NO_FILE = {"404", "NoSuchKey"}  # a missing bucket is no missing file: a backup of it would be empty
IN_MEMORY = 5 * 1024 * 1024  # bytes; larger files wait on the disk while they are read


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise ``FileNotFoundError`` or ``FileStorageUnavailable`` instead of the library's errors.

    Callers know both from disks. The message names no key and no file.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in NO_FILE:
            raise FileNotFoundError(code) from error
        raise FileStorageUnavailable(f"The object storage refused: {code}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise FileStorageUnavailable(f"The object storage failed: {type(error).__name__}") from error


def with_store_errors[**Given, Result](act: Callable[Given, Result]) -> Callable[Given, Result]:
    """Decorate a method to raise the errors of ``store_errors``."""

    @wraps(act)
    def translated(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        with store_errors():
            return act(*args, **kwargs)

    return translated


class ObjectFile(S3File):
    """A file of the store, which is fetched when it is read first."""

    @with_store_errors
    def _get_file(self):
        return super()._get_file()

    file = property(_get_file, S3File._set_file)


@deconstructible
class ObjectStorage(S3Storage):
    """A bucket or a folder of one. Names are never written twice, and its failures are those of a disk.

    ``alias``: its name in ``STORAGES``.
    """

    def __init__(self, alias: str):
        super().__init__(**settings.OBJECT_STORAGE[alias])

    def get_default_settings(self) -> dict[str, Any]:
        """Return the library's defaults, without those it takes from the environment."""
        return super().get_default_settings() | {
            "access_key": None,
            "secret_key": None,
            "security_token": None,
            "session_profile": None,
            "file_overwrite": False,
            "max_memory_size": IN_MEMORY,
            "transfer_config": TransferConfig(use_threads=False),
            "base_url": None,
        }

    @with_store_errors
    def _open(self, name, mode="rb"):
        return ObjectFile(self._normalize_name(clean_name(name)), mode, self)

    def url(self, name: str) -> str:
        """Return the address for browsers, which is never signed: private files are opened by views that check."""
        return urljoin(self.base_url, filepath_to_uri(clean_name(name)))

    _save = with_store_errors(S3Storage._save)
    delete = with_store_errors(S3Storage.delete)
    exists = with_store_errors(S3Storage.exists)
    listdir = with_store_errors(S3Storage.listdir)
    size = with_store_errors(S3Storage.size)
    get_modified_time = with_store_errors(S3Storage.get_modified_time)

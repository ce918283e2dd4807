"""Backups in a bucket of S3, or of a service with the same protocol.

boto3 is used directly: django-storages names no version of Django after 5.1, reads each object into memory before its
first byte, and takes what it is not told from settings of the site's own files.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import SplitResult, unquote

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File

from mysite.object_storage.credentials import parse_credentials

from ..exceptions import BackupError
from .target_base import MAKE_ROOM, BackupTarget, refuse_open_secret

CLIENT = Config(
    connect_timeout=15,
    read_timeout=120,
    retries={"mode": "standard", "total_max_attempts": 3},
    # age finds every change. Services other than Amazon's do not know the checksums that boto3 adds by itself.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# One request for each object, because nobody deletes the parts of a killed process. One request may have 5 GB.
TRANSFER = TransferConfig(
    multipart_threshold=4 * 1024**3, multipart_chunksize=64 * 1024**2, use_threads=False
)
NO_OBJECT = {"404", "NoSuchKey"}
FULL = {"QuotaExceeded", "InsufficientStorage", "InsufficientCapacity", "XMinioStorageFull", "507"}
REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403"}
ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "301", "400"}


class S3Target(BackupTarget):
    """Objects of a bucket, below a prefix. S3 shows only complete objects."""

    errors = (OSError, BotoCoreError, ClientError)

    def __init__(self, url: SplitResult):
        self.bucket = url.netloc
        self.prefix = f"{folder}/" if (folder := unquote(url.path).strip("/")) else ""

    @cached_property
    def client(self):
        """The client of the service, which connects when it is needed first."""
        session = boto3.Session(**read_credentials())
        region, endpoint = settings.BACKUP_S3_REGION or None, settings.BACKUP_S3_ENDPOINT or None
        return session.client("s3", region_name=region, endpoint_url=endpoint, config=CLIENT)

    # -- Objects -------------------------------------------------------------------------------------------
    def _open(self, name, mode="rb"):
        try:
            return File(self.client.get_object(**self._named(name))["Body"])
        except ClientError as error:
            if code_of(error) in NO_OBJECT:
                raise FileNotFoundError(name) from error
            raise

    def _save(self, name, content):
        if name.endswith(".json"):  # the index, by which a backup is one
            # A service that does not know the condition ignores it.
            self.client.put_object(**self._named(name), Body=content.read(), IfNoneMatch="*")
        else:
            self.client.upload_fileobj(content, **self._named(name), Config=TRANSFER)
        return name

    def delete(self, name):
        self.client.delete_object(**self._named(name))

    def exists(self, name):
        try:
            self.client.head_object(**self._named(name))
        except ClientError as error:
            if code_of(error) in NO_OBJECT:
                return False
            raise
        return True

    def listdir(self, path):
        folder = f"{self.prefix}{path}/"
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=folder, Delimiter="/"
        )
        folders, files = [], []
        for page in pages:
            folders += [one["Prefix"][len(folder) : -1] for one in page.get("CommonPrefixes", ())]
            files += [one["Key"][len(folder) :] for one in page.get("Contents", ())]
        return folders, files

    def _named(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + name}

    # -- Failures ------------------------------------------------------------------------------------------
    def advise(self, error):
        code = code_of(error) if isinstance(error, ClientError) else ""
        if code in FULL:
            return MAKE_ROOM
        if code in REFUSED:
            return "see that the key in BACKUP_S3_CREDENTIALS may list, read, write and delete in the bucket"
        if code in ELSEWHERE:
            return "set BACKUP_S3_REGION and BACKUP_S3_ENDPOINT to those of the bucket"
        return {
            "": "see that this machine reaches BACKUP_S3_ENDPOINT and stays connected",
            "NoSuchBucket": f"create the bucket {self.bucket}, closed to the public, or name another in BACKUP_URL",
            "PreconditionFailed": "a backup of this name is there, so set the clock of this machine right",
            "RequestTimeTooSkewed": "set the clock of this machine right",
        }.get(code, "see BACKUP_URL")


def code_of(error: ClientError) -> str:
    """Return the code of a refusal."""
    return error.response.get("Error", {}).get("Code", "")


def read_credentials() -> Mapping[str, str]:
    """Return the key of ``BACKUP_S3_CREDENTIALS``, a file as the programs of Amazon read it."""
    if not settings.BACKUP_S3_CREDENTIALS:
        raise BackupError("BACKUP_S3_CREDENTIALS is empty: name the file with the key of the S3 service.")
    path = Path(settings.BACKUP_S3_CREDENTIALS)
    refuse_open_secret(path, "BACKUP_S3_CREDENTIALS")
    try:
        return parse_credentials(path)
    except ValueError as error:
        raise BackupError(f"BACKUP_S3_CREDENTIALS: {error}") from error

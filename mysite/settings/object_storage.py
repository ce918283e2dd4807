"""Settings of S3-compatible object storage. This is the one place that knows how its addresses are written."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ..object_storage.credentials import is_open_to_all, parse_credentials
from . import environment as env

BACKEND = "mysite.object_storage.storage.ObjectStorage"


def read_bucket(name: str) -> tuple[str, str] | None:
    """Return bucket and folder of an address such as ``s3://bucket/folder``; None if unset."""
    value = env.read_pattern(name, r"s3://[\w.-]+(/[\w.-]+)*/?", "s3://bucket or s3://bucket/folder")
    bucket, _slash, folder = value.removeprefix("s3://").partition("/")
    return (bucket, folder.strip("/")) if value else None


def read_credentials(name: str) -> dict[str, str]:
    """Return the key in the file ``name``. A secret in a variable would show in every list of the environment."""
    path = Path(env.read_text(name))
    if is_open_to_all(path):
        raise ImproperlyConfigured(f"{name}: every user of the machine can open {path}: chmod o-rwx {path}")
    try:
        found = parse_credentials(path)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error
    return {"access_key": found["aws_access_key_id"], "secret_key": found["aws_secret_access_key"]}


def read_buckets(media_url: str) -> dict[str, dict[str, Any]]:
    """Return the options of the storages that are in buckets, by their alias in ``STORAGES``.

    ``media_url``: where browsers find published files. That of private files leads nowhere, as on the disk.
    """
    buckets = {"default": read_bucket("MEDIA_STORE_URL"), "private": read_bucket("PRIVATE_STORE_URL")}
    endpoint, region = env.read_service_url("FILES_S3_ENDPOINT"), env.read_text("FILES_S3_REGION", "")
    used = {alias: place for alias, place in buckets.items() if place}
    if not used:
        return {}
    if len({bucket for bucket, _folder in used.values()}) < len(used):
        raise ImproperlyConfigured("MEDIA_STORE_URL and PRIVATE_STORE_URL: name two buckets.")
    service = read_credentials("FILES_S3_CREDENTIALS") | {
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "client_config": client_config(),
    }
    urls = {"default": media_url, "private": "/media/"}
    return {
        alias: service | {"bucket_name": bucket, "location": folder, "base_url": urls[alias]}
        for alias, (bucket, folder) in used.items()
    }


def storages_in(buckets: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the entries of ``STORAGES``. Wagtail writes their options into its tasks, so the key is not among them."""
    return {alias: {"BACKEND": BACKEND, "OPTIONS": {"alias": alias}} for alias in buckets}


def client_config() -> Any:
    """Return the configuration of the client, as servers other than Amazon's need it too.

    They may not know a bucket by a name of its own in the DNS, nor the check sums that boto3 adds by itself.
    """
    from botocore.config import Config  # only installations with object storage need this memory

    return Config(
        s3={"addressing_style": "path"},
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 3},
    )

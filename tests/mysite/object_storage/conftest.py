"""Stored files in the buckets of an S3 service of this process (moto)."""

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage, storages

from eservices.submissions.models import private_storage
from mysite.settings import object_storage
from tests.support.s3_server import s3_client, s3_server, write_credentials

BUCKETS = ("orvenay-media", "orvenay-private")


@pytest.fixture(scope="session")
def s3_url():
    with s3_server() as url:
        yield url


@pytest.fixture
def s3_environment(s3_url, monkeypatch, tmp_path):
    """Set the variables for two new buckets."""
    client = s3_client(s3_url)
    for name in BUCKETS:
        client.create_bucket(Bucket=name)
    monkeypatch.setenv("MEDIA_STORE_URL", "s3://orvenay-media/web")
    monkeypatch.setenv("PRIVATE_STORE_URL", "s3://orvenay-private")
    monkeypatch.setenv("FILES_S3_ENDPOINT", s3_url)
    monkeypatch.setenv("FILES_S3_CREDENTIALS", str(write_credentials(tmp_path / "s3.ini")))
    yield client
    for name in BUCKETS:
        for found in client.list_objects_v2(Bucket=name).get("Contents", ()):
            client.delete_object(Bucket=name, Key=found["Key"])
        client.delete_bucket(Bucket=name)


@pytest.fixture
def use_buckets(monkeypatch):
    """Return a function that stores files as the variables say.

    The fixture ``settings`` would not do: its signal would reset storages in memory, which other tests use.
    """

    def use() -> None:
        buckets = object_storage.read_buckets("/media/")
        monkeypatch.setattr(settings, "OBJECT_STORAGE", buckets)
        for alias, entry in object_storage.storages_in(buckets).items():
            monkeypatch.setitem(storages._storages, alias, storages.create_storage(entry))
        monkeypatch.setattr(default_storage, "_wrapped", storages["default"])
        for field in (field for model in apps.get_models() for field in model._meta.fields):
            if getattr(field, "_storage_callable", None) is private_storage:  # called when models are loaded
                monkeypatch.setattr(field, "storage", storages["private"])

    return use


@pytest.fixture
def s3_files(s3_environment, use_buckets):
    """Store media and private files in buckets. Return a client that sees both."""
    use_buckets()
    return s3_environment


@pytest.fixture
def media(s3_files):
    return storages["default"]


@pytest.fixture
def private(s3_files):
    return storages["private"]

"""Backups of an installation whose files are in buckets: they hold the contents, not the addresses."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError

from tests.mysite.backups.conftest import installation  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("s3_files")


def test_backup_of_buckets_is_proven_and_restored(installation):  # noqa: F811 - the fixture
    before = installation.contents()
    installation.backup("--prove")
    default_storage.delete("images/plan.png")
    storages["private"].save("files/later.txt", ContentFile(b"later"))

    installation.restore("--replace")

    assert installation.contents() == before


def test_backup_reports_buckets_that_do_not_answer(installation, s3_environment):  # noqa: F811 - the fixture
    s3_environment.delete_object(Bucket="orvenay-media", Key="web/images/plan.png")
    s3_environment.delete_bucket(Bucket="orvenay-media")
    try:
        with pytest.raises(CommandError, match="NoSuchBucket"):
            installation.backup()
        assert installation.complete() == []
    finally:
        s3_environment.create_bucket(Bucket="orvenay-media")

"""Backups on an SFTP server and in a bucket, from the first to the restored one."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from eservices.cases.models import Case
from mysite.backups.backup_store import BackupStore
from mysite.backups.models import Backup

from .conftest import MARK, empty_storages

pytestmark = pytest.mark.skipif(
    connection.vendor == "postgresql", reason="The place does not depend on the database"
)


@pytest.fixture
def remote(installation, remote_place):
    """A place on another machine, for the installation. It is named by the settings last."""
    return remote_place


def back_up(*options: str) -> str:
    """Make a backup and return its name."""
    call_command("backup", *options)
    return BackupStore().list_complete()[0]


def test_backup_on_another_machine_is_proven_and_restored(installation, remote):
    before = installation.contents()
    back_up("--prove")
    assert Backup.objects.get().proven_at
    assert all(MARK.encode() not in content for content in remote.files().values())
    empty_storages()
    Case.objects.all().update(reference="LOST")

    installation.restore("--replace")

    assert installation.contents() == before


def test_remote_place_gets_only_new_files_and_loses_old_ones(installation, remote, settings):
    first = back_up("--prove")
    objects = {name for name in remote.files() if name.startswith("objects/")}
    default_storage.save("images/new.png", ContentFile(b"new"))
    remote.put("objects/ab/left-by-a-killed-one.age", b"x")
    settings.BACKUP_KEEP = settings.BACKUP_KEEP.__class__(1, 0, 0)

    second = back_up("--prove")

    files = set(remote.files())
    assert BackupStore().list_complete() == [second]
    assert not any(first in name for name in files)
    assert objects <= files
    assert len({name for name in files if name.startswith("objects/")} - objects) == 1


def test_damaged_remote_backup_is_refused(installation, remote):
    older = installation.contents()
    first = back_up()
    default_storage.save("images/later.png", ContentFile(b"later" * 1000))
    objects = set(remote.files())
    back_up()
    later = installation.contents()
    [name] = {name for name in set(remote.files()) - objects if name.startswith("objects/")}
    whole = remote.files()[name]

    for damaged, what in (
        (whole[:-10], "damaged or incomplete"),
        (b"text", "not encrypted"),
        (None, "missing"),
    ):
        remote.put(name, damaged)
        with pytest.raises(CommandError, match=f"is damaged: media/images/later.png: it is {what}"):
            installation.restore("--replace")
    assert installation.contents() == later

    installation.restore(first, "--replace")  # an older backup does not need it
    assert installation.contents() == older


def test_remote_backup_of_another_installation_is_refused(installation, remote, settings):
    before = installation.contents()
    back_up()
    settings.SECRET_KEY = "of another commune"
    with pytest.raises(CommandError, match="another installation"):
        installation.restore("--replace")
    installation.restore("--replace", "--foreign")
    assert installation.contents() == before

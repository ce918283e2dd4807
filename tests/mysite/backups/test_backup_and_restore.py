"""Backups: contents, encryption, restoring, and what happens if one of them is interrupted."""

import sqlite3
from contextlib import closing

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command
from django.db import connection

from eservices.cases.models import Case
from mysite.backups import backup_databases, creation, restoration
from mysite.backups.encryption import PROOF_KEY
from mysite.backups.models import Backup
from mysite.backups.targets.folder_target import FolderTarget

from .conftest import MARK, empty_storages


def modes(folder) -> set[str]:
    return {oct(one.stat().st_mode & 0o777) for one in folder.rglob("*") if one.is_file()}


def lose_everything(installation) -> None:
    empty_storages()
    Case.objects.all().update(reference="LOST")


# -- Contents ----------------------------------------------------------------------------------------------------
def test_backup_restores_rows_and_files(installation):
    before = installation.contents()
    installation.backup()
    lose_everything(installation)
    default_storage.save("images/later.png", ContentFile(b"later"))

    installation.restore("--replace")

    assert installation.contents() == before


def test_replaced_contents_are_set_aside(installation, settings):
    installation.backup()
    default_storage.save("images/later.png", ContentFile(b"later"))

    installation.restore("--replace")

    [aside] = settings.VAR_DIR.glob("before-restore-*")
    assert (aside / "media" / "images" / "later.png").read_bytes() == b"later"
    assert (aside / "database.dump").stat().st_size
    assert modes(aside) == {"0o600"}


def test_second_backup_writes_only_new_files(installation):
    installation.backup()
    first = {one: one.stat().st_mtime_ns for one in installation.objects()}
    default_storage.save("images/new.png", ContentFile(b"new"))
    default_storage.save("images/copy-of-plan.png", ContentFile(MARK.encode() * 1000))

    installation.backup()

    assert first.items() <= {one: one.stat().st_mtime_ns for one in installation.objects()}.items()
    assert len(installation.objects()) == len(first) + 1


def test_place_of_backups_learns_nothing(installation):
    installation.backup()
    for file in installation.place.rglob("*"):
        assert not file.is_file() or MARK.encode() not in file.read_bytes()
        assert "plan" not in file.name
    assert modes(installation.place) == {"0o600"}


def test_unencrypted_copies_are_deleted(installation, settings):
    installation.backup("--prove")
    assert {one.name for one in settings.VAR_DIR.iterdir()} == {"locks", PROOF_KEY}
    assert modes(settings.VAR_DIR) == {"0o600"}


def test_rows_written_meanwhile_are_in_the_next_backup(installation, monkeypatch):
    """The digests are of the snapshot, so that the proof fails if dump and digests were of different moments."""
    digest_tables = creation.digest_tables

    def write_meanwhile(cursor, vendor):
        with closing(connection.copy()) as other, other.cursor() as writing:
            writing.execute(
                "INSERT INTO home_heartbeat (name, at) VALUES ('meanwhile', '2026-11-25 08:00:00')"
            )
        return digest_tables(cursor, vendor)

    monkeypatch.setattr(creation, "digest_tables", write_meanwhile)
    installation.backup("--prove")
    installation.restore("--replace")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM home_heartbeat WHERE name = 'meanwhile'")
        assert cursor.fetchone() == (0,)


def test_file_that_a_row_names_and_is_gone_is_reported(installation, capsys):
    name = installation.case.submission.files.get().content.name
    storages["private"].delete(name)
    installation.backup("--prove")
    installation.restore("--replace")
    assert f"missing at the backup: private/{name}" in capsys.readouterr().out


# -- Proof -------------------------------------------------------------------------------------------------------
def test_proof_compares_everything(installation, capsys):
    installation.backup("--prove")
    assert "Restored and equal:" in capsys.readouterr().out
    row = Backup.objects.get()
    assert row.proven_at
    assert (row.error, row.proof_error) == ("", "")


def test_proof_finds_a_changed_event(installation):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE eservices_cases_caseevent SET kind = 'refused' WHERE number = 1")
    with pytest.raises(CommandError, match=r"audit log: "):
        installation.backup("--prove")
    assert "audit log" in Backup.objects.get().proof_error


def test_failed_proof_deletes_no_older_backup(installation, settings):
    settings.BACKUP_KEEP = settings.BACKUP_KEEP.__class__(1, 0, 0)
    first = installation.backup("--prove")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE eservices_cases_caseevent SET kind = 'refused' WHERE number = 1")
    with pytest.raises(CommandError):
        installation.backup("--prove")
    assert first in installation.complete()


def test_proven_backup_replaces_those_not_retained(installation, settings):
    settings.BACKUP_KEEP = settings.BACKUP_KEEP.__class__(1, 0, 0)
    default_storage.save("images/old.png", ContentFile(b"old"))
    installation.backup("--prove")
    default_storage.delete("images/old.png")
    before = len(installation.objects())
    second = installation.backup("--prove")
    assert installation.complete() == [second]
    assert len(installation.objects()) == before - 1


def test_backup_under_a_clock_set_back_is_proven_and_stays(installation, settings, monkeypatch):
    settings.BACKUP_KEEP = settings.BACKUP_KEEP.__class__(1, 0, 0)
    later = installation.backup("--prove")
    earlier = "20260101T000000000000Z"
    monkeypatch.setattr(creation, "create_name", lambda: earlier)
    installation.backup("--prove")
    assert installation.complete() == [later, earlier]
    assert Backup.objects.get(name=earlier).proven_at


def test_backup_without_proof_replaces_those_not_retained(installation, settings):
    settings.BACKUP_PROOF, settings.BACKUP_KEEP = False, settings.BACKUP_KEEP.__class__(1, 0, 0)
    installation.backup()
    second = installation.backup()
    assert installation.complete() == [second]


def test_proof_without_the_private_key_uses_that_of_the_machine(installation, settings):
    installation.backup()
    call_command("restore", "--prove")
    settings.BACKUP_PROOF = False
    (settings.VAR_DIR / PROOF_KEY).unlink()
    installation.backup()
    with pytest.raises(CommandError, match="--identity"):
        call_command("restore", "--prove")
    installation.restore("--prove")


# -- Bad input ---------------------------------------------------------------------------------------------------
def refuse(installation, message: str, *options: str) -> None:
    """Check that the restore is refused with a sentence and changes nothing."""
    before = installation.contents()
    with pytest.raises(CommandError, match=message):
        installation.restore(*options)
    assert installation.contents() == before


def test_restore_over_contents_is_refused(installation):
    installation.backup()
    refuse(installation, "with --replace")


def test_restore_without_a_backup_is_refused(installation):
    refuse(installation, "no complete backup here")
    installation.backup()
    refuse(installation, "no complete backup x here", "x", "--replace")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-10],
        lambda content: content[:150] + bytes([content[150] ^ 128]) + content[151:],
        lambda content: b"plain text",
    ],
    ids=["empty", "cut off", "changed", "not encrypted"],
)
@pytest.mark.parametrize("part", ["object", "database", "manifest", "index"])
def test_damaged_backup_is_refused(installation, part, damage):
    name = installation.backup()
    paths = {
        "object": max(installation.objects(), key=lambda one: one.stat().st_size),
        "database": installation.place / "backups" / f"{name}.database.age",
        "manifest": installation.place / "backups" / f"{name}.manifest.age",
        "index": installation.place / "backups" / f"{name}.json",
    }
    path = paths[part]
    if part == "index":
        path.write_bytes(damage(path.read_bytes())[:200])
    else:
        path.write_bytes(damage(path.read_bytes()))
    refuse(installation, "damaged|cannot be read", "--replace")


def test_missing_object_is_refused_and_rewritten(installation):
    installation.backup()
    installation.objects()[0].unlink()
    refuse(installation, "it is missing.*--rewrite", "--replace")
    installation.backup("--rewrite", "--prove")
    installation.restore("--replace")


def test_backup_of_another_installation_is_refused(installation, settings):
    before = installation.contents()
    installation.backup()
    settings.SECRET_KEY = "of another commune"
    refuse(installation, "another installation", "--replace")
    installation.restore("--replace", "--foreign")
    assert installation.contents() == before


def test_backup_under_an_earlier_secret_key_is_restored(installation, settings):
    installation.backup()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    installation.restore("--replace")


def test_backup_for_another_key_is_refused(installation, tmp_path, capsys):
    installation.backup()
    call_command("backup", "--new-key")
    installation.key.write_text(capsys.readouterr().out.partition("\n")[2])
    refuse(installation, "None of the keys here opens this backup", "--replace")
    installation.key.write_text("no key")
    refuse(installation, "cannot be read as a private key", "--replace")


def test_new_recipient_opens_the_next_backup(installation, settings, capsys):
    installation.backup()
    settings.BACKUP_PROOF = False
    capsys.readouterr()
    call_command("backup", "--new-key")
    printed = capsys.readouterr()
    settings.BACKUP_RECIPIENTS = [printed.err.strip().partition("=")[2]]
    installation.backup()
    installation.key.write_text(printed.out)
    installation.restore("--replace")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vendor": "oracle"}, "set DATABASE_URL"),
        ({"migrations": ["home.9999_later"]}, r"newer release \(it has home.9999_later\)"),
        ({"format": 2}, ""),
    ],
    ids=["database", "release", "format"],
)
def test_unsuitable_backup_is_refused(installation, monkeypatch, change, message):
    manifest = creation.Manifest
    monkeypatch.setattr(creation, "Manifest", lambda **fields: manifest(**(fields | change)))
    if not message:
        monkeypatch.setattr("mysite.backups.backup_store.FORMAT", 2)
    installation.backup()
    monkeypatch.undo()
    refuse(installation, message or "made by a newer release", "--replace")


def test_manifest_of_another_backup_is_refused(installation):
    first, second = installation.backup(), installation.backup()
    manifests = [installation.place / "backups" / f"{name}.manifest.age" for name in (first, second)]
    manifests[1].write_bytes(manifests[0].read_bytes())
    refuse(installation, "another backup", second, "--replace")


def test_restore_that_does_not_fit_is_refused(installation, monkeypatch):
    installation.backup()
    usage = restoration.shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(restoration.shutil, "disk_usage", lambda path: usage)
    refuse(installation, "0 MB are free: make room", "--replace")


def test_backup_without_place_or_key_is_refused(installation, settings):
    (installation.folder / "place").rename(installation.folder / "unmounted")
    with pytest.raises(CommandError, match="is missing: mount or create it"):
        call_command("backup")
    settings.BACKUP_URL = ""
    with pytest.raises(CommandError, match="BACKUP_URL is empty"):
        call_command("backup")
    settings.BACKUP_RECIPIENTS = []
    with pytest.raises(CommandError, match="BACKUP_RECIPIENTS is empty"):
        call_command("backup")


def test_two_backups_at_once_are_refused(installation):
    with (
        creation.exclusive_backup(),
        pytest.raises(CommandError, match="Another backup or restore is running"),
    ):
        call_command("backup")


# -- Interruptions -----------------------------------------------------------------------------------------------
class FullAfter(FolderTarget):
    """A folder on a disk that is full after some files."""

    left = 0

    def _save(self, name, content):
        if FullAfter.left <= 0:
            raise OSError(28, "No space left on device")
        FullAfter.left -= 1
        return super()._save(name, content)


def test_backup_interrupted_at_any_step_spoils_nothing(installation, monkeypatch):
    first = installation.backup("--prove")
    default_storage.save("images/a.png", ContentFile(b"a"))
    default_storage.save("images/b.png", ContentFile(b"b"))
    monkeypatch.setattr("mysite.backups.backup_targets.FolderTarget", FullAfter)
    for written in range(5):  # two files, the database, the manifest and the index
        FullAfter.left = (
            min(written, 1) if written < 3 else written - 2
        )  # a file stays from the attempt before
        with pytest.raises(CommandError, match="make room there"):
            call_command("backup")
        assert installation.complete() == [first]
        assert "make room" in Backup.objects.first().error
    monkeypatch.undo()
    call_command("restore", first, "--prove")
    installation.backup("--prove")
    assert not list(installation.place.rglob("*.part"))


def test_restore_interrupted_among_files_continues(installation, monkeypatch):
    before = installation.contents()
    installation.backup()
    lose_everything(installation)
    lost = installation.contents()["cases"]

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.InMemoryStorage.save", fail)
        with pytest.raises(CommandError, match="run the same command again"):
            installation.restore("--replace")
    assert installation.contents()["cases"] == lost
    installation.restore("--replace")
    assert installation.contents() == before


def test_restore_interrupted_in_the_database_changes_nothing(installation, monkeypatch):
    installation.backup()
    Case.objects.all().update(reference="LATER")
    later = installation.contents()
    fetch_all = restoration.fetch_all

    def spoil(*args):
        dump = fetch_all(*args)
        dump.write_bytes(dump.read_bytes()[:-2000])
        return dump

    with monkeypatch.context() as patch:
        patch.setattr(restoration, "fetch_all", spoil)
        with pytest.raises(CommandError):
            installation.restore("--replace")
    assert installation.contents() == later
    installation.restore("--replace")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite does not know who is connected")
def test_restore_beside_a_running_site_is_refused(installation):
    installation.backup()
    site = connection.copy()
    with site.cursor():
        refuse(installation, "stop site, worker and scheduler", "--replace")
    site.close()


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL has no file")
def test_restored_database_file_is_closed(installation):
    installation.backup()
    installation.restore("--replace")
    path = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert backup_databases.Path(path).stat().st_mode & 0o777 == 0o600

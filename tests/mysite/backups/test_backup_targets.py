"""Places of backups: what they have in common, and how each refuses."""

import os
import pwd
import re
import stat
from urllib.parse import urlsplit

import pytest
import requests
from botocore.config import Config
from django.core.checks.registry import registry
from django.core.files.base import ContentFile

from mysite.backups.backup_store import BackupStore
from mysite.backups.backup_targets import configured_target, open_target
from mysite.backups.checks import check_backups
from mysite.backups.exceptions import BackupError
from mysite.backups.stored_files import walk_files
from mysite.backups.targets import s3_target
from mysite.doctor import examination
from mysite.doctor.findings import WARNING
from tests.support.cut_connection import cut_connection
from tests.support.s3_server import full_s3_server, write_credentials
from tests.support.sftp_server import sftp_server, write_ssh_key

from .places import SftpPlace

NAME = "objects/ab/cdef.age"
LARGE = bytes(range(256)) * 4_000  # 1 MB: more than one block of any protocol
INDEX = "20261125T080000000000Z"


@pytest.fixture(autouse=True)
def recipients(settings):
    settings.BACKUP_RECIPIENTS, settings.BACKUP_PROOF = (
        ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
        False,
    )


@pytest.fixture
def impatient(monkeypatch):
    """Make one attempt for each request: the waits between several take seconds."""
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    monkeypatch.setattr(s3_target, "CLIENT", s3_target.CLIENT.merge(once))


def refuse(message: str, act=lambda: BackupStore().list_complete()) -> None:
    """Check that ``act`` fails with one sentence."""
    with pytest.raises(BackupError, match=message) as refused:
        act()
    assert "\n" not in str(refused.value)
    assert "Traceback" not in str(refused.value)


# -- All places --------------------------------------------------------------------------------------------------
def test_saved_file_is_read_back_listed_and_deleted(place):
    target = configured_target()
    assert target.save(NAME, ContentFile(LARGE)) == NAME
    with target.open(NAME) as file:
        assert b"".join(file.chunks()) == LARGE
    assert target.listdir("objects") == (["ab"], [])
    assert list(walk_files(target, "objects")) == [NAME]
    assert target.exists(NAME)
    target.delete(NAME)
    target.delete(NAME)
    assert not target.exists(NAME)
    assert place.files() == {}


def test_missing_file_and_folder_are_recognized(place):
    target = configured_target()
    with pytest.raises(FileNotFoundError):
        target.open(NAME)
    assert list(walk_files(target, "objects")) == []
    assert BackupStore().list_complete() == []


def test_object_is_replaced_and_only_its_owner_reads_it(place):
    target = configured_target()
    target.save(NAME, ContentFile(LARGE))
    target.save(NAME, ContentFile(b"second"))
    assert place.files() == {NAME: b"second"}
    if place.keeps_modes:
        modes = {stat.S_IMODE(one.stat().st_mode) for one in place.folder.rglob("*")}
        assert modes == {0o600, 0o700}


def test_backup_is_never_overwritten(place):
    BackupStore().write_index(INDEX, ["first"])
    before = place.files()
    refuse("is there already", lambda: BackupStore().write_index(INDEX, ["second"]))
    assert place.files() == before
    assert BackupStore().list_complete() == [INDEX]


def test_unknown_place_is_refused():
    refuse("backups go to file://, sftp://, s3://", lambda: open_target("ftp://host/folder"))


def test_check_names_what_to_do_for_each_place(place, settings):
    assert check_backups(None) == []
    settings.BACKUP_SSH_KEY = settings.BACKUP_S3_CREDENTIALS = ""
    if urlsplit(settings.BACKUP_URL).scheme != "file":
        [warning] = check_backups(None)
        assert warning.id == "mysite_backups.W002"
        assert "is empty: name the file" in warning.msg


@pytest.mark.parametrize(
    ("kind", "setting", "value", "todo"),
    [
        ("sftp", "BACKUP_HOST_KEY", [], "set BACKUP_HOST_KEY=SHA256:"),
        ("sftp", "BACKUP_SSH_KEY", "/nowhere/key", "name a file that the user of the site can read"),
        ("s3", "BACKUP_S3_CREDENTIALS", "/nowhere/key", "name a file that the user of the site can read"),
        ("s3", "BACKUP_URL", "s3://there-is-none/x", "create the bucket there-is-none"),
    ],
    ids=["host key", "private key", "credentials", "bucket"],
)
def test_doctor_says_what_to_do_about_a_place(request, monkeypatch, settings, kind, setting, value, todo):
    request.getfixturevalue(f"{kind}_place")
    setattr(settings, setting, value)
    monkeypatch.setattr(registry, "get_checks", lambda **options: [check_backups])
    [finding] = examination.check_settings()
    assert finding.level == WARNING
    assert todo in finding.what
    assert finding.todo == "See Backup in docs/operations.md."


# -- Network and disk --------------------------------------------------------------------------------------------
def lead_through(place, settings, port: int) -> None:
    if isinstance(place, SftpPlace):
        place.configure(settings, port)
    else:
        place.configure(settings, f"http://127.0.0.1:{port}")


def port_of(place) -> int:
    return place.server.port if isinstance(place, SftpPlace) else urlsplit(place.url).port


def test_upload_that_breaks_off_leaves_no_object(remote_place, settings, impatient):
    BackupStore().write_index(INDEX, [])
    before = place_without_drafts(remote_place)
    with cut_connection(port_of(remote_place), sent=len(LARGE) // 2) as port:
        lead_through(remote_place, settings, port)
        store = BackupStore()
        refuse("stays connected. Earlier backups are intact", lambda: store._save(NAME, ContentFile(LARGE)))
    assert place_without_drafts(remote_place) == before

    remote_place.configure(settings)
    assert BackupStore().list_objects() == set()
    BackupStore().remove_unused()
    assert remote_place.files() == before


def place_without_drafts(place) -> dict[str, bytes]:
    return {name: content for name, content in place.files().items() if not name.endswith(".part")}


def test_download_that_breaks_off_is_not_taken_for_damage(remote_place, settings, impatient, capfd):
    configured_target().save(NAME, ContentFile(LARGE))
    with cut_connection(port_of(remote_place), received=len(LARGE) // 2) as port:
        lead_through(remote_place, settings, port)
        store = BackupStore()
        refuse("stays connected", lambda: store.read(NAME.removesuffix(".age"), print, []))
    assert "Traceback" not in capfd.readouterr().err


def test_unreachable_place_is_named(remote_place, settings, impatient):
    lead_through(remote_place, settings, 1)
    refuse("see that this machine reaches")


def test_full_disk_of_the_sftp_server_is_reported(tmp_path, settings):
    (tmp_path / "server").mkdir()
    with sftp_server(tmp_path / "server", largest_file=100_000) as server:
        place = SftpPlace(tmp_path / "remote", server)
        place.configure(settings)
        store = BackupStore()
        refuse("make room there", lambda: store._save(NAME, ContentFile(LARGE)))
        assert place_without_drafts(place) == {}
        store._save(NAME, ContentFile(b"small"))
        assert place.files() == {NAME: b"small"}


def test_full_disk_of_the_s3_service_is_reported(s3_place, settings, impatient):
    with full_s3_server() as url:
        s3_place.configure(settings, url)
        refuse("XMinioStorageFull.*make room there", lambda: BackupStore()._save(NAME, ContentFile(LARGE)))


# -- SFTP --------------------------------------------------------------------------------------------------------
def test_other_host_key_is_refused_before_signing_in(sftp_place, settings):
    log, shown = sftp_place.server.log, sftp_place.server.host_key
    other = shown[:-1] + ("A" if shown[-1] != "A" else "B")
    before = log.read_text()
    for known in ([], [other]):
        settings.BACKUP_HOST_KEY = known
        refuse(re.escape(f"BACKUP_HOST_KEY={shown}; else do not use it"))
    assert "Accepted" not in log.read_text().removeprefix(before)
    settings.BACKUP_HOST_KEY = [other, shown]
    assert BackupStore().list_complete() == []


def test_refused_key_is_reported(sftp_place, settings, tmp_path):
    write_ssh_key(tmp_path / "other.key")
    settings.BACKUP_SSH_KEY = str(tmp_path / "other.key")
    refuse("add the public key of BACKUP_SSH_KEY to the authorized keys")


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        (None, 0o600, "cannot be read"),
        ("no key", 0o600, "make one with `ssh-keygen"),
        ("no key", 0o644, "run `chmod o="),
    ],
    ids=["missing", "no key", "readable"],
)
def test_unusable_private_key_is_refused(sftp_place, settings, tmp_path, content, mode, message):
    path = tmp_path / "bad.key"
    settings.BACKUP_SSH_KEY = str(path)
    if content:
        path.write_text(content)
        path.chmod(mode)
    refuse(message)


def test_missing_folder_of_the_server_is_named(sftp_place):
    sftp_place.folder.rmdir()
    refuse("is missing on 127.0.0.1: create it")


def test_folder_below_the_home_of_the_user_is_found(sftp_place, settings):
    home = pwd.getpwuid(os.getuid()).pw_dir
    settings.BACKUP_URL = sftp_place.server.url("/~/" + os.path.relpath(sftp_place.folder, home))
    BackupStore().write_index(INDEX, [])
    assert list(sftp_place.files()) == [f"backups/{INDEX}.json"]


def test_server_that_is_read_only_is_reported(tmp_path, settings):
    (tmp_path / "server").mkdir()
    with sftp_server(tmp_path / "server", options="-R") as server:
        place = SftpPlace(tmp_path / "remote", server)
        place.configure(settings)
        refuse("Permission denied.*give .*/remote there to", lambda: BackupStore().write_index(INDEX, []))
        assert place.files() == {}


def test_server_without_the_rename_of_openssh_serves(tmp_path, settings):
    (tmp_path / "server").mkdir()
    with sftp_server(tmp_path / "server", options="-P posix-rename") as server:
        place = SftpPlace(tmp_path / "remote", server)
        place.configure(settings)
        target = configured_target()
        target.save(NAME, ContentFile(b"first"))
        target.save(NAME, ContentFile(b"second"))
        assert place.files() == {NAME: b"second"}


# -- S3 ----------------------------------------------------------------------------------------------------------
def test_missing_bucket_is_named(s3_place, settings):
    settings.BACKUP_URL = "s3://there-is-none/orvenay"
    refuse("create the bucket there-is-none, closed to the public")
    refuse("create the bucket there-is-none", lambda: BackupStore()._save(NAME, ContentFile(b"x")))


def test_refused_key_of_the_service_is_reported(s3_place, settings):
    requests.post(f"{s3_place.url}/moto-api/reset-auth", data=b"0", timeout=5)  # from now on keys are checked
    try:
        refuse("the key in BACKUP_S3_CREDENTIALS may list, read, write and delete")
    finally:
        requests.post(f"{s3_place.url}/moto-api/reset-auth", data=b"Infinity", timeout=5)


def test_service_itself_refuses_to_overwrite_a_backup(s3_place):
    """Two machines that ask at the same time both read that there is no such backup."""
    target = configured_target()
    target.save(f"backups/{INDEX}.json", ContentFile(b"first"))
    with pytest.raises(BackupError, match="PreconditionFailed"), target.failures():
        target.save(f"backups/{INDEX}.json", ContentFile(b"second"))


def test_unusable_credentials_are_refused(s3_place, settings, tmp_path):
    path = write_credentials(tmp_path / "bad.ini")
    settings.BACKUP_S3_CREDENTIALS = str(path)
    path.write_text("AKIAORVENAY:secret")
    refuse("aws_access_key_id=…")
    path.chmod(0o644)
    refuse("run `chmod o=")


def test_bucket_without_a_prefix_serves(s3_place, settings):
    settings.BACKUP_URL = f"s3://{s3_place.bucket}"
    BackupStore().write_index(INDEX, [])
    assert BackupStore().list_complete() == [INDEX]
    assert s3_place.files() == {f"backups/{INDEX}.json": b'{"format":1,"objects":[]}'}

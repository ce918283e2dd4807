"""An installation with a case, files and a place for backups."""

from pathlib import Path

import pyrage
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import call_command

from eservices.cases.models import Case
from mysite.backups.stored_files import walk_files
from tests.factories.cases import CaseFactory, stored
from tests.support.s3_server import s3_server
from tests.support.sftp_server import sftp_server

from .places import FolderPlace, S3Place, SftpPlace

MARK = "Zwetschgendatschi"  # in the contents of the installation, and nowhere at the place of the backups


class Installation:
    """The site under test: its place of backups, the operator's private key, and what is in it."""

    def __init__(self, folder: Path, case: Case, key: Path):
        self.folder, self.case, self.key = folder, case, key

    @property
    def place(self) -> Path:
        return self.folder / "place"

    def backup(self, *options: str) -> str:
        """Make a backup and return its name."""
        call_command("backup", *options)
        return self.complete()[0]

    def restore(self, *options: str) -> None:
        call_command("restore", *options, identity=self.key)

    def complete(self) -> list[str]:
        return sorted(
            (one.name.removesuffix(".json") for one in (self.place / "backups").glob("*.json")), reverse=True
        )

    def objects(self) -> list[Path]:
        return sorted(one for one in (self.place / "objects").rglob("*") if one.is_file())

    def contents(self) -> dict:
        """Return files and cases."""
        return {
            "cases": sorted(Case.objects.values_list("reference", "state")),
            **{
                f"{number} {name}": storage.open(name).read()
                for number, storage in enumerate((default_storage, storages["private"]))
                for name in walk_files(storage)
            },
        }


@pytest.fixture
def installation(transactional_db, settings, tmp_path):
    key = pyrage.x25519.Identity.generate()
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    settings.GED_URL = f"directory:{tmp_path / 'ged'}"
    settings.BACKUP_URL = f"file://{tmp_path / 'place'}"
    settings.BACKUP_RECIPIENTS = [str(key.to_public())]
    (tmp_path / "place").mkdir()
    (tmp_path / "operator.key").write_text(f"# the operator's\n{key}\n")
    empty_storages()
    case = CaseFactory(answers={"nom": MARK}, taken=True)
    stored(case)
    default_storage.save("images/plan.png", ContentFile(MARK.encode() * 1000))
    yield Installation(tmp_path, case, tmp_path / "operator.key")
    empty_storages()


def empty_storages() -> None:
    for storage in (default_storage, storages["private"]):
        for name in list(walk_files(storage)):
            storage.delete(name)


# -- Places ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def sftp(tmp_path_factory):
    """A running SFTP server."""
    with sftp_server(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture(scope="session")
def s3():
    """The address of a running S3 service."""
    with s3_server() as url:
        yield url


@pytest.fixture
def sftp_place(sftp, tmp_path, settings):
    place = SftpPlace(tmp_path / "remote", sftp)
    place.configure(settings)
    return place


@pytest.fixture
def s3_place(s3, tmp_path, settings):
    place = S3Place(tmp_path, s3)
    place.configure(settings)
    return place


@pytest.fixture(params=["folder", "sftp", "s3"])
def place(request, tmp_path, settings):
    """Each place of backups in turn, empty and named by the settings."""
    if request.param != "folder":
        return request.getfixturevalue(f"{request.param}_place")
    found = FolderPlace(tmp_path / "folder")
    found.configure(settings)
    return found


@pytest.fixture(params=["sftp", "s3"])
def remote_place(request):
    """Each place on another machine in turn."""
    return request.getfixturevalue(f"{request.param}_place")

"""File modes: other users of the machine read only published files."""

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

from django.core import checks
from django.db import connection

from eservices.connectors.contrib.folder import FolderStore
from mysite.settings.environment import split_url

ROOT = Path(__file__).resolve().parents[3]
PUBLISH = "from django.core.files.base import ContentFile as F; from django.core.files.storage import storages as s; "
SAVE = PUBLISH + "s['default'].save('a/b.txt', F(b'x')); s['private'].save('a/b.txt', F(b'x'))"
MAKE = (
    "from django.db import connection as c; c.ensure_connection(); c.cursor().execute('create table x (y)'); "
)


def modes(folder: Path) -> dict[str, int]:
    found = (path for path in folder.rglob("*") if path.name != "cache")
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in found}


def test_database_is_private_and_published_file_is_readable(tmp_path):
    run = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE + SAVE]
    environment = os.environ | {
        "COMMUNE_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "mysite.settings.dev",
        "DATABASE_URL": "",
    }
    subprocess.run(run, cwd=ROOT, env=environment, check=True, umask=0o022)
    found = modes(tmp_path)
    assert found["commune.sqlite3"] == 0o600
    assert (found["media"], found["media/a"], found["media/a/b.txt"]) == (0o755, 0o755, 0o644)
    assert (found["private"], found["private/a/b.txt"]) == (0o700, 0o600)


def test_transferred_case_in_a_folder_is_readable_by_its_group(tmp_path):
    ged = FolderStore(split_url(f"directory:{tmp_path}/ged"))
    assert ged.claim("2026/ORV-26-00001")
    ged.write("2026/ORV-26-00001/files/lettre.pdf", [b"x"], 1)
    found = modes(tmp_path)
    assert {mode for name, mode in found.items() if not name.endswith(".pdf")} == {0o750}
    assert found["ged/2026/ORV-26-00001/files/lettre.pdf"] == 0o640


def test_check_warns_of_a_readable_database_file(tmp_path, monkeypatch):
    file = tmp_path / "commune.sqlite3"
    sqlite3.connect(file).close()
    file.touch()
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setitem(connection.settings_dict, "NAME", file)
    for mode, warned in ((0o640, ["mysite.W002"]), (0o600, [])):
        file.chmod(mode)
        found = checks.run_checks(tags=["mysite"], include_deployment_checks=True)
        assert [one.id for one in found if one.id == "mysite.W002"] == warned

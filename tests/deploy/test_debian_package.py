"""The Debian package of deploy/debian."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.programs import needs

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ["config", "preinst", "postinst", "prerm", "postrm", "build"]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    needs("dpkg-deb")
    run = subprocess.run(
        [ROOT / "deploy/debian/build", tmp_path_factory.mktemp("package"), "9.8.7"],
        env=os.environ | {"DPKG_DEB_COMPRESSOR_LEVEL": "0"},  # the best compression takes ten seconds
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return Path(run.stdout.strip())


def test_package_contains_program_and_configuration(package):
    assert package.name == "commune_9.8.7_all.deb"
    listing = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True).stdout
    files = {line.split()[5].removeprefix("."): line.split()[:2] for line in listing.splitlines()}
    for name in (
        "/usr/bin/commune",
        "/usr/share/commune/manage.py",
        "/usr/share/commune/bin/domain.py",
        "/usr/share/commune/docs/editors.md",
        "/usr/share/commune/mysite/locale/de/LC_MESSAGES/django.mo",
        "/usr/lib/systemd/system/commune-site.service",
        "/usr/lib/systemd/system/commune-.service.d/common.conf",
        "/etc/nginx/sites-available/commune",
    ):
        assert name in files
    assert not [name for name in files if "/tests/" in name or "/.git" in name or "/var/" in name]
    assert {owner for _mode, owner in files.values()} == {"root/root"}
    assert not [name for name, (mode, _owner) in files.items() if mode[8] == "w" or "s" in mode]


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_of_package_stops_at_the_first_error(script):
    text = (ROOT / "deploy/debian" / script).read_text()
    assert re.search("^set -eu?$", text, re.MULTILINE)
    assert subprocess.run(["sh", "-n", ROOT / "deploy/debian" / script]).returncode == 0


def test_purge_leaves_data_unless_asked():
    templates = (ROOT / "deploy/debian/templates").read_text()
    assert re.search("Template: commune/erase-data\nType: boolean\nDefault: false", templates)


def test_settings_written_by_package_are_documented():
    written = re.findall("^([A-Z_]+)=", (ROOT / "deploy/new-settings").read_text(), re.MULTILINE)
    documented = (ROOT / "docs/settings.md").read_text()
    assert "SECRET_KEY" in written
    assert [name for name in written if f"`{name}`" not in documented] == []

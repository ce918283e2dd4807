"""The images and compose.yaml of deploy/oci. That they are built and answer is tried by `.ci/run image`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.support.programs import needs

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "oci"
CONTAINERFILE = (FOLDER / "Containerfile").read_text()
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
# Cases of the entrypoint that are no commands of manage.py.
OWN_COMMANDS = {"site", "settings", "alive"}

START_WITH_SETTINGS = [
    "sh",
    "-c",
    'set -a; . "$1"; COMMUNE_VAR=$2; exec "$3" -c "import django; django.setup()"',
    "sh",
]


def new_settings(*arguments: str) -> subprocess.CompletedProcess:
    needs("openssl")
    return subprocess.run([ROOT / "deploy/new-settings", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize("script", ["oci/site-entrypoint", "oci/proxy-entrypoint", "new-settings"])
def test_script_can_be_run_and_stops_at_the_first_error(script):
    path = ROOT / "deploy" / script
    assert os.access(path, os.X_OK)
    assert "\nset -eu\n" in path.read_text()
    assert subprocess.run(["sh", "-n", path]).returncode == 0


def test_image_holds_what_package_and_tarball_hold():
    packaged = re.search(r"git ls-files -z -- (.*?) \|", _joined(ROOT / "deploy/collect-program"))
    ignored = (ROOT / ".containerignore").read_text().splitlines()
    assert packaged
    assert {line[1:] for line in ignored if line.startswith("!")} == set(packaged[1].split())
    assert "*" in ignored


def _joined(script: Path) -> str:
    """Return a script with its continued lines on one."""
    return re.sub(r"\\\n\s*", "", script.read_text())


def test_files_that_the_image_copies_exist():
    copied = re.findall(r"^COPY (?!--from)(\S+)", CONTAINERFILE, re.MULTILINE)
    assert len(copied) >= 4
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_proxy_finds_the_site_by_the_name_of_its_service():
    replaced = re.search(r"sed -i 's/([^/]+)/server (\w+):8000;/'", CONTAINERFILE)
    assert replaced
    assert replaced[1] in (ROOT / "deploy/nginx/commune.conf").read_text()
    assert replaced[2] in COMPOSE["services"]


def test_services_of_compose_run_commands_that_exist():
    ours = [one for one in COMPOSE["services"].values() if one["image"] == "commune"]
    commands = {one["command"][0] for one in ours}
    assert commands == {"prepare", "site", "worker", "scheduler"}
    assert commands <= OWN_COMMANDS | set(get_commands())
    assert all(f"\n    {name})" in (FOLDER / "site-entrypoint").read_text() for name in OWN_COMMANDS)


def test_containers_of_the_site_write_in_their_volume_only():
    for service in COMPOSE["services"].values():
        if service["image"] == "commune":
            assert service["read_only"]
            assert service["cap_drop"] == ["ALL"]
            assert service["volumes"] == ["files:/var/lib/commune"]
    assert re.search("^USER commune$", CONTAINERFILE, re.MULTILINE)


def test_new_settings_are_those_of_a_site_that_starts(tmp_path):
    printed = new_settings("www.orvenay.example", "L'Orvenay", "de", "CH-BE").stdout
    (tmp_path / ".env").write_text(printed)
    started = subprocess.run(
        [*START_WITH_SETTINGS, tmp_path / ".env", tmp_path, sys.executable],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert started.returncode == 0, started.stderr
    assert "COMMUNE_NAME='L’Orvenay'\n" in printed
    assert "ALLOWED_HOSTS=www.orvenay.example,orvenay.example\n" in printed
    assert "COMMUNE_COUNTRY=CH\nCOMMUNE_SUBDIVISION=BE\nCOMMUNE_CURRENCY=CHF\n" in printed
    keys = re.findall("^(?:SECRET|AUDIT)_KEY=(.{60,})$", printed, re.MULTILINE)
    assert len(set(keys)) == 2


def test_new_settings_without_a_place_are_refused():
    refused = new_settings("www.orvenay.example", "Orvenay", "fr")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "DOMAIN NAME LANGUAGE PLACE" in refused.stderr

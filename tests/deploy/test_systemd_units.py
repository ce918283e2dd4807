"""Units of systemd in deploy/systemd."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.support.programs import needs

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
SERVICES = [
    "commune-site.service",
    "commune-scheduler.service",
    "commune-worker@.service",
    "commune-host.service",
]
MOST_EXPOSED = 20  # tenths, as --threshold counts


def settings_of(name: str) -> ConfigParser:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(UNITS / name)
    return unit


@pytest.mark.parametrize("service", SERVICES)
def test_unit_exposes_little(service):
    needs("systemd-analyze")
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager"]
    run = subprocess.run([*command, UNITS / service], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout.splitlines()[-1:]


def test_unit_without_common_settings_is_exposed(tmp_path):
    """The threshold refuses something."""
    needs("systemd-analyze")
    shutil.copy(UNITS / "commune-site.service", tmp_path)
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager"]
    assert subprocess.run([*command, tmp_path / "commune-site.service"], capture_output=True).returncode


def test_units_have_no_unknown_setting(tmp_path):
    """Programs and the user are those of an installation: stand-ins replace them."""
    needs("systemd-analyze")
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for unit in [path for path in tmp_path.rglob("*") if path.is_file()]:
        text = unit.read_text().replace("/usr/lib/commune/venv/bin/python", "/bin/true")
        unit.write_text(re.sub("^(User|Group)=commune$", r"\1=daemon", text, flags=re.MULTILINE))
    (tmp_path / "commune-worker@.service").rename(tmp_path / "commune-worker@1.service")
    units = [path for path in tmp_path.iterdir() if path.is_file()]
    run = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    assert [line for line in run.stderr.splitlines() if "commune" in line] == []


def test_site_listens_where_the_proxy_connects():
    port = settings_of("commune-site.socket")["Socket"]["ListenStream"]
    assert f"upstream commune {{\n    server {port};" in (ROOT / "deploy/nginx/commune.conf").read_text()


def test_units_write_only_below_the_folder_of_the_site():
    common = settings_of("commune-.service.d/common.conf")["Service"]
    assert (common["ProtectSystem"], common["ReadWritePaths"]) == ("strict", "/var/lib/commune")
    assert "COMMUNE_VAR=/var/lib/commune" in (ROOT / "deploy/new-settings").read_text()


@pytest.mark.parametrize("service", SERVICES)
def test_unit_restarts_and_is_named_in_the_manual(service):
    assert settings_of(service)["Service"]["Restart"] == "always"
    manual = "".join((ROOT / "docs" / page).read_text() for page in ("operations.md", "hosting.md"))
    assert Path(service).stem.rstrip("@") in manual

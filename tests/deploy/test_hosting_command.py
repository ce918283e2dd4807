"""Communes of a host: bin/hosting.py and ``commune --of``, with stand-ins for what an installation has."""

import getpass
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mysite.hosting.communes import examine_file, find_conflicts, find_files
from tests.support.programs import needs

ROOT = Path(__file__).resolve().parents[2]
COMMAND = """#!/bin/sh
printf '%s\\n' "$*" >>"$0.log"
case "$*" in *"$(cat "$0.fails" 2>/dev/null || echo never)"*) exit 1 ;; esac
"""
ADD = ("add", "orvenay", "--domain", "www.orvenay.example", "orvenay.example", "--place", "CH-NE")


@pytest.fixture
def host(tmp_path):
    """Return a function that runs bin/hosting.py as on a host, where ``commune`` only notes what it was asked."""
    needs("openssl")
    command = tmp_path / "commune"
    command.write_text(COMMAND)
    command.chmod(0o755)
    for place in ("etc/communes", "sites", "sockets", "data"):
        (tmp_path / place).mkdir(parents=True)
    environment = {
        "PATH": "/usr/bin:/bin",  # without nginx
        "COMMUNE_PROGRAM": str(ROOT),
        "COMMUNE_COMMUNES": str(tmp_path / "etc/communes"),
        "COMMUNE_DATA": str(tmp_path / "data"),
        "COMMUNE_SOCKETS": str(tmp_path / "sockets"),
        "COMMUNE_SITES": str(tmp_path / "sites"),
        "COMMUNE_COMMAND": str(command),
        "COMMUNE_USER": getpass.getuser(),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess:
        given = [sys.executable, ROOT / "bin/hosting.py", *arguments]
        return subprocess.run(given, env=environment, capture_output=True, text=True)

    def add(*arguments: str) -> subprocess.CompletedProcess:
        name = arguments[1]
        return run(*arguments, "--database", f"postgres://db.example/{name}")

    run.folder, run.add, run.files = tmp_path, add, tmp_path / "etc/communes"
    run.asked = lambda: (tmp_path / "commune.log").read_text().splitlines()
    run.fails_at = lambda words: (tmp_path / "commune.fails").write_text(words)
    return run


def test_added_commune_can_be_served(host):
    answer = host.add(*ADD)
    assert answer.returncode == 0, answer.stderr
    assert host.asked() == ["--of orvenay prepare"]
    assert host.add("add", "vernes", "--domain", "vernes.example").returncode == 0
    found = [examine_file(name, path, b"salt") for name, path in find_files(host.files).items()]
    assert find_conflicts(found) == {}
    assert [one.hosts for one in found] == [("www.orvenay.example", "orvenay.example"), ("vernes.example",)]
    text = (host.files / "orvenay.env").read_text()
    assert "COMMUNE_SUBDIVISION=NE" in text
    assert "COMMUNE_NAME='Orvenay'" in text
    assert text.count("COMMUNE_VAR=") == text.count("DATABASE_URL=") == 1
    assert (host.files / "orvenay.env").stat().st_mode & 0o777 == 0o640
    assert "COMMUNE_STATIC=" in (host.folder / "etc/host.env").read_text()


def test_commune_that_is_not_prepared_is_not_served_yet(host):
    host.fails_at("prepare")
    answer = host.add(*ADD)
    assert answer.returncode == 1
    assert "could not be prepared" in answer.stderr
    assert find_files(host.files) == {}
    keys = (host.files / ".orvenay.env").read_text()
    host.fails_at("never")
    assert host.add(*ADD).returncode == 0
    assert sorted((host.files / "orvenay.env").read_text().splitlines()) == sorted(keys.splitlines())


@pytest.mark.parametrize("name", ["Orvenay", "a b", "a;b", "../x", "-a", "a_b", ""])
def test_name_with_other_characters_is_refused(host, name):
    answer = host("add", name, "--domain", "a.example")
    assert answer.returncode == 2
    assert list(host.files.iterdir()) == []


def test_name_of_a_site_leads_to_one_commune(host):
    host.add(*ADD)
    answer = host.add("add", "vernes", "--domain", "vernes.example", "ORVENAY.example")
    assert answer.returncode == 1
    assert "orvenay.example leads to the commune orvenay" in answer.stderr
    assert "already" in host.add(*ADD).stderr
    (host.folder / "etc/commune.env").write_text("ALLOWED_HOSTS=alone.example\n")
    assert "of the package" in host.add("add", "alone", "--domain", "alone.example").stderr


def test_list_shows_what_is_served(host):
    host.add(*ADD)
    assert "not served" in host("list").stdout
    [one] = json.loads(host("list", "--json").stdout)
    assert (one["name"], one["database"], one["served"]) == ("orvenay", "orvenay", False)
    assert "postgres:" not in host("list", "--json").stdout, "an address has a password"


def test_upgrade_goes_on_after_a_failure_and_names_it(host):
    for name in ("a", "b", "c"):
        host.add("add", name, "--domain", f"{name}.example")
    (host.folder / "commune.log").unlink()
    host.fails_at("of b backup")
    answer = host("upgrade", "--all")
    assert answer.returncode == 1
    assert "b is not upgraded (backup failed)" in answer.stdout
    assert [line for line in host.asked() if "prepare" in line] == ["--of a prepare", "--of c prepare"]


def test_domain_changes_settings_and_site(host):
    host.add(*ADD)
    assert host("domain", "orvenay", "neu.example").returncode == 0
    assert "ALLOWED_HOSTS=neu.example" in (host.files / "orvenay.env").read_text()
    assert "server_name neu.example;" in (host.folder / "sites/commune-orvenay").read_text()
    assert host("domain", "nobody", "neu.example").returncode == 1


def test_removed_commune_retains_its_settings(host):
    host.add(*ADD)
    assert host("remove", "orvenay").returncode == 0
    assert find_files(host.files) == {}
    assert (host.files / ".orvenay.env").exists()
    assert not (host.folder / "sites/commune-orvenay").exists()
    assert host("remove", "orvenay").returncode == 1


def test_nginx_accepts_the_site_of_a_commune(host, tmp_path):
    needs("nginx")
    host.add(*ADD)
    site = re.sub(r"\n    listen .*", "", (host.folder / "sites/commune-orvenay").read_text())
    site = site.replace("/var/log/nginx", str(tmp_path)).replace(
        "server_name", "listen 127.0.0.1:1;\n    server_name"
    )
    plain = (ROOT / "deploy/nginx/commune.conf").read_text().partition("upstream commune")[0]
    (tmp_path / "site.conf").write_text(plain + site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} http {{ include {tmp_path}/site.conf; }}"
    )
    command = [
        "nginx",
        "-t",
        "-q",
        "-p",
        tmp_path,
        "-c",
        tmp_path / "nginx.conf",
        "-e",
        tmp_path / "error.log",
    ]
    tested = subprocess.run(command, capture_output=True, text=True)
    # The socket is connected to when somebody asks; the port is not bound by a test of the configuration.
    assert "unix:" in site
    assert tested.returncode == 0 or "bind()" in tested.stderr, tested.stderr


def test_command_of_one_commune_has_settings_of_both(tmp_path):
    (tmp_path / "communes/orvenay.credentials").mkdir(parents=True)
    (tmp_path / "communes/orvenay.env").write_text("COMMUNE_NAME='Orvenay l’Est'\nLOG_FORMAT=line\n")
    (tmp_path / "host.env").write_text("COMMUNE_STATIC=/shared\nLOG_FORMAT=json\n")
    (tmp_path / "manage.py").write_text(
        "import os, sys; print(*(os.environ[name] for name in ('COMMUNE_NAME', 'COMMUNE_STATIC', 'LOG_FORMAT')),"
        "os.path.basename(os.environ['CREDENTIALS_DIRECTORY']), sys.argv[1:])"
    )
    (tmp_path / "id").write_text(  # nobody is root here
        f'#!/bin/sh\ncase "$*" in -un) echo {getpass.getuser()} ;; -u*) echo 1000 ;; esac\n'
    )
    (tmp_path / "id").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "COMMUNE_PROGRAM": str(tmp_path),
        "COMMUNE_COMMUNES": str(tmp_path / "communes"),
        "COMMUNE_HOST_SETTINGS": str(tmp_path / "host.env"),
        "COMMUNE_PYTHON": sys.executable,
        "COMMUNE_USER": getpass.getuser(),
    }

    def run(*arguments):
        return subprocess.run(
            [ROOT / "bin/commune", *arguments], env=environment, capture_output=True, text=True
        )

    answer = run("--of", "orvenay", "user", "list")
    assert answer.stdout == "Orvenay l’Est /shared line orvenay.credentials ['user', 'list']\n", answer.stderr
    for arguments in ([], ["package.deb"]):  # neither restarts nor installs what serves others too
        assert f"{['upgrade', *arguments]}" in run("--of", "orvenay", "upgrade", *arguments).stdout
    for name in ("nobody", "../orvenay", ""):
        assert run("--of", name, "user", "list").returncode == 1

"""The operator's command, bin/commune, and bin/domain.py, with stand-ins for what an installation has."""

import getpass
import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import needs

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """# of Orvenay
SECRET_KEY=hidden
ALLOWED_HOSTS=old.orvenay.example
COMMUNE_NAME='Orvenay l’Est'
COMMUNE_BASE_URL=https://old.orvenay.example
COMMUNE_VAR={folder}
"""


@pytest.fixture
def installed(tmp_path):
    """Return a function that runs ``commune`` as the user of these tests, who is the user of the site."""
    settings = tmp_path / "commune.env"
    settings.write_text(SETTINGS.format(folder=tmp_path))
    settings.chmod(0o640)
    (tmp_path / "manage.py").write_text(
        "import os, sys; print(os.environ['COMMUNE_NAME'], os.getcwd(), sys.argv[1:])"
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/domain.py").symlink_to(ROOT / "bin/domain.py")
    (tmp_path / "id").mkdir()
    (tmp_path / "id/id").write_text(  # nobody is root here
        f'#!/bin/sh\ncase "$*" in -un) echo {getpass.getuser()} ;; -u*) echo 1000 ;; esac\n'
    )
    (tmp_path / "id/id").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'id'}:{os.environ['PATH']}",
        "COMMUNE_PROGRAM": str(tmp_path),
        "COMMUNE_SETTINGS": str(settings),
        "COMMUNE_PYTHON": sys.executable,
        "COMMUNE_SYSTEM_PYTHON": sys.executable,
        "COMMUNE_USER": getpass.getuser(),
    }

    def run(*arguments, **variables):
        command = [ROOT / "bin/commune", *arguments]
        return subprocess.run(command, env=environment | variables, capture_output=True, text=True)

    run.folder = tmp_path
    return run


def test_command_runs_manage_py_with_the_settings(installed):
    answer = installed("check", "--deploy", "two words")
    assert answer.stdout == f"Orvenay l’Est {installed.folder} ['check', '--deploy', 'two words']\n"


@pytest.mark.parametrize("arguments", [["./x.deb", "--no-backup"], ["--back"]])
def test_upgrade_of_a_package_has_a_script_of_its_own(installed, arguments):
    script = installed.folder / "bin/upgrade-package"
    script.write_text('#!/bin/sh\necho script "$@"\n')
    script.chmod(0o755)
    assert installed("upgrade", *arguments).stdout == f"script {' '.join(arguments)}\n"


@pytest.mark.parametrize("arguments", [[], ["--no-backup"], ["--verify"], ["--restart", "kill 7"]])
def test_upgrade_without_package_runs_manage_py(installed, arguments):
    assert installed("upgrade", *arguments).stdout.endswith(f"{['upgrade', *arguments]}\n")


def test_command_without_arguments_shows_its_commands(installed):
    answer = installed()
    assert (answer.returncode, "doctor" in answer.stdout) == (0, True)


def test_command_never_runs_as_root(installed):
    (installed.folder / "id/id").write_text("#!/bin/sh\necho 0\n")
    answer = installed("prepare", COMMUNE_USER="root")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "Nothing runs as root" in answer.stderr


def test_command_of_another_user_is_refused(installed):
    answer = installed("prepare", COMMUNE_USER="somebody-else")
    assert (answer.returncode, answer.stderr) == (1, "Run it as root or as somebody-else: sudo commune\n")


def test_command_without_installation_says_so(installed):
    (installed.folder / "commune.env").unlink()
    answer = installed("prepare")
    assert answer.returncode == 1
    assert "sudo commune" in answer.stderr


def test_domain_changes_settings_nginx_and_certificate(installed):
    needs("openssl")
    answer = installed("domain", "--write-only", "www.café.example", "cafe.example")
    assert answer.returncode == 0, answer.stderr
    settings = installed.folder / "commune.env"
    lines = settings.read_text().splitlines()
    assert "ALLOWED_HOSTS=www.xn--caf-dma.example,cafe.example" in lines
    assert "COMMUNE_BASE_URL=https://www.xn--caf-dma.example" in lines
    assert {"# of Orvenay", "SECRET_KEY=hidden", "COMMUNE_NAME='Orvenay l’Est'"} <= set(lines)
    assert len(lines) == 6
    assert settings.stat().st_mode & 0o777 == 0o640
    names = (installed.folder / "nginx/names.conf").read_text()
    assert names == "server_name www.xn--caf-dma.example cafe.example;\n"
    tls = installed.folder / "tls"
    assert (tls / "privkey.pem").stat().st_mode & 0o077 == 0
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
        tls / "fullchain.pem", tls / "privkey.pem"
    )


@pytest.mark.parametrize(
    "name", ["https://www.orvenay.example", "orvenay", "a.example;", "a.example/x", "-a.example", "*"]
)
def test_domain_refuses_what_is_no_name(installed, name):
    before = (installed.folder / "commune.env").read_text()
    answer = installed("domain", "--write-only", "--", "www.orvenay.example", name)
    assert answer.returncode == 1
    assert "is no name of a site" in answer.stderr
    assert (installed.folder / "commune.env").read_text() == before


def test_domain_links_a_certificate_that_exists(installed):
    folder = installed.folder / "live"
    folder.mkdir()
    refused = installed("domain", "--write-only", "--certificate", str(folder))
    assert (refused.returncode, "There is no" in refused.stderr) == (1, True)
    for name in ("fullchain.pem", "privkey.pem"):
        (folder / name).write_text(name)
    assert installed("domain", "--write-only", "--certificate", str(folder)).returncode == 0
    assert (installed.folder / "tls/privkey.pem").read_text() == "privkey.pem"

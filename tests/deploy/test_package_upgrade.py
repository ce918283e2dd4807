"""``commune upgrade PACKAGE.deb`` and the refusals of preinst, with stand-ins for dpkg, apt and systemd.

That all of it works on a machine is tried by ``.ci/run package``.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.programs import needs

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {
    "id": "echo 0",
    "dpkg-query": """case "$*" in
        *db:Status*) echo "${STATUS:-installed}" ;;
        *Version*) echo "${INSTALLED:-0.2.0}" ;;
        -s*) cat "$CONTROL" ;;
        "--control-path commune postinst") echo "$POSTINST" ;;
    esac""",
    "dpkg": """case $1 in
        --configure) echo "dpkg $1 $2" >>"$DONE"; exit 1 ;;
        *) PATH=${PATH#*:}; exec dpkg "$@" ;;
    esac""",
    "apt-get": 'echo "apt-get ${*##*/}" >>"$DONE"; case "$*" in *"$BROKEN"*) exit 100 ;; esac',
    "commune": 'echo "commune $*" >>"$DONE"; [ "$1" != "$FAILING" ]',
    "systemctl": """case "$*" in
        *Listen*) echo "127.0.0.1:8000 (Stream)" ;;
        is-enabled*) [ "${SITE:-}" != disabled ] ;;
        is-active*) exit 1 ;;  # a site that ends and starts again and again is not
    esac""",
}


@pytest.fixture
def machine(tmp_path):
    """Return a function that runs ``commune upgrade``, and what was done."""
    needs("dpkg-deb")
    (tmp_path / "bin").mkdir()
    for name, text in PROGRAMS.items():
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    script = (ROOT / "bin/upgrade-package").read_text()
    script = script.replace("/var/cache/commune", str(tmp_path / "cache")).replace("/run/systemd/system", "/")
    # The program of the package is none here.
    (tmp_path / "upgrade").write_text(re.sub("\n    cp -p .*/sites-available.*", "", script))
    (tmp_path / "done").write_text("")

    def run(*arguments, **variables) -> subprocess.CompletedProcess:
        (tmp_path / "done").write_text("")
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "DONE": str(tmp_path / "done"),
            "CONTROL": str(tmp_path / "commune/0.2.0/DEBIAN/control"),
            "POSTINST": str(tmp_path / "commune.postinst"),
            "BROKEN": "none",
            "FAILING": "",
        }
        command = ["sh", tmp_path / "upgrade", *arguments]
        return subprocess.run(command, env=environment | variables, capture_output=True, text=True)

    def build(version: str, name: str = "commune") -> Path:
        control = tmp_path / name / version / "DEBIAN"
        control.mkdir(parents=True)
        control.chmod(0o755)
        (control / "control").write_text(
            f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: x <x@x.example>\nDescription: x\n"
        )
        package = tmp_path / f"{name}_{version}_all.deb"
        subprocess.run(["dpkg-deb", "--build", control.parent, package], check=True, capture_output=True)
        return package

    (tmp_path / "commune.postinst").write_text("#!/bin/sh\n")
    (tmp_path / "commune.postinst").chmod(0o755)
    build("0.2.0")
    run.build, run.folder = build, tmp_path
    run.done = lambda: [
        re.sub("commune_(.*)_all.deb", r"\1", line) for line in (tmp_path / "done").read_text().splitlines()
    ]
    run.aside = lambda: sorted(path.name for path in (tmp_path / "cache").glob("*.deb"))
    return run


VERIFY = "commune upgrade --verify --address http://127.0.0.1:8000"


def test_upgrade_checks_backs_up_installs_and_asks(machine):
    answer = machine(str(machine.build("0.3.0")))
    assert answer.returncode == 0, answer.stderr
    assert machine.done() == [
        "commune check --deploy --fail-level ERROR",
        "commune backup",
        "apt-get 0.3.0",
        VERIFY,
    ]
    assert machine.aside() == ["commune_0.2.0_all.deb"]


def test_version_put_aside_has_its_scripts(machine):
    machine("--no-backup", str(machine.build("0.3.0")))
    aside, control = machine.folder / "cache/commune_0.2.0_all.deb", machine.folder / "control"
    subprocess.run(["dpkg-deb", "--control", aside, control], check=True)
    assert sorted(path.name for path in control.iterdir()) == ["control", "postinst"]


@pytest.mark.parametrize("step", ["check", "backup"])
def test_upgrade_changes_nothing_if_a_first_step_fails(machine, step):
    answer = machine(str(machine.build("0.3.0")), FAILING=step)
    assert answer.returncode == 1
    assert "Nothing was changed: 0.2.0 goes on." in answer.stderr
    assert not [line for line in machine.done() if "apt-get" in line]
    assert machine.aside() == []


def test_upgrade_goes_back_where_installation_fails(machine):
    answer = machine("--no-backup", str(machine.build("0.3.0")), BROKEN="0.3.0")
    assert answer.returncode == 1
    assert "The version before answers, and nothing was lost." in answer.stderr
    assert machine.done()[1:] == ["apt-get 0.3.0", "apt-get 0.2.0", VERIFY]


def test_upgrade_goes_back_where_the_new_version_is_silent(machine):
    answer = machine("--no-backup", str(machine.build("0.3.0")), FAILING="upgrade")
    assert answer.returncode == 1
    assert "the version before does not answer" in answer.stderr  # here no version does
    assert machine.done()[1:] == ["apt-get 0.3.0", VERIFY, "apt-get 0.2.0", VERIFY]


def test_upgrade_asks_no_site_that_is_disabled(machine):
    answer = machine("--no-backup", str(machine.build("0.3.0")), SITE="disabled")
    assert "The site does not run on this machine." in answer.stdout
    assert VERIFY not in machine.done()
    assert machine.aside() == ["commune_0.2.0_all.deb"]


def test_version_before_is_installed_again(machine):
    machine("--no-backup", str(machine.build("0.3.0")))
    answer = machine("--back", INSTALLED="0.3.0")
    assert "Version 0.2.0 is installed again" in answer.stdout
    assert machine.done() == ["apt-get 0.2.0", VERIFY]


def test_interrupted_upgrade_goes_on_without_a_second_backup(machine):
    package = str(machine.build("0.3.0"))
    machine("--no-backup", package, FAILING="check")
    answer = machine(package, STATUS="half-configured", INSTALLED="0.3.0")
    assert "An upgrade was interrupted: it goes on" in answer.stdout
    assert machine.done() == ["dpkg --configure -a", "apt-get 0.3.0", VERIFY]


def test_upgrade_after_an_interrupted_one_keeps_one_package(machine):
    during = machine.folder / "cache/during"
    during.mkdir(parents=True)
    machine.build("0.1.0").rename(during / "commune_0.1.0_all.deb")
    machine("--no-backup", str(machine.build("0.3.0")))
    assert machine.aside() == ["commune_0.2.0_all.deb"]


def test_upgrade_refuses_other_packages_and_older_versions(machine):
    assert "is no package of commune" in machine(str(machine.build("0.3.0", "another"))).stderr
    assert "is older than the installed 0.2.0" in machine(str(machine.build("0.1.0"))).stderr
    assert "There is no" in machine("missing.deb").stderr
    assert "No version before" in machine("--back").stderr
    assert machine("--forwards").returncode == 2
    assert machine.done() == []


def test_upgrade_by_another_user_is_refused(machine):
    (machine.folder / "bin/id").write_text("#!/bin/sh\necho 1000\n")
    answer = machine("x.deb")
    assert (answer.returncode, answer.stderr) == (1, "Run it as root: sudo commune upgrade x.deb\n")


# -- preinst -----------------------------------------------------------------------------------------------------


@pytest.fixture
def preinst(tmp_path):
    """Return a function that begins to install a version over an installed one that knows two releases before it."""
    needs("dpkg")
    known = tmp_path / "releases.toml"
    known.write_text('[[release]]\nversion = "0.3.0"\n\n[[release]]\nversion = "0.2.0"\n')
    text = (ROOT / "deploy/debian/preinst").read_text()
    text = text.replace("/usr/share/commune/deploy/releases.toml", str(known))
    text = text.replace("/usr/share/commune ", f"{tmp_path}/program ").replace(
        "/run/systemd", f"{tmp_path}/run"
    )

    def run(version: str, *arguments: str) -> subprocess.CompletedProcess:
        script = tmp_path / "preinst"
        script.write_text(text.replace("@VERSION@", version))
        return subprocess.run(["sh", script, *arguments], capture_output=True, text=True)

    run.folder = tmp_path
    return run


@pytest.mark.parametrize("version", ["0.5.0", "0.4.0", "0.4.0~rc1", "0.3.0"])
def test_package_goes_one_version_back(preinst, version):
    assert preinst(version, "upgrade", "0.4.0").returncode == 0


@pytest.mark.parametrize("version", ["0.2.0", "0.3.0~rc1"])
def test_package_refuses_to_go_back_two_versions(preinst, version):
    refused = preinst(version, "upgrade", "0.4.0")
    assert refused.returncode == 1
    assert "The way back leads to 0.3.0" in refused.stderr


def test_package_refuses_to_be_installed_over_a_tarball(preinst):
    assert preinst("0.4.0", "install").returncode == 0
    (preinst.folder / "program").symlink_to(preinst.folder)
    refused = preinst("0.4.0", "install")
    assert refused.returncode == 1
    assert "A tarball is installed here" in refused.stderr


# -- The tarball -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        *("deploy/install", "deploy/tarball", "deploy/collect-program", "bin/upgrade-package"),
        *(".ci/machine", ".ci/package"),
    ],
)
def test_script_can_be_run_and_ends_at_the_first_error(script):
    assert os.access(ROOT / script, os.X_OK)
    assert "\nset -eu\n" in (ROOT / script).read_text()
    for path in (script, "deploy/installation-steps"):
        assert subprocess.run(["sh", "-n", ROOT / path]).returncode == 0


def test_tarball_is_installed_by_root_only(tmp_path):
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    refused = subprocess.run([ROOT / "deploy/install"], env=environment, capture_output=True, text=True)
    assert (refused.returncode, refused.stderr) == (1, f"Run it as root: sudo {ROOT}/deploy/install\n")


@pytest.fixture
def tarball(tmp_path):
    """Return a function that runs ``deploy/install`` of a version, and returns the steps that it did."""
    programs = {"id": "echo 0", "dpkg-query": "exit 1", "systemctl": 'echo "systemctl $*" >>"$DONE"'}
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    for folder in (
        "etc/commune",
        "etc/nginx/sites-enabled",
        "etc/systemd/system",
        "usr/share",
        "usr/local/bin",
        "run/systemd/system",
    ):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/commune/commune.env").touch()
    names = re.findall(r"^(\w+)\(\) {", (ROOT / "deploy/installation-steps").read_text(), re.MULTILINE)
    step = '%s() { echo %s >>"$DONE"; [ "$FAILING" != %s ] || kill -KILL $$; }'
    steps = [f'units="site.socket site.service" started_units={tmp_path}/run/commune-units']
    steps += [step % (name, name, name) for name in names]
    script = re.sub(
        "(/usr/share|/usr/local|/etc|/run)/", rf"{tmp_path}\1/", (ROOT / "deploy/install").read_text()
    )

    def run(version: str, failing: str = "") -> list[str]:
        program = tmp_path / f"usr/share/commune-{version}"
        for folder in ("deploy/systemd", "bin"):
            (program / folder).mkdir(parents=True, exist_ok=True)
        (program / "bin/commune").touch()
        (program / "deploy/installation-steps").write_text("\n".join(steps))
        (program / "deploy/install").write_text(script)
        done = tmp_path / "done"
        done.write_text("")
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DONE": str(done), "FAILING": failing}
        answer = subprocess.run(
            ["sh", program / "deploy/install"], env=environment, capture_output=True, text=True
        )
        assert (answer.returncode != 0) == bool(failing), answer.stderr
        return done.read_text().splitlines()

    return run


ENABLING = ["enable_proxy", "systemctl enable --quiet site.socket site.service"]


@pytest.mark.parametrize("step", ["install_libraries", "prepare", "enable_proxy", "restart_units"])
def test_interrupted_first_installation_enables_the_site(tarball, step):
    first = tarball("1", failing=step)
    second = tarball("1")
    assert set(ENABLING) <= {*first, *second}
    assert "restart_units" in second


def test_tarball_enables_nothing_at_an_upgrade(tarball):
    assert set(ENABLING) <= set(tarball("1"))
    done = tarball("2")
    assert not set(ENABLING) & set(done)
    assert "systemctl stop commune-scheduler.service commune-worker@*.service" in done


def test_tarball_contains_one_folder_with_its_version(tmp_path):
    needs("git")
    built = subprocess.run([ROOT / "deploy/tarball", tmp_path, "9.8.7"], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    command = ["tar", "--list", "--verbose", "--file", built.stdout.strip()]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    assert {line.split()[5].split("/")[0] for line in lines} == {"commune-9.8.7"}
    assert {line.split()[1] for line in lines} == {"0/0"}
    assert not [line for line in lines if "/tests/" in line or line[8] == "w"]
    assert [
        line
        for line in lines
        if line.endswith("commune-9.8.7/deploy/install") and line.startswith("-rwxr-xr-x")
    ]

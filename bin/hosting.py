"""Communes of one host: adds, lists, upgrades and removes them (docs/hosting.md).

Standard library only, because root runs it. What is done for a commune is done by ``commune --of NAME``, as its user.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from domain import (
    addresses,
    ascii_name,
    certificate_steps,
    link_certificate,
    read_setting,
    reload_nginx,
    show_next_steps,
    sign_certificate,
    write_file,
    write_settings,
)

# As in mysite/hosting/communes.py, which reads what is written here.
NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?")
PROGRAM = Path(os.environ.get("COMMUNE_PROGRAM", "/usr/share/commune"))
FILES = Path(os.environ.get("COMMUNE_COMMUNES", "/etc/commune/communes"))
DATA = Path(os.environ.get("COMMUNE_DATA", "/var/lib/commune"))
SOCKETS = Path(os.environ.get("COMMUNE_SOCKETS", "/run/commune-host"))
SITES = Path(os.environ.get("COMMUNE_SITES", "/etc/nginx/sites-enabled"))
COMMAND = os.environ.get("COMMUNE_COMMAND", "commune")
USER = os.environ.get("COMMUNE_USER", "commune")
SERVICE = "commune-host.service"
PATIENCE = 60  # seconds for a site to answer


def main() -> None:
    parser = argparse.ArgumentParser(prog="commune", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    adding = commands.add_parser("add", help="Add a commune. It can be repeated after an interruption.")
    adding.add_argument("name", type=usable_name, help="orvenay: part of names of files and of the database.")
    adding.add_argument(
        "--domain", nargs="+", required=True, type=ascii_name, help="The first is in letters."
    )
    adding.add_argument(
        "--title", help="Name of the commune as it is written. Default: the name, capitalized."
    )
    adding.add_argument("--language", default="fr", choices=["fr", "de", "it", "en"])
    adding.add_argument("--place", default="CH-VD", help="Country, or country and canton or region: CH-NE.")
    adding.add_argument("--certificate", type=Path, help="Folder with fullchain.pem and privkey.pem.")
    adding.add_argument(
        "--database", help="postgres://… of an empty database elsewhere. Default: one of here."
    )
    listing = commands.add_parser("list", help="List the communes.")
    listing.add_argument("--json", action="store_true")
    upgrading = commands.add_parser("upgrade", help="Upgrade all communes to the installed version.")
    upgrading.add_argument("--all", action="store_true", required=True)
    upgrading.add_argument("--no-backup", action="store_true")
    naming = commands.add_parser(
        "domain", help="Show or set the names of a commune: commune --of NAME domain"
    )
    naming.add_argument("name", type=usable_name)
    naming.add_argument("domain", nargs="*", type=ascii_name)
    naming.add_argument("--certificate", type=Path)
    removing = commands.add_parser("remove", help="Serve a commune no longer. Its data stay.")
    removing.add_argument("name", type=usable_name)
    asked = parser.parse_args()
    try:
        {"add": add, "list": show, "upgrade": upgrade_all, "domain": change_domains, "remove": remove}[
            asked.command
        ](asked)
    except PermissionError as fault:
        sys.exit(f"{fault.filename} cannot be changed. Run it as root: sudo commune {asked.command}")


def usable_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise argparse.ArgumentTypeError(
            f"{name!r}: write a-z, 0-9 and -, at most 32, a letter first, as orvenay."
        )
    return name


def settings_files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(FILES.glob("[!.]*.env"))}


def hosts_of(path: Path) -> list[str]:
    return [host.strip() for host in read_setting(path, "ALLOWED_HOSTS").split(",") if host.strip()]


# -- Add -------------------------------------------------------------------------------------------------------
def add(asked: argparse.Namespace) -> None:
    """Prepare everything under a hidden name, so that the running host sees only whole communes."""
    path = FILES / f"{asked.name}.env"
    if path.exists():
        sys.exit(f"There is a commune {asked.name} already: {path}")
    refuse_taken_names(asked.name, asked.domain)
    data = DATA / "communes" / asked.name
    make_folder(FILES, "root", USER, 0o750)
    make_folder(DATA / "communes", USER, "www-data", 0o750)
    make_folder(data, USER, "www-data", 0o750)
    make_folder(DATA / "host", USER, USER, 0o750)
    write_host_settings()
    unfinished = FILES / f".{asked.name}.env"
    if unfinished.exists():
        write_settings(unfinished, asked.domain)
    else:
        write_commune_settings(unfinished, asked, data)
    if not asked.database:
        make_database(asked.name)
    if run_for(asked.name, "prepare", settings=unfinished):
        sys.exit(f"Its database could not be prepared; put it right, then repeat: commune add {asked.name} …")
    write_site(asked.name, asked.domain, asked.certificate)
    unfinished.replace(path)
    systemctl("enable", "--now", SERVICE)
    if shutil.which("nginx"):
        reload_nginx()
    print(f"{asked.name} is ready.")
    command = f"commune --of {asked.name}"
    first = [f"{command} user add YOUR-ADDRESS --administrator", f"{command} doctor"]
    show_next_steps(asked.domain, [*first, *certificate_steps(asked.domain, f"{command} domain")])


def refuse_taken_names(name: str, domains: list[str]) -> None:
    alone = FILES.parent / "commune.env"  # of the commune that was installed with the package
    others = settings_files() | ({"of the package": alone} if alone.exists() else {})
    others.pop(name, None)
    for other, path in others.items():
        if common := set(domains) & set(hosts_of(path)):
            sys.exit(
                f"{', '.join(sorted(common))} leads to the commune {other}: a name leads to one commune."
            )


def make_folder(path: Path, user: str, group: str, mode: int) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    if os.geteuid() == 0:
        shutil.chown(path, user, group)


def write_host_settings() -> None:
    """Write what holds for all communes, once: their style sheets and scripts are the same."""
    path = FILES.parent / "host.env"
    if not path.exists():
        text = (
            f"# Settings of all communes of this host: docs/hosting.md\nCOMMUNE_STATIC={DATA}/host/static\n"
        )
        write_file(path, f"{text}TRUSTED_PROXIES=1\n", 0o644)


def write_commune_settings(path: Path, asked: argparse.Namespace, data: Path) -> None:
    """Write the settings of a new site, with its own keys, database and folder."""
    title = asked.title or asked.name.replace("-", " ").title()
    command = [
        PROGRAM / "deploy/new-settings",
        asked.domain[0],
        title,
        asked.language,
        asked.place,
        time_zone(),
    ]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    values = {
        "ALLOWED_HOSTS": ",".join(asked.domain),
        "DATABASE_URL": asked.database or database_url(asked.name),
        "COMMUNE_VAR": str(data),
    }
    lines = [line for line in text.splitlines() if line.partition("=")[0] not in {*values, "TRUSTED_PROXIES"}]
    write_file(
        path, "\n".join([*lines, *(f"{name}={value}" for name, value in values.items())]) + "\n", 0o640
    )
    if os.geteuid() == 0:
        shutil.chown(path, "root", USER)


def time_zone() -> str:
    try:
        return Path("/etc/timezone").read_text().strip()
    except OSError:
        return os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]


def database_name(name: str) -> str:
    return f"commune_{name.replace('-', '_')}"


def as_postgres(*command: str) -> str:
    done = subprocess.run(
        ["runuser", "-u", "postgres", "--", *command],  # noqa: S607
        check=False,
        cwd="/",
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(
            f"PostgreSQL refuses: {done.stderr.strip()}. Is it running? --database names a server elsewhere."
        )
    return done.stdout.strip()


def database_url(name: str) -> str:
    port = as_postgres("psql", "-XAtc", "SHOW port")
    place = "" if port == "5432" else f"%2Fvar%2Frun%2Fpostgresql:{port}"
    return f"postgres://{place}/{database_name(name)}"


def make_database(name: str) -> None:
    if USER not in as_postgres("psql", "-XAtc", "SELECT rolname FROM pg_roles").split():
        as_postgres("createuser", USER)
    wanted = database_name(name)
    if wanted not in as_postgres("psql", "-XAtc", "SELECT datname FROM pg_database").split():
        as_postgres(
            *("createdb", wanted, "--owner", USER, "--encoding", "UTF8", "--locale", "C.UTF-8"),
            *("--template", "template0"),
        )
        as_postgres("psql", "-Xqc", f'REVOKE CONNECT ON DATABASE "{wanted}" FROM PUBLIC')


def nginx_site(name: str, domains: list[str]) -> str:
    text = (PROGRAM / "deploy/nginx/hosted-commune.conf").read_text()
    text = text.replace("/etc/commune/communes", str(FILES)).replace("/run/commune-host", str(SOCKETS))
    text = text.replace("/var/lib/commune", str(DATA))
    values = {"@NAME@": name, "@KEY@": name.replace("-", "_"), "@DOMAINS@": " ".join(domains)}
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def write_site(name: str, domains: list[str], certificate: Path | None) -> None:
    """Write the site of nginx and its certificate: the given one, else the one that is there, else our own."""
    tls = FILES / "tls" / name
    if certificate:
        link_certificate(tls, certificate)
    elif not (tls / "fullchain.pem").exists():
        sign_certificate(tls, domains)
    write_file(SITES / f"commune-{name}", nginx_site(name, domains), 0o644)


def change_domains(asked: argparse.Namespace) -> None:
    path = FILES / f"{asked.name}.env"
    if not path.exists():
        sys.exit(f"There is no commune {asked.name}.")
    if not asked.domain and not asked.certificate:
        for domain in hosts_of(path):
            print(f"{domain}: {', '.join(addresses(domain)) or 'not in the DNS'}")
        return
    refuse_taken_names(asked.name, asked.domain)
    if asked.domain:
        write_settings(path, asked.domain)
    write_site(asked.name, hosts_of(path), asked.certificate)
    if shutil.which("nginx"):
        reload_nginx()


# -- List, upgrade, remove -----------------------------------------------------------------------------------------
def show(asked: argparse.Namespace) -> None:
    found = [
        {
            "name": name,
            "domains": hosts_of(path),
            "database": read_setting(path, "DATABASE_URL").rpartition("/")[2].partition("?")[0],
            "folder": read_setting(path, "COMMUNE_VAR"),
            "served": (SOCKETS / f"{name}.sock").is_socket(),
        }
        for name, path in settings_files().items()
    ]
    if asked.json:
        print(json.dumps(found))
        return
    for one in found:
        state = "served" if one["served"] else "not served: journalctl -u commune-host says why"
        print(f"{one['name']}  {', '.join(one['domains'])}  {state}")


def upgrade_all(asked: argparse.Namespace) -> None:
    """Prepare one commune after the other, then replace the code once. Those that failed are not served by it."""
    failed = {}
    for name in settings_files():
        print(f"{name}:", flush=True)
        steps = [["check", "--deploy", "--fail-level", "ERROR"], ["backup"], ["prepare"]]
        for step in steps if not asked.no_backup else [steps[0], steps[2]]:
            if run_for(name, *step):
                failed[name] = step[0]
                break
    systemctl("reload-or-restart", SERVICE)
    if os.path.isdir("/run/systemd/system") and SOCKETS.is_dir():
        failed |= {name: "answer" for name in settings_files() if name not in failed and not answers(name)}
    for name, step in failed.items():
        print(f"{name} is not upgraded ({step} failed); its visitors read that it is back soon. Then repeat.")
    if failed:
        sys.exit(1)


def answers(name: str) -> bool:
    """Return whether the site of a commune answers at its socket."""
    connection = http.client.HTTPConnection(hosts_of(FILES / f"{name}.env")[0], timeout=PATIENCE)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.settimeout(PATIENCE)
    try:
        connection.sock.connect(str(SOCKETS / f"{name}.sock"))
        connection.request("GET", "/health/live", headers={"X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def remove(asked: argparse.Namespace) -> None:
    path = FILES / f"{asked.name}.env"
    if not path.exists():
        sys.exit(f"There is no commune {asked.name}.")
    path.replace(FILES / f".{asked.name}.env")
    (SITES / f"commune-{asked.name}").unlink(missing_ok=True)
    if shutil.which("nginx"):
        reload_nginx()
    print(
        f"{asked.name} is not served any more. Its settings ({FILES}/.{asked.name}.env), its database and "
        f"{DATA}/communes/{asked.name} stay: delete them when nothing of them is needed."
    )


def run_for(name: str, *arguments: str, settings: Path | None = None) -> int:
    """Run a command for a commune, as its user. Return the exit code."""
    given = {"COMMUNE_SETTINGS_OF": str(settings)} if settings else {}
    return subprocess.run([COMMAND, "--of", name, *arguments], check=False, env=os.environ | given).returncode


def systemctl(*arguments: str) -> None:
    if os.path.isdir("/run/systemd/system"):
        subprocess.run(["systemctl", *arguments], check=False)  # noqa: S607


if __name__ == "__main__":
    main()

"""Names of the site: shows them, or writes them into the settings, nginx and a first certificate.

Standard library only, because root runs it: it needs no library of the site and no database.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
SELF_SIGNED_DAYS = 3650


def main() -> None:
    parser = argparse.ArgumentParser(prog="commune domain", description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="www.orvenay.ch orvenay.ch: the first is in letters."
    )
    parser.add_argument(
        "--certificate", type=Path, metavar="FOLDER", help="A folder with fullchain.pem and privkey.pem."
    )
    parser.add_argument("--write-only", action="store_true", help="Reload nothing and print no advice.")
    parser.add_argument("--settings", type=Path, default="/etc/commune/commune.env", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.settings.exists():
        sys.exit(f"There is no {asked.settings}: install the package first.")
    names = [ascii_name(name) for name in asked.names]
    try:
        if not names and not asked.certificate:
            show(asked.settings)
            return
        if names:
            write_settings(asked.settings, names)
            write_file(asked.settings.parent / "nginx/names.conf", f"server_name {' '.join(names)};\n", 0o644)
        tls = asked.settings.parent / "tls"
        if asked.certificate:
            link_certificate(tls, asked.certificate)
        elif not (tls / "fullchain.pem").exists():
            sign_certificate(tls, names)
    except PermissionError as fault:
        sys.exit(f"{fault.filename} cannot be changed. Run it as root: sudo commune domain")
    if not asked.write_only:
        reload_nginx()
        if names:
            restart = "commune prepare && systemctl restart 'commune-*'"
            show_next_steps(names, [*certificate_steps(names, "commune domain"), restart])


def ascii_name(name: str) -> str:
    """Return a name of the DNS in its ASCII form. End if it is none, such as an address with https://."""
    try:
        found = name.lower().rstrip(".").encode("idna").decode()
    except UnicodeError:
        found = ""
    if not NAME.fullmatch(found):
        sys.exit(
            f"{name!r} is no name of a site: write it as www.orvenay.ch, without https:// and without a path."
        )
    return found


def read_setting(settings: Path, name: str) -> str:
    found = re.findall(rf"^{name}=(.*)$", settings.read_text(), re.MULTILINE)
    return found[-1].strip("'\"") if found else ""


def write_settings(settings: Path, names: list[str]) -> None:
    """Replace two lines of the settings; the others stay, comments too."""
    lines = settings.read_text().splitlines()
    values = {"ALLOWED_HOSTS": ",".join(names), "COMMUNE_BASE_URL": f"https://{names[0]}"}
    kept = [line for line in lines if line.partition("=")[0] not in values]
    added = [f"{name}={value}" for name, value in values.items()]
    write_file(settings, "\n".join([*kept, *added]) + "\n")


def write_file(path: Path, text: str, mode: int | None = None) -> None:
    """Write the file whole or not at all. An existing file keeps its owner, and its mode without ``mode``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with open(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    if path.exists():
        shutil.copymode(path, temporary)
        shutil.chown(temporary, path.stat().st_uid, path.stat().st_gid)
    if mode is not None:
        Path(temporary).chmod(mode)
    Path(temporary).replace(path)


def sign_certificate(tls: Path, names: list[str]) -> None:
    """Write a certificate of our own, with which nginx starts. Browsers warn of it."""
    tls.mkdir(parents=True, exist_ok=True)
    alternatives = ",".join(f"DNS:{name}" for name in names)
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-noenc",
    ]
    command += ["-subj", "/O=Self-signed by commune", "-addext", f"subjectAltName={alternatives}"]
    command += ["-days", str(SELF_SIGNED_DAYS), "-keyout", "privkey.pem", "-out", "fullchain.pem"]
    previous = os.umask(0o077)
    subprocess.run(command, cwd=tls, check=True, capture_output=True)
    os.umask(previous)


def link_certificate(tls: Path, folder: Path) -> None:
    tls.mkdir(parents=True, exist_ok=True)
    folder = folder.absolute()
    files = [folder / name for name in ("fullchain.pem", "privkey.pem")]
    if missing := [str(file) for file in files if not file.exists()]:
        sys.exit(f"There is no {' and no '.join(missing)}.")
    for file in files:
        temporary = tls / f".{file.name}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(file)
        temporary.replace(tls / file.name)


def reload_nginx() -> None:
    tested = subprocess.run(["nginx", "-t", "-q"], check=False, capture_output=True, text=True)  # noqa: S607
    if tested.returncode:
        sys.exit(f"nginx refuses its configuration and runs on with the former one:\n{tested.stderr.strip()}")
    subprocess.run(["nginx", "-s", "reload"], check=False, capture_output=True)  # noqa: S607


def show(settings: Path) -> None:
    for name in read_setting(settings, "ALLOWED_HOSTS").split(","):
        print(f"{name}: {', '.join(addresses(name)) or 'not in the DNS'}")
    print(f"Letters lead to {read_setting(settings, 'COMMUNE_BASE_URL')}")


def addresses(name: str) -> list[str]:
    try:
        return sorted({found[4][0] for found in socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)})
    except OSError:
        return []


def show_next_steps(names: list[str], steps: list[str]) -> None:
    """Print which names are not in the DNS, and commands to type."""
    for name in names:
        if not addresses(name):
            print(f"{name} is not in the DNS: let it lead to this machine.")
    print("\n  ".join(["Next:", *steps]))


def certificate_steps(names: list[str], domain_command: str) -> list[str]:
    """Return the commands that get a certificate of Let's Encrypt for the names, and link it."""
    flags = " ".join(f"-d {name}" for name in names)
    return [
        f"certbot certonly --webroot -w /var/www/html {flags} --deploy-hook 'systemctl reload nginx'",
        f"{domain_command} --certificate /etc/letsencrypt/live/{names[0]}",
    ]


if __name__ == "__main__":
    main()

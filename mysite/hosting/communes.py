"""Communes of a host: their files of settings, and what keeps them apart.

A commune is a file ``NAME.env``, written as for systemd and the shell. Standard library and our own readers only.
"""

import hashlib
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..settings.environment import OF_FILE, split_url

ENDING = ".env"
# The name is part of the names of files, sockets, databases and units.
NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?")
# Each commune has its own, in its own file.
NEEDED = ("SECRET_KEY", "ALLOWED_HOSTS", "COMMUNE_NAME", "COMMUNE_BASE_URL", "COMMUNE_VAR")
# Places and keys that no two communes share.
SEPARATE = (
    *("SECRET_KEY", "AUDIT_KEY", "ANSWER_KEYS", "VAPID_PRIVATE_KEY"),
    *("DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "BACKUP_PROOF_DATABASE"),
    *("MEDIA_STORE_URL", "PRIVATE_STORE_URL", "BACKUP_URL", "GED_URL", "AUDIT_ANCHOR_FILE"),
    "BOUNCE_MAILBOX_URL",
)
DATABASES = {"DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_REPLICA_URL", "BACKUP_PROOF_DATABASE"}
HERE = {"", "localhost", "127.0.0.1", "::1", "/var/run/postgresql", "/run/postgresql"}
DATABASE_PORT, REDIS_PORT = 5432, 6379


@dataclass(frozen=True)
class CommuneFile:
    """A commune as the parent knows it: digests instead of its keys and addresses."""

    name: str
    hosts: tuple[str, ...] = ()
    folder: str = ""  # COMMUNE_VAR
    marks: Mapping[str, str] = field(default_factory=dict)  # variable → digest of its value
    digest: str = ""  # of the whole file
    fault: str = ""  # why it cannot be served


def find_files(folder: Path) -> dict[str, Path]:
    """Return the files of settings by the names of their communes."""
    return {path.stem: path for path in sorted(folder.glob(f"*{ENDING}")) if not path.name.startswith(".")}


def credentials_folder(path: Path) -> Path:
    """Return the folder in which a file per variable may hold secrets of the commune."""
    return path.with_suffix(".credentials")


def parse_variables(text: str) -> dict[str, str]:
    """Return the variables of a file of settings. Raise ``ValueError`` with the number of a line that is none."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            words = shlex.split(line)
        except ValueError:
            words = []
        name, equals, value = (words[0] if words else "").partition("=")
        if len(words) != 1 or not equals or not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
            raise ValueError(f"line {number} is not written as NAME='value'")
        found[name] = value
    return found


def examine_file(name: str, path: Path, salt: bytes) -> CommuneFile:
    """Read the file of a commune. Return what may be known of it outside of its own processes."""
    if not NAME.fullmatch(name):
        return CommuneFile(name, fault="its name has other characters than a-z, 0-9 and -, or more than 32")
    try:
        text = path.read_text(encoding="utf-8")
        variables = parse_variables(text)
        values = {one: _value(one, variables, path) for one in (*NEEDED, *SEPARATE)}
    except (OSError, UnicodeDecodeError, ValueError) as error:
        return CommuneFile(name, fault=getattr(error, "strerror", None) or str(error))
    missing = [one for one in NEEDED if not values[one]]
    hosts = tuple(host.strip().lower() for host in values["ALLOWED_HOSTS"].split(",") if host.strip())
    fault = f"its file lacks {', '.join(missing)}" if missing else ""
    if "*" in hosts:
        fault = "ALLOWED_HOSTS is *: write its names"
    marks = {
        one: _digest(salt, f"{_kind(one)} {_place(one, values[one])}") for one in SEPARATE if values[one]
    }
    return CommuneFile(
        name, hosts, str(Path(values["COMMUNE_VAR"]).absolute()), marks, _digest(salt, text), fault
    )


def find_conflicts(communes: Iterable[CommuneFile], served: Iterable[str] = ()) -> dict[str, str]:
    """Return why communes cannot be served beside the others, by name.

    Those that are ``served`` already go on; of others that share something none is served.
    """
    communes, served = list(communes), set(served)
    found: dict[str, str] = {one.name: one.fault for one in communes if one.fault}
    usable = [one for one in communes if not one.fault]
    for one in usable:
        for other in usable:
            if one is other or one.name in served:
                continue
            if reason := _shared(one, other):
                found.setdefault(one.name, f"it shares {reason} with {other.name}")
    return found


def _shared(one: CommuneFile, other: CommuneFile) -> str:
    """Return what two communes have in common that each must have for itself; "" if nothing."""
    for host in one.hosts:
        if any(_overlap(host, theirs) for theirs in other.hosts):
            return f"the host name {host}"
    mine, theirs = Path(one.folder), Path(other.folder)
    if mine == theirs or mine in theirs.parents or theirs in mine.parents:
        return "the folder COMMUNE_VAR"
    known = {digest: variable for variable, digest in other.marks.items()}
    return next((variable for variable, digest in one.marks.items() if digest in known), "")


def _overlap(one: str, other: str) -> bool:
    """Return whether two names of ``ALLOWED_HOSTS`` mean a common host. A leading dot includes all below."""
    if one == other:
        return True
    return any(a.startswith(".") and (b.endswith(a) or b == a[1:]) for a, b in ((one, other), (other, one)))


def _value(name: str, variables: Mapping[str, str], path: Path) -> str:
    """Return the value of a variable, from its file too."""
    if variables.get(name):
        return variables[name]
    credential = credentials_folder(path) / name
    file = variables.get(f"{name}{OF_FILE}") or (str(credential) if credential.exists() else "")
    return Path(file).read_text(encoding="utf-8").strip() if file else ""


def _kind(name: str) -> str:
    """Return what a variable is compared with: each database of a commune with all of another."""
    return "DATABASE_URL" if name in DATABASES else name


def _place(name: str, value: str) -> str:
    """Return the place that an address leads to, whoever signs in there and however it is written."""
    if name == "BOUNCE_MAILBOX_URL":
        return _mailbox(value)
    if name in {*DATABASES, "REDIS_URL"}:
        url = split_url(value)
        if url.path or url.hostname:
            host = (url.hostname or "").replace("%2f", "/")
            port = url.port or (REDIS_PORT if name == "REDIS_URL" else DATABASE_PORT)
            rest = f"?{url.query}" if name == "REDIS_URL" else ""
            return f"{'here' if host in HERE else host}:{port}/{url.path.strip('/')}{rest}"
    return value.rstrip("/")


def _mailbox(value: str) -> str:
    """Return the folder of a mailbox, which belongs to who signs in. Its ports and protocols lead to the same."""
    url = split_url(value)
    return f"{url.username or ''}@{url.hostname or ''}/{url.path.strip('/') or 'INBOX'}"


def _digest(salt: bytes, text: str) -> str:
    return hashlib.blake2b(text.encode(), key=salt, digest_size=16).hexdigest()

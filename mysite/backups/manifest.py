"""The manifest of a backup: what it contains, of which installation and release, with digests of everything."""

import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import constant_time_compare, salted_hmac

from .backup_store import FORMAT, BackupStore
from .encryption import Damaged
from .exceptions import BackupError

SALT = "mysite.backups.manifest"


@dataclass(frozen=True)
class Manifest:
    """Contents of a backup. ``files``: by source and name, the SHA-256, the size and the object."""

    backup: str
    installation: str
    vendor: str
    migrations: list[str]
    tables: dict[str, list]
    files: dict[str, dict[str, list]]
    missing: list[str]  # files that rows named and that were not there
    database: list = field(default_factory=list)  # SHA-256 and size of the dump
    format: int = FORMAT

    def total_size(self) -> int:
        """Return the size of all files in bytes."""
        return sum(size for names in self.files.values() for _digest, size, _object in names.values())


def write_manifest(store: BackupStore, manifest: Manifest) -> None:
    """Store the manifest, signed with ``SECRET_KEY``: everybody who has the public key could encrypt another."""
    content = json.dumps(asdict(manifest), sort_keys=True)
    signed = json.dumps({"content": content, "signature": sign_content(content)})
    store.write(f"backups/{manifest.backup}.manifest", io.BytesIO(gzip.compress(signed.encode(), mtime=0)))


def read_manifest(store: BackupStore, name: str, keys, *, foreign: bool = False) -> Manifest:
    """Return the manifest of a backup. ``foreign``: it may be of another installation or ``SECRET_KEY``."""
    packed = io.BytesIO()
    try:
        store.read(f"backups/{name}.manifest", packed.write, keys)
        signed = json.loads(gzip.decompress(packed.getvalue()))
        content, signature = signed["content"], signed["signature"]
        found = json.loads(content)
    except (Damaged, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BackupError(
            f"The manifest of backup {name} cannot be read ({error}): take another backup."
        ) from error
    if not foreign and not is_signed_here(content, signature):
        raise BackupError(
            f"Backup {name} is of another installation, or was made under another SECRET_KEY, or was altered. Restore "
            "it with the environment file of that time, or accept it with --foreign if you know where it is from."
        )
    return _parsed(found, name)


def _parsed(found: Mapping, name: str) -> Manifest:
    if found.get("backup") != name:
        raise BackupError(f"Backup {name} has the manifest of another backup: take another backup.")
    try:
        return Manifest(**{one.name: found[one.name] for one in fields(Manifest)})
    except KeyError as error:
        raise BackupError(f"The manifest of backup {name} lacks {error}: take another backup.") from error


def sign_content(content: str, key: str = "") -> str:
    """Return the signature of a manifest, by default with ``SECRET_KEY``."""
    return salted_hmac(SALT, content, secret=key or settings.SECRET_KEY, algorithm="sha256").hexdigest()


def is_signed_here(content: str, signature: object) -> bool:
    """Return whether ``SECRET_KEY``, or a former one, signed the content."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(str(signature), sign_content(content, key)) for key in keys)


def applied_migrations(connection) -> list[str]:
    """Return the migrations of a database, as ``app.name``."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())

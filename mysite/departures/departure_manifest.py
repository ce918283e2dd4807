"""The manifest of a departure: of which installation and release it is, with a digest of every file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from ..backups.creation import file_digest
from ..backups.manifest import is_signed_here, sign_content
from ..backups.restoration import list_faults
from .departure_pack import DeparturePack
from .exceptions import DepartureError

FORMAT = 1
NAME, SIGNATURE = "manifest.json", "manifest.signature"
TABLES, FILES = "records/tables/", "records/files/"
# Settings that a commune chooses once: addresses, texts and amounts depend on them.
CHOSEN_ONCE = {
    "COMMUNE_LANGUAGE": "LANGUAGE_CODE",
    "COMMUNE_COUNTRY": "COUNTRY",
    "COMMUNE_SUBDIVISION": "SUBDIVISION",
    "COMMUNE_CURRENCY": "CURRENCY",
    "COMMUNE_TIME_ZONE": "TIME_ZONE",
}


@dataclass(frozen=True)
class DepartureManifest:
    """Contents of a departure. ``digests``: one of each part, equal if all its files are."""

    format: int
    commune: str
    installation: str
    release: str
    made_at: str
    settings: dict[str, str]
    migrations: list[str]
    contents: dict  # counts and totals of the parts
    tables: dict[str, int]  # rows
    excluded: dict[str, str]  # tables that did not leave, and why
    missing: list[str]  # files that rows name and that were not there
    faults: list[str]  # what was wrong before the departure
    digests: dict[str, str]
    files: dict[str, list]  # SHA-256 and size

    @property
    def stored_files(self) -> list[str]:
        return [name for name in self.files if name.startswith(FILES)]

    def total_size(self, names) -> int:
        """Return the size of these files in bytes."""
        return sum(self.files[name][1] for name in names)


def chosen_settings() -> dict[str, str]:
    """Return the settings that arrival does not change, by the name of their variable."""
    return {variable: getattr(settings, name) for variable, name in CHOSEN_ONCE.items()}


def part_digests(files: Mapping[str, list]) -> dict[str, str]:
    """Return a digest of each folder, and of each file beside the folders."""
    digests: dict = {}
    for name in sorted(files):
        part = digests.setdefault(name.partition("/")[0], hashlib.sha256())
        part.update(f"{files[name][0]}  {name}\n".encode())
    return {part: digest.hexdigest() for part, digest in digests.items()}


def write_manifest(pack: DeparturePack, manifest: DepartureManifest, add) -> None:
    """Add the manifest and its signature, with ``add(name, text)``."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    add(NAME, text)
    add(SIGNATURE, sign_content(text))


def read_manifest(folder: Path, *, foreign: bool) -> DepartureManifest:
    """Return the manifest of a departure. ``foreign``: another ``SECRET_KEY`` may have signed it."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
        signature = (folder / SIGNATURE).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DepartureError(
            f"{folder} is no complete departure, because {Path(error.filename).name} is missing: copy all of it."
        ) from error
    except ValueError as error:
        raise _damaged(error) from error
    if not foreign and not is_signed_here(text, signature.strip()):
        raise DepartureError(
            "The departure is of another installation, or was made under another SECRET_KEY, or was altered. Put "
            "SECRET_KEY and AUDIT_KEY of the old environment file into the new one, or accept it with --foreign if you "
            "know where it is from."
        )
    try:
        content = json.loads(text)
        if content["format"] > FORMAT:
            raise DepartureError(
                "The departure was made by a newer release: install that release, then arrive."
            )
        manifest = DepartureManifest(**{one.name: content[one.name] for one in fields(DepartureManifest)})
        if not all(_is_inside(name) for name, (_digest, _size) in manifest.files.items()):
            raise ValueError("a name of a file leads elsewhere")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(error) from error
    return manifest


def _damaged(error: Exception) -> DepartureError:
    return DepartureError(f"The manifest is damaged ({error}): copy the departure again.")


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in PurePosixPath(name).parts


# -- Checks before anything changes --------------------------------------------------------------------------------
def refuse_unsuitable(manifest: DepartureManifest) -> None:
    """Raise ``DepartureError`` if this release or its settings cannot use the departure."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise DepartureError(
            f"The departure was made by a newer release, {manifest.release} (it has {unknown[0]}): install that "
            "release, then arrive."
        )
    if known - set(manifest.migrations):
        raise DepartureError(
            f"The departure was made by an older release, {manifest.release}: install that release, arrive, then "
            "upgrade."
        )
    for variable, value in chosen_settings().items():
        if (departed := manifest.settings.get(variable)) != value:
            raise DepartureError(
                f"{variable} was {departed!r}, and is {value!r} here: set it to {departed!r}."
            )


def refuse_damaged(folder: Path, manifest: DepartureManifest) -> None:
    """Raise ``DepartureError`` if a file is missing or not as it was written."""
    faults = []
    for name, (digest, size) in manifest.files.items():
        path = folder / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif path.stat().st_size != size or file_digest(path) != digest:
            faults.append(f"{name} is another file")
    if faults:
        raise DepartureError(
            f"The departure is damaged: {list_faults(faults)}. Nothing has changed here. Copy it again."
        )

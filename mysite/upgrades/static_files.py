"""Static files of a release beside those of the two releases before, whose site may still be running."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.contrib.staticfiles.management.commands.collectstatic import Command as CollectStatic
from django.core.files.storage import storages
from django.core.management import call_command

MANIFEST = "staticfiles.json"
RETAINED_RELEASES = 3  # the new one and the two before
COMPRESSED = ("", ".gz", ".br")


def collect_release() -> None:
    """Collect the static files of this release, and delete those that no retained release names.

    They are collected beside the served folder and moved in one by one, so that at no moment a file is missing. The
    time at which a file was changed says nothing here: that of a new package can lie before the last upgrade.
    """
    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    manifests = root.with_name("static-releases")
    if not manifests.exists():
        store_manifest(manifests, read_manifest(root / MANIFEST))
    with TemporaryDirectory(dir=root.parent, prefix="static-") as folder:
        fresh = Path(folder) / "static"
        collect_into(fresh)
        manifest = read_manifest(fresh / MANIFEST)
        releases = store_manifest(manifests, manifest)
        shutil.copytree(
            fresh, root, ignore=_ignore_at_top(fresh, MANIFEST), copy_function=shutil.move, dirs_exist_ok=True
        )
        write_atomically(root / MANIFEST, json.dumps(manifest | {"paths": merged_paths(releases)}))
    remove_files(root, unnamed_files(files_below(root), releases))


def collect_into(folder: Path) -> None:
    """Run ``collectstatic`` with another folder than the served one."""
    command = CollectStatic()
    command.storage = storages.create_storage(
        settings.STORAGES["staticfiles"] | {"OPTIONS": {"location": folder}}
    )
    call_command(command, interactive=False, verbosity=0)


def merged_paths(releases: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the files of all ``releases``, the newest first: a name leads to the newest file that had it.

    A process of an older release that starts again reads this manifest, and would fail for a name that is gone.
    """
    return {name: hashed for paths in reversed(list(releases)) for name, hashed in paths.items()}


def unnamed_files(present: Iterable[str], releases: Iterable[Mapping[str, str]]) -> set[str]:
    """Return the files among ``present`` that none of the ``releases`` names, compressed or not."""
    named = chain.from_iterable(chain(paths, paths.values()) for paths in releases)
    return set(present) - {name + ending for name in named for ending in COMPRESSED} - {MANIFEST}


def store_manifest(manifests: Path, manifest: Mapping) -> list[dict[str, str]]:
    """Store the paths of a manifest unless they are the newest. Return those of the retained releases, newest first."""
    stored = sorted(manifests.glob("*.json"), key=lambda path: int(path.stem), reverse=True)
    releases = [json.loads(path.read_text()) for path in stored]
    paths = manifest.get("paths", {})
    if paths and paths not in releases[:1]:
        number = int(stored[0].stem) + 1 if stored else 1
        manifests.mkdir(parents=True, exist_ok=True)
        write_atomically(manifests / f"{number}.json", json.dumps(paths))
        stored, releases = [manifests / f"{number}.json", *stored], [paths, *releases]
    for path in stored[RETAINED_RELEASES:]:
        path.unlink(missing_ok=True)
    return releases[:RETAINED_RELEASES]


def read_manifest(path: Path) -> dict:
    """Return a manifest; {} without one, and for one that was cut off while it was written."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def write_atomically(path: Path, text: str) -> None:
    """Write a file that is never read half written, open to the same readers as other static files."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text)
    unfinished.chmod(settings.FILE_UPLOAD_PERMISSIONS)
    unfinished.replace(path)


def files_below(root: Path) -> Iterator[str]:
    return (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def remove_files(root: Path, names: Iterable[str]) -> None:
    """Delete the named files, and the folders that they leave empty."""
    for name in names:
        (root / name).unlink(missing_ok=True)
    for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _ignore_at_top(folder: Path, name: str):
    return lambda place, _names: {name} if Path(place) == folder else set()

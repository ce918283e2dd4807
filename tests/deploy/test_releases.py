"""The releases of deploy/releases.toml, from which upgrades are rehearsed."""

import subprocess
from itertools import pairwise

import pytest

from tests.resilience.releases import ROOT, read_releases


def git(*command: str) -> str:
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def migrations_of(commit: str) -> dict[str, str]:
    """Return the id of the contents of each migration, by path."""
    lines = [line.split() for line in git("ls-tree", "-r", commit).splitlines()]
    return {path: blob for _mode, _type, blob, path in lines if "/migrations/0" in path}


@pytest.mark.parametrize("release", read_releases(), ids=lambda release: release["version"])
def test_migrations_of_release_are_unchanged(release):
    if not git("cat-file", "-t", release["commit"]):
        pytest.skip("There is no history here")
    then = migrations_of(release["commit"])
    now = {path: git("hash-object", path) for path in then if (ROOT / path).exists()}
    assert len(then) > 20
    assert [path for path, blob in then.items() if now.get(path) != blob] == []


def test_releases_are_two_the_newest_first():
    versions = [release["version"] for release in read_releases()]
    assert len(versions) >= 2
    for newer, older in pairwise(versions):
        assert subprocess.run(["dpkg", "--compare-versions", newer, "gt", older]).returncode == 0

"""Static files: those of the running release and the one before stay, older ones go."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError

from mysite.staticfiles import StaticFilesStorage
from mysite.upgrades.static_files import collect_release, merged_paths, store_manifest, unnamed_files

NEW = {"css/site.css": "css/site.new.css"}
OLD = {"css/site.css": "css/site.old.css", "js/gone.js": "js/gone.1.js"}


def test_unnamed_files_are_those_of_no_release():
    present = {
        *("staticfiles.json", "css/site.css", "css/site.new.css", "css/site.new.css.gz"),
        *("css/site.old.css", "css/site.old.css.br", "js/gone.1.js", "css/site.older.css", "x.css.gz"),
    }
    assert unnamed_files(present, [NEW, OLD]) == {"css/site.older.css", "x.css.gz"}
    assert unnamed_files(present, []) == present - {"staticfiles.json"}


def test_merged_paths_lead_to_the_newest_file_of_each_name():
    assert merged_paths([NEW, OLD]) == {"css/site.css": "css/site.new.css", "js/gone.js": "js/gone.1.js"}
    assert merged_paths([]) == {}


def test_manifests_of_three_different_releases_are_kept(tmp_path):
    releases = [{"a.css": f"a.{number}.css"} for number in range(12)]
    for paths in releases:
        for _twice in range(2):
            kept = store_manifest(tmp_path / "manifests", {"paths": paths})
    assert kept == releases[:-4:-1]
    assert len(list((tmp_path / "manifests").iterdir())) == 3
    assert store_manifest(tmp_path / "manifests", {}) == kept


class Site:
    """A site of a few static files, which are changed and collected as by a new release."""

    def __init__(self, folder: Path):
        self.source, self.root = folder / "source", folder / "static"
        self.source.mkdir()

    def release(self, **sheets: str) -> None:
        """Collect the sheets, written an hour before the last release, as in a package."""
        for path in self.source.iterdir():
            path.unlink()
        for name, text in sheets.items():
            (self.source / f"{name}.css").write_text(text)
            os.utime(self.source / f"{name}.css", (0, 0))
        collect_release()

    def url(self, name: str) -> str:
        return StaticFilesStorage(location=self.root, base_url="/").url(f"{name}.css").lstrip("/")

    def files(self) -> set[str]:
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*.css")}


@pytest.fixture
def site(monkeypatch, tmp_path):
    # Not by the fixture ``settings``: its signal would reset storages in memory, which other tests use.
    one = Site(tmp_path)
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    monkeypatch.setattr(settings, "STATIC_ROOT", one.root)
    monkeypatch.setattr(settings, "DEBUG", False)
    monkeypatch.setattr(
        settings, "STORAGES", {"staticfiles": {"BACKEND": "mysite.staticfiles.StaticFilesStorage"}}
    )
    monkeypatch.setattr(
        "django.contrib.staticfiles.management.commands.collectstatic.get_finders",
        lambda: [Finder(one.source)],
    )
    return one


class Finder:
    def __init__(self, source: Path):
        self.storage = FileSystemStorage(source)

    def list(self, _ignored):
        return [(name, self.storage) for name in sorted(self.storage.listdir("")[1])]


def test_files_of_the_two_releases_before_stay(site):
    urls = []
    for colour in ("red", "green", "blue", "black"):
        site.release(look=f"a{{color:{colour}}}", **{colour: "b{}"})
        urls += [{site.url("look"), site.url(colour)}]
    assert all(url in site.files() for pair in urls[1:] for url in pair)
    assert urls[0].isdisjoint(site.files())
    assert "red.css" not in site.files()
    assert (site.root / site.url("look")).read_text() == "a{color:black}"


def test_old_release_that_starts_again_finds_its_files(site):
    site.release(look="a{color:red}", gone="b{}")
    site.release(look="a{color:blue}")
    assert (site.root / site.url("gone")).read_text() == "b{}"


def test_files_from_before_manifests_were_kept_stay(site):
    site.release(look="a{color:red}")
    before = site.url("look")
    for path in (site.root.parent / "static-releases").iterdir():
        path.unlink()
    (site.root.parent / "static-releases").rmdir()
    site.release(look="a{color:blue}")
    assert {before, site.url("look")} <= site.files()


def test_collected_files_and_folders_are_readable_by_a_proxy(site):
    previous = os.umask(0o077)
    try:
        site.release(look="a{color:red}")
    finally:
        os.umask(previous)
    assert site.root.stat().st_mode & 0o777 == 0o755
    assert (site.root / site.url("look")).stat().st_mode & 0o777 == 0o644
    assert json.loads((site.root / "staticfiles.json").read_text())["version"]


def test_failed_collection_leaves_everything_as_it_was(site):
    site.release(look="a{color:red}")
    before = {path: path.read_bytes() for path in site.root.rglob("*") if path.is_file()}
    with pytest.raises(CommandError, match="nowhere"):
        site.release(look="a{background:url(nowhere.png)}")
    assert {path: path.read_bytes() for path in site.root.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in site.root.parent.iterdir()) == ["source", "static", "static-releases"]

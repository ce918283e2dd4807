"""Variables of the object storage: what they set, and what is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mysite.settings import object_storage
from tests.mysite.test_settings import NEEDED, ROOT


def test_unset_variables_store_files_on_the_disk(monkeypatch):
    for name in ("MEDIA_STORE_URL", "PRIVATE_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert object_storage.read_buckets("/media/") == {}


def test_each_kind_of_files_has_its_bucket(s3_environment):
    found = object_storage.read_buckets("https://media.orvenay.example/")
    places = {alias: (one["bucket_name"], one["location"]) for alias, one in found.items()}
    assert places == {"default": ("orvenay-media", "web"), "private": ("orvenay-private", "")}
    assert found["default"]["base_url"] == "https://media.orvenay.example/"
    assert found["private"]["base_url"] == "/media/"


def test_one_kind_of_files_may_stay_on_the_disk(s3_environment, monkeypatch):
    monkeypatch.delenv("MEDIA_STORE_URL")
    assert list(object_storage.read_buckets("/media/")) == ["private"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MEDIA_STORE_URL", "https://s3.example.org/bucket", "write it as s3://bucket"),
        ("MEDIA_STORE_URL", "s3://", "write it as s3://bucket"),
        ("MEDIA_STORE_URL", "s3://key:secret@host/bucket", "write it as s3://bucket"),
        ("MEDIA_STORE_URL", "s3://orvenay-private/web", "name two buckets"),
        ("FILES_S3_CREDENTIALS", "", "Set the environment variable FILES_S3_CREDENTIALS"),
        ("FILES_S3_CREDENTIALS", "/nowhere/s3.ini", "is not readable as a file with"),
        ("FILES_S3_ENDPOINT", "s3.example.org", "FILES_S3_ENDPOINT: write an address"),
    ],
)
def test_wrong_variable_is_refused_with_an_instruction(s3_environment, monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=said):
        object_storage.read_buckets("/media/")


@pytest.mark.parametrize("text", ["", "[default]\naws_access_key_id = x", "no = section", "\x00\xff"])
def test_file_without_a_key_is_refused(s3_environment, monkeypatch, tmp_path, text):
    file = tmp_path / "wrong.ini"
    file.write_text(text, encoding="latin-1")
    file.chmod(0o600)
    monkeypatch.setenv("FILES_S3_CREDENTIALS", str(file))
    with pytest.raises(ImproperlyConfigured, match="aws_secret_access_key"):
        object_storage.read_buckets("/media/")


def test_file_of_the_key_that_everybody_can_open_is_refused(s3_environment):
    Path(os.environ["FILES_S3_CREDENTIALS"]).chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="chmod o-rwx"):
        object_storage.read_buckets("/media/")


def test_production_finds_pictures_where_browsers_do(s3_environment):
    """Settings are read in a process of their own, in which other variables than those of the tests hold."""
    given = {
        name: os.environ[name] for name in ("FILES_S3_ENDPOINT", "FILES_S3_CREDENTIALS", "MEDIA_STORE_URL")
    }
    asked = {"MEDIA_PUBLIC_URL": "https://media.orvenay.example/web"} | given
    code = (
        "from mysite.settings import production as p; "
        "print(p.MEDIA_URL, p.SECURE_CSP['img-src'][-1], p.ADMIN_CSP['img-src'][-1], p.MEDIA_THROUGH_SITE, "
        "p.OBJECT_STORAGE['default']['bucket_name'], p.STORAGES['private']['BACKEND'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | NEEDED | asked,
        capture_output=True,
        text=True,
    )
    origin = "https://media.orvenay.example"
    assert run.stdout.split() == [
        *(f"{origin}/web/", origin, origin, "False", "orvenay-media"),
        "django.core.files.storage.FileSystemStorage",
    ], run.stderr

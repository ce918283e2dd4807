"""Environment variables of the operator: read, or refused with a sentence that says what to write."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from mysite.settings import environment


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", ["https://tiles.example"]),
        ("https://{s}.tiles.example:8443/{z}/{x}/{y}.png?key=1", ["https://*.tiles.example:8443"]),
        ("/carte/{z}/{x}/{y}.png", []),
        ("", []),
    ],
)
def test_map_url_opens_the_content_policy_for_its_origin_only(monkeypatch, url, allowed):
    monkeypatch.setenv("TILE_URL", url)
    assert environment.read_tiles("TILE_URL") == url
    assert environment.csp_origin(url) == allowed


@pytest.mark.parametrize(
    "url", ["https://tiles.example/", "tiles.example/{z}/{x}/{y}.png", "javascript:{z}{x}{y}"]
)
def test_map_url_without_tiles_is_refused(monkeypatch, url):
    monkeypatch.setenv("TILE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="TILE_URL: write it as https"):
        environment.read_tiles("TILE_URL")


def test_audit_anchor_file_that_exists_is_accepted(monkeypatch, tmp_path):
    """The site restarts after the file was written."""
    for _start in range(2):
        assert environment.file("AUDIT_ANCHOR_FILE", tmp_path / "anchors.txt") == tmp_path / "anchors.txt"
        (tmp_path / "anchors.txt").write_text("1")
    monkeypatch.setenv("AUDIT_ANCHOR_FILE", str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match="cannot be written as a file"):
        environment.file("AUDIT_ANCHOR_FILE", tmp_path / "anchors.txt")
    monkeypatch.setenv("AUDIT_ANCHOR_FILE", "anchors.txt")
    with pytest.raises(ImproperlyConfigured, match="write the whole path"):
        environment.file("AUDIT_ANCHOR_FILE", tmp_path / "anchors.txt")


# -- Values in files -------------------------------------------------------------------------------------------


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "SECRET"
    path.write_text("word of the file\n")
    return path


def test_value_is_read_from_the_named_file(monkeypatch, secret):
    monkeypatch.setenv("SECRET_FILE", str(secret))
    assert environment.read_text("SECRET") == "word of the file"
    monkeypatch.setenv("SECRET", "")  # an empty line of a file of settings
    assert environment.read_text("SECRET", "default") == "word of the file"
    environment.require_all("SECRET")


def test_value_is_read_from_a_credential_of_systemd(monkeypatch, secret):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secret.parent))
    assert environment.read_text("SECRET") == "word of the file"
    assert environment.read_text("ANOTHER", "default") == "default"


@pytest.mark.parametrize("beside", ["SECRET", "CREDENTIALS_DIRECTORY"])
def test_value_and_file_at_once_are_refused(monkeypatch, secret, beside):
    monkeypatch.setenv("SECRET_FILE", str(secret))
    monkeypatch.setenv(beside, str(secret.parent))
    with pytest.raises(ImproperlyConfigured, match=r"SECRET.* and .*SECRET.* are both set: keep one"):
        environment.read_text("SECRET")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory"),
        (b"", "must hold one line"),
        (b" \n", "must hold one line"),
        (b"one\ntwo\n", "must hold one line"),
        (b"\xff\xfe", "it is no text"),
    ],
)
def test_unusable_file_of_a_value_is_refused(monkeypatch, tmp_path, content, said):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SECRET_FILE", str(path))
    with pytest.raises(ImproperlyConfigured, match=said) as refused:
        environment.read_text("SECRET", "default")
    assert str(refused.value).startswith("SECRET_FILE: ")


def test_relative_file_of_a_value_is_refused(monkeypatch):
    monkeypatch.setenv("SECRET_FILE", "secret")
    with pytest.raises(ImproperlyConfigured, match="SECRET_FILE is 'secret': write the whole path"):
        environment.read_text("SECRET")


@pytest.mark.parametrize("value", ["security@orvenay.ch", "http://orvenay.ch/", "mailto:a@b, javascript:x"])
def test_contact_that_nobody_can_use_is_refused(monkeypatch, value):
    monkeypatch.setenv("SECURITY_CONTACT", value)
    with pytest.raises(ImproperlyConfigured, match="SECURITY_CONTACT: write it as mailto"):
        environment.read_contacts("SECURITY_CONTACT")

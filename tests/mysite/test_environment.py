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

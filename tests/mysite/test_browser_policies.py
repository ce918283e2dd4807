"""Headers that limit what browsers and other sites do with our answers."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from tests.factories.home import CommuneSettingsFactory, make_site

pytestmark = pytest.mark.django_db
PAGES = ["/", "/n-existe-pas/", "/recherche/", "/admin/login/", "/health/", "/health/live", "/robots.txt"]


@pytest.mark.parametrize("path", PAGES)
def test_no_other_site_builds_in_our_pages(client, path):
    CommuneSettingsFactory()
    make_site()
    answer = client.get(path)
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Permissions-Policy"] == settings.PERMISSIONS_POLICY
    if "text/html" in answer["Content-Type"]:
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_refused_host_has_the_same_policies(client, settings):
    settings.ALLOWED_HOSTS = ["www.orvenay.example"]
    answer = client.get("/", headers={"host": "elsewhere.example"})
    assert (answer.status_code, answer["Cross-Origin-Resource-Policy"]) == (400, "same-origin")


def test_published_files_may_be_shown_elsewhere(client):
    answer = client.get("/static/img/arms.svg")
    assert (answer.status_code, answer["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
    assert answer["Permissions-Policy"] == settings.PERMISSIONS_POLICY
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_picture_of_letters_may_be_shown_elsewhere(client):
    answer = client.get(reverse("newsletter:opened", args=[1]))
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_policy_names_what_the_scripts_use():
    used = {
        "geolocation": r"navigator\.geolocation",
        "publickey-credentials-get": r"credentials\.get",
        "publickey-credentials-create": r"credentials\.create",
        "camera": "getUserMedia",
        "payment": "PaymentRequest",
        "clipboard-read": r"clipboard\.read",
        "screen-wake-lock": r"navigator\.wakeLock",
    }
    code = "\n".join(
        path.read_text() for path in (settings.BASE_DIR / "mysite" / "static" / "js").rglob("*.js")
    )
    found = {power for power, call in used.items() if re.search(call, code)}
    allowed = {one.partition("=")[0] for one in settings.PERMISSIONS_POLICY.split(", ") if "(self)" in one}
    assert found <= allowed
    assert not (used.keys() - found) & allowed

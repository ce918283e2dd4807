"""Progressive web app: icons made of the arms, a service worker that caches no page, and an offline page."""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.translation import override
from PIL import Image

from home.caching.site_version import bump_version
from home.models import CommuneSettings
from tests.factories.home import CommuneSettingsFactory, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site():
    CommuneSettingsFactory()
    make_site()


def test_favicon_shows_the_arms_in_three_sizes(client):
    answer = client.get("/favicon.ico")
    assert answer["Content-Type"] == "image/x-icon"
    assert "max-age" in answer["Cache-Control"]
    drawn = Image.open(BytesIO(answer.content))
    assert drawn.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    colours = drawn.convert("RGBA").getcolors(4096)
    assert len(colours) > 2  # of the arms
    assert any(colour[3] == 0 for _count, colour in colours)  # on nothing


def test_manifest_makes_site_installable(client):
    told = client.get("/manifest.webmanifest").json()
    assert told["display"] == "standalone"
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"]}
    assert any(icon.get("purpose") == "maskable" for icon in told["icons"])
    for icon in told["icons"]:
        if icon["type"] == "image/png":
            assert client.get(icon["src"]).status_code == 200


@pytest.mark.parametrize("size", [180, 192, 512])
def test_icon_shows_arms_in_requested_size(client, size):
    answer = client.get(reverse("home:icon", args=[size]))
    picture = Image.open(BytesIO(answer.content))
    assert picture.size == (size, size)
    assert len(picture.convert("RGB").getcolors(100_000)) > 2


def test_icon_of_other_size_returns_404(client):
    assert client.get("/icone-9999.png").status_code == 404


def test_service_worker_caches_only_offline_page(client):
    answer = client.get("/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    code = answer.content.decode()
    assert code.count("addAll") == 1
    assert ".put(" not in code
    assert '"/hors-ligne/"' in code
    assert '"/de/hors-ligne/"' in code


@pytest.mark.parametrize("colour", ["", "#0a5c36"])
@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_offline_page_needs_only_cached_files(client, language, colour):
    CommuneSettings.objects.update(colour=colour)
    bump_version()
    code = client.get("/worker.js").content.decode()
    with override(language):
        page = client.get(reverse("home:offline")).content.decode()
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert f'"{address}"' in code
    assert "<script>" not in page


def test_security_policy_allows_service_worker(client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "unsafe" not in policy

"""Public pages in the cache of a real nginx, in front of a real site."""

import gzip
import re
import time
from contextlib import contextmanager

import pytest
from django.conf import settings

from eservices.usage.models import PageVisits
from home.alerts.models import Alert
from home.models import ContentPage
from home.page_cache.middleware import PROXY_SECONDS
from home.web.replica_reading import WROTE
from tests.factories import home as make
from tests.factories.accounts import UserFactory
from tests.support.local_servers import Handler, Server, serving
from tests.support.nginx import NAME, running_nginx
from tests.support.programs import needs

EXPIRED = PROXY_SECONDS + 1.5  # nginx counts whole seconds
TOKEN = "csrftoken=0123456789abcdefABCDEF0123456789"


@pytest.fixture
def nginx(tmp_path, live_server, committed_home, settings):
    """Run nginx in front of the site of the test."""
    needs("nginx")
    settings.PAGE_CACHE = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    with running_nginx(tmp_path, live_server.thread.port) as running:
        yield running


def states(nginx) -> list[str]:
    """Return what the log says of each answer so far: HIT, MISS, EXPIRED, or - for one past the cache."""
    time.sleep(0.1)
    return re.findall(r"cache=(\S+)", (nginx.folder / "commune.log").read_text())


def read(nginx, path: str = "/", **headers: str) -> str:
    response = nginx.ask(path, **headers)
    assert response.status == 200
    return response.read().decode()


def test_second_reader_is_answered_by_nginx(nginx):
    first, second = nginx.ask("/"), nginx.ask("/")
    assert first.read() == second.read()
    assert states(nginx) == ["MISS", "HIT"]
    assert second.headers["Cache-Control"] == "no-cache"
    assert "X-Accel-Expires" not in second.headers
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert re.fullmatch("[0-9a-f]{32}", second.headers["X-Request-ID"])
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert nginx.ask("/", **{"If-None-Match": first.headers["ETag"]}).status == 304
    time.sleep(EXPIRED)
    read(nginx)
    assert states(nginx)[-2:] == ["HIT", "EXPIRED"]


def test_reader_has_the_chosen_look(nginx):
    for look in ("light", "dark", "large", "light-large", "dark-large"):
        for cookie in (f"look={look}", f"{TOKEN}; look={look}", f"look={look}; {TOKEN}"):
            [shown] = re.findall(r'<html[^>]* class="([^"]*)"', read(nginx, Cookie=cookie))
            assert set(look.split("-")) <= set(shown.split())
    assert 'class="' not in re.search("<html[^>]*>", read(nginx))[0]
    assert 'class="' not in re.search("<html[^>]*>", read(nginx, Cookie=TOKEN))[0]
    assert states(nginx) == [*["MISS", "HIT", "HIT"] * 5, "MISS", "HIT"]


@pytest.mark.parametrize(
    "cookie",
    [
        "look=light; look=dark",
        "LOOK=dark",
        'look="dark"',
        "look=a-b-c-d-e-dark",
        "sessionid=abc",
        f"{WROTE}=1",
        f"look=dark; sessionid=abc; {TOKEN}",
        "something=else",
    ],
)
def test_request_with_another_cookie_bypasses_the_cache(nginx, cookie):
    for _visit in range(2):
        read(nginx, Cookie=cookie)
    assert states(nginx) == ["-", "-"]


def test_request_with_a_key_bypasses_the_cache(nginx):
    for _visit in range(2):
        read(nginx, Authorization="Bearer key")
    assert states(nginx) == ["-", "-"]


def test_page_is_packed_as_its_reader_accepts(nginx):
    plain = read(nginx)
    packed = nginx.ask("/", **{"Accept-Encoding": "gzip, deflate, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.read()).decode() == plain
    assert states(nginx) == ["MISS", "MISS"]


def test_languages_do_not_mix(nginx):
    assert 'lang="fr"' in read(nginx, "/", **{"Accept-Language": "de"})
    assert 'lang="fr"' in read(nginx, "/?lu=de")
    assert states(nginx) == ["MISS", "MISS"]


def test_signed_in_person_is_answered_by_the_site(nginx, client, committed_home):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    session = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    page = make.published(make.ContentPageFactory(parent=committed_home, title="Le port"))
    read(nginx, page.url)
    page.title = "Le vieux port"
    page.save_revision().publish()
    assert "Le vieux port" in read(nginx, page.url, Cookie=session)
    assert "Le vieux port" not in read(nginx, page.url)  # for two seconds
    time.sleep(EXPIRED)
    assert "Le vieux port" in read(nginx, page.url)


def test_withdrawn_page_is_gone_within_seconds(nginx, committed_home):
    page = make.published(make.ContentPageFactory(parent=committed_home, title="Le port"))
    read(nginx, page.url)
    ContentPage.objects.get(pk=page.pk).unpublish()
    time.sleep(EXPIRED)
    assert nginx.ask(page.url).status == 404
    assert nginx.ask(page.url).status == 404
    assert states(nginx) == ["MISS", "EXPIRED", "EXPIRED"]


def test_alert_is_shown_within_seconds(nginx):
    read(nginx)
    alert = make.AlertFactory(title="L’eau n’est pas potable")
    time.sleep(EXPIRED)
    assert "L’eau n’est pas potable" in read(nginx)
    alert.unpublish()
    time.sleep(EXPIRED)
    assert "L’eau n’est pas potable" not in read(nginx)
    assert Alert.objects.count() == 1


def test_visits_of_cached_pages_are_counted(nginx, committed_home):
    read(nginx)
    [address] = re.findall(r'data-visit="([^"]+)"', read(nginx))
    assert states(nginx) == ["MISS", "HIT"]
    for browser in ("Mozilla/5.0 one", "Mozilla/5.0 two"):
        asked = {"Sec-Fetch-Site": "same-origin", "User-Agent": browser, "Content-Length": "0"}
        assert nginx.ask(address, method="POST", **asked).status == 204
    assert [row.number for row in PageVisits.objects.all()] == [2]


def test_page_that_is_not_for_everybody_is_not_stored(nginx):
    for path in ("/recherche/?q=port", "/compte/entrer/", "/health/", "/?utm=1", "/robots.txt"):
        for _visit in range(2):
            nginx.ask(path)
    assert set(states(nginx)) == {"MISS"}
    assert [file for file in (nginx.folder / "cache").rglob("*") if file.is_file()] == []


@contextmanager
def answering(headers: dict[str, str]):
    """Run a server in place of the site, which answers with these headers."""

    class Answers(Handler):
        def do_GET(self):
            self.say(200, b"for one", "text/html", headers)

    with serving(Server(Answers)) as server:
        yield server.server_port


@pytest.mark.parametrize(
    ("headers", "state"),
    [
        ({"X-Accel-Expires": "9"}, "HIT"),
        ({"X-Accel-Expires": "9", "Set-Cookie": "sessionid=secret"}, "MISS"),
        ({"Cache-Control": "public, max-age=3600"}, "MISS"),
        ({"Expires": "Thu, 31 Dec 2099 23:59:59 GMT"}, "MISS"),
        ({}, "MISS"),
    ],
)
def test_only_what_the_site_names_is_stored(tmp_path, headers, state):
    needs("nginx")
    with answering(headers) as port, running_nginx(tmp_path, port) as running:
        for _visit in range(2):
            assert running.ask("/", NAME).read() == b"for one"
        assert states(running) == ["MISS", state]

"""The site of nginx in deploy/nginx, run by a real nginx."""

import http.client
import re
import socket
import ssl
import time

import pytest
from django.urls import get_resolver

from mysite.log_filters import mask_secrets
from tests.support.nginx import NAME, SITE, running_nginx
from tests.support.programs import needs

SECRETS = [
    "/v/ABCD-efgh-2345/",
    "/remis/wxyz",
    "/de/infolettre/sms/code/4711/",
    "/infolettre/mailchimp/hidden-words/",
    "/canaux/sms/hidden-words/",
    "/infolettre/zdMNc94Vb2QAx7/desinscription/?token=hidden",
    "/dossier/hidden_words-of-a-case/documents/",  # 22 letters without a capital
]
PLAIN = ["/", "/actualites/", "/remis/code/", "/recherche/?q=secret"]


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    """Run nginx without a site behind it."""
    needs("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    for place in ("images", "documents"):
        (folder / "media" / place).mkdir(parents=True)
        (folder / "media" / place / "a.txt").write_text("published")
    with socket.socket() as nobody:  # bound, so that no other process gets the port, and not listening
        nobody.bind(("127.0.0.1", 0))
        with running_nginx(folder, nobody.getsockname()[1]) as running:
            yield running


def answer(nginx, path: str, host: str = NAME) -> http.client.HTTPResponse:
    return nginx.ask(path, host, Referer=f"https://{NAME}/remis/from-here/")


def test_nginx_logs_name_no_secret_and_no_typed_text(nginx):
    for path in [*SECRETS, *PLAIN]:
        assert answer(nginx, path).status == 502  # no site runs behind it
    time.sleep(0.1)
    logged = (nginx.folder / "commune.log").read_text() + (nginx.folder / "commune-error.log").read_text()
    # No mark is made of digits and a to f alone: a request's id could hold it by chance.
    marks = ("efgh", "wxyz", "code/4711", "hidden", "zdMN", "secret", "from-here")
    assert [mark for mark in marks if mark in logged] == []
    assert '"GET /actualites/"' in logged
    assert '"GET /remis/code/"' in logged


@pytest.mark.parametrize("path", SECRETS)
def test_nginx_and_site_mask_the_same_paths(nginx, path):
    assert mask_secrets(f"GET {path}") != f"GET {path}"


def test_nginx_and_site_mask_every_private_link(nginx):
    """A secret without a capital letter is rare, and is masked too."""
    marks = {"secret": "hidden4words_of-a-link", "token": "hidden4words_of-a-link", "code": "hidd-en4w-ords"}
    paths = private_paths(get_resolver(), "/", marks)
    assert len(paths) > 40
    assert [path for path in paths if "hidd" in mask_secrets(f"Not Found: {path}")] == []
    for path in paths:
        answer(nginx, path)
    time.sleep(0.1)
    assert "hidd" not in (nginx.folder / "commune.log").read_text()


def private_paths(resolver, before: str, marks: dict[str, str]) -> list[str]:
    """Return a path for each address that has a secret."""
    found = []
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            found += private_paths(one, route, marks)
        elif marks.keys() & one.pattern.converters.keys():
            found.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda name: marks.get(name[1], "7"), route))
    return [path for path in found if "(" not in path and "hidd" in path]


def test_nginx_gives_each_request_a_number(nginx):
    answer(nginx, "/numero/")
    time.sleep(0.1)
    [line] = [line for line in (nginx.folder / "commune.log").read_text().splitlines() if "/numero/" in line]
    assert re.fullmatch(r"\S+ \[\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d\d:\d\d\] .+ request=[0-9a-f]{32}", line)
    assert "proxy_set_header X-Request-ID $request_id;" in SITE.read_text()


def test_nginx_serves_published_pictures_and_no_documents(nginx):
    served = answer(nginx, "/media/images/a.txt")
    assert (served.status, served.read()) == (200, b"published")
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert served.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert served.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in served.headers["Permissions-Policy"]
    assert answer(nginx, "/media/documents/a.txt").status == 404
    assert answer(nginx, "/media/images/../documents/a.txt").status == 404


def test_nginx_asks_the_site_for_pictures_of_an_object_storage(nginx):
    assert answer(nginx, "/media/images/elsewhere.jpg").status == 502  # no site runs behind it
    assert answer(nginx, "/media/original_images/elsewhere.jpg").status == 404


def test_nginx_leads_to_https(nginx):
    connection = http.client.HTTPConnection("127.0.0.1", nginx.plain_port)
    connection.request("GET", "/demande/", headers={"Host": NAME})
    response = connection.getresponse()
    assert (response.status, response.headers["Location"]) == (301, f"https://{NAME}/demande/")


def test_nginx_refuses_other_names(nginx):
    with pytest.raises(ssl.SSLError):
        answer(nginx, "/", host="www.other.example")

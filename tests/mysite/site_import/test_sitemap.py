"""Import of a website by its sitemap, from a server of its own and from this site itself."""

import gzip
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils.translation import override
from wagtail.contrib.redirects.models import Redirect

from home.models import ContentPage, SectionPage
from home.web.http_client import HttpAnswer, HttpClient
from mysite.site_import import source_files
from news.agenda.models import EventPage
from news.articles.models import NewsPage
from tests.factories.home import ContentPageFactory, published, second_site
from tests.factories.news import (
    EventIndexPageFactory,
    EventPageFactory,
    NewsIndexPageFactory,
    NewsPageFactory,
)
from tests.support.local_servers import Handler, Server, serving

from .old_sites import PDF, codes, imported, outcomes, picture_bytes, tried

LOCAL = {"deadline": 5, "idle": 5, "internal_hosts": {"127.0.0.1"}}
PAGE = """<html lang="fr"><head><title>{title} | Commune</title><meta name="description" content="En bref."></head>
<body><nav><a href="/">Accueil</a></nav><div id="wrap"><h1>{title}</h1>{body}</div>
<footer>Pied</footer></body></html>"""
TEXT = "<p>Un paragraphe assez long pour être le contenu de la page.</p>"
PAGES = {
    "/": PAGE.format(title="Accueil", body=TEXT),
    "/vivre.html": PAGE.format(
        title="Vivre", body=TEXT + "<a href='secret.html'>Plus</a><img src='a.png' alt='Lac'>"
    ),
    "/vivre/eau.html": PAGE.format(
        title="Eau", body=TEXT + "<p><a href='/r.pdf'>Le règlement</a>, <a href='/vivre.html'>ici</a></p>"
    ),
    "/secret.html": PAGE.format(title="Secret", body=TEXT),
    "/vieux.html": PAGE.format(title="Vieux", body=TEXT).replace("é", "\xe9"),
}
MAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{}</loc></sitemap></sitemapindex>'


class OldSite(Handler):
    """An old site: robots.txt, an index of sitemaps, pages, a redirect, files."""

    listed = (*PAGES, "/moved", "/missing", "/r.pdf", "/other.zip2")
    robots = "User-agent: *\nDisallow: /secret"
    served: dict[str, bytes] = {}

    def do_GET(self):
        base = f"http://127.0.0.1:{self.server.server_port}"
        if self.path in self.served:
            self.say(200, self.served[self.path], "application/xml")
        elif self.path == "/robots.txt":
            self.say(200, f"{self.robots}\nSitemap: {base}/index.xml".encode(), "text/plain")
        elif self.path == "/index.xml":
            self.say(200, INDEX.format(f"{base}/map.xml.gz").encode(), "application/xml")
        elif self.path == "/map.xml.gz":
            rows = "".join(f"<url><loc>{base}{path}</loc></url>" for path in self.listed)
            rows += "<url><loc>https://elsewhere.example/</loc></url><url><loc>file:///etc/passwd</loc></url>"
            self.say(200, gzip.compress(MAP.format(rows).encode()), "application/gzip")
        elif self.path == "/moved":
            self.say(301, headers={"Location": "/vivre.html"})
        elif self.path in PAGES:
            encoding = "latin-1" if self.path == "/vieux.html" else "utf-8"
            self.say(200, PAGES[self.path].encode(encoding), f"text/html; charset={encoding}")
        elif self.path in ("/r.pdf", "/a.png"):
            self.say(200, PDF if self.path == "/r.pdf" else picture_bytes(), "application/octet-stream")
        else:
            self.say(404)


@pytest.fixture
def old_site(monkeypatch):
    """Return the address of an old site."""
    monkeypatch.setattr(source_files, "PAGES", HttpClient(**LOCAL, max_bytes=10_000_000))
    monkeypatch.setattr(source_files, "FILES", HttpClient(**LOCAL, max_bytes=10_000_000, max_redirects=3))
    monkeypatch.setattr(OldSite, "served", {})
    with serving(Server(OldSite)) as server:
        yield server.url


def test_website_is_imported_by_its_sitemap(home, old_site, client):
    found = imported("sitemap", home, address=old_site, publish=True)
    assert {title: one for title, one in outcomes(found).items() if title[:4] != "http"} == {
        "Vivre": "created",
        "Eau": "created",
        "Vieux": "created",
        "/moved": "created",
        "secret": "left_out",
        "missing": "left_out",
        "other.zip2": "left_out",
        "r.pdf": "created",
        "a.png": "created",
    }
    assert codes(found, f"{old_site}/") == {"home_page"}
    assert codes(found, "secret") == {"robots"}
    page, water = ContentPage.objects.get(title="Vivre"), ContentPage.objects.get(title="Eau")
    assert [block.block_type for block in page.body] == ["text", "picture"]
    assert page.lead == "En bref."
    assert "Pied" not in str(page.body)
    assert f'<a linktype="page" id="{page.pk}">ici</a>' in water.body[0].value.source
    assert 'linktype="document"' in water.body[0].value.source
    assert ContentPage.objects.get(title="Vieux").body[0].value.source == TEXT
    for old in ("/vivre.html", "/moved"):
        assert client.get(old)["Location"] == page.url
    assert Redirect.objects.filter(old_path="/r.pdf").exists()


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("/index.xml", b"no xml", "XML"),
        ("/index.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><urlset>&b;</urlset>', "attack"),
        ("/index.xml", gzip.compress(bytes(70 * 1024 * 1024)), "large"),
        ("/index.xml", b"\x1f\x8bdamaged", "damaged"),
        ("/index.xml", MAP.format("").encode(), "nothing"),
        ("/robots.txt", b"User-agent: *", "No sitemap"),
    ],
)
def test_sitemap_that_cannot_be_read_is_refused(home, old_site, monkeypatch, path, content, said):
    monkeypatch.setitem(OldSite.served, path, content)
    with override("en"):
        found = tried("sitemap", home, address=old_site)
        assert found.state == "failed"
        assert said in found.error


def test_endless_sitemaps_end(home, old_site, monkeypatch):
    monkeypatch.setattr("mysite.site_import.readers.sitemap.MOST_PAGES", 3)
    with override("en"):
        assert "more than 3 pages" in tried("sitemap", home, address=old_site).error
    monkeypatch.setitem(OldSite.served, "/index.xml", INDEX.format(f"{old_site}/index.xml").encode())
    assert tried("sitemap", home, address=old_site).state == "failed"


def test_internal_addresses_are_not_requested(home):
    with override("en"):
        found = tried("sitemap", home, address="http://127.0.0.1:1/")
        assert "does not answer" in found.error


BODY = [
    (
        "text",
        "<p>Un <b>premier</b> paragraphe.</p><ul><li>un</li><li>deux</li></ul><h2>Sous-titre</h2><p>Fin.</p>",
    ),
    ("heading", "Les heures"),
    ("table", {"caption": "Tarifs", "cells": "Quoi | CHF\nSac | 2"}),
    ("question", {"question": "Quand ?", "answer": "<p>Le lundi.</p>"}),
    ("quote", {"text": "Bien dit.", "who": "Une voisine"}),
]


class OwnSite:
    """A client of HTTP that asks this site itself."""

    def request(self, _method, url, **_content) -> HttpAnswer:
        parts = urlsplit(url)
        response = Client(SERVER_NAME=parts.hostname).get(f"{parts.path}?{parts.query}")
        content = b"".join(response.streaming_content) if response.streaming else response.content
        return HttpAnswer(response.status_code, response.headers, content)


def test_own_site_comes_back_with_titles_and_texts(home, monkeypatch):
    for name in ("PAGES", "FILES"):
        monkeypatch.setattr(source_files, name, OwnSite())
    news, agenda = home.get_children().order_by("path")
    section = published(
        ContentPageFactory(parent=home, title="Vivre ici", slug="vivre", body=BODY, lead="Tout.")
    )
    published(
        ContentPageFactory(parent=section, title="L’eau", slug="eau", body=BODY, lead="Le réseau d’eau.")
    )
    published(NewsPageFactory(parent=news, title="La fête", body=BODY[:1], author="le Conseil"))
    published(EventPageFactory(parent=agenda, title="Le marché", body=BODY[:1]))
    other = second_site("nouveau.example.ch")
    NewsIndexPageFactory(parent=other), EventIndexPageFactory(parent=other)
    found = imported("sitemap", other, address="http://testserver", publish=True)
    assert {"failed"}.isdisjoint(outcomes(found).values())
    copies = {page.title: page.specific for page in other.get_descendants().live()}
    assert copies["L’eau"].get_parent().title == "Vivre ici"
    assert isinstance(copies["Vivre ici"], SectionPage)
    assert isinstance(copies["La fête"], NewsPage)
    original = EventPage.objects.descendant_of(home).get()
    assert (copies["Le marché"].start, copies["Le marché"].place) == (original.start, original.place)
    assert copies["L’eau"].lead == "Le réseau d’eau."
    assert "Un premier paragraphe." in copies["Le marché"].search_text()
    for title in ("L’eau", "La fête"):
        original = type(copies[title]).objects.descendant_of(home).get(title=title)
        assert copies[title].search_text().split() == original.search_text().split()

"""Import from Drupal's JSON:API and from tables of TYPO3."""

import json

import pytest
from django.utils.translation import override

from home.models import ContentPage, SectionPage
from home.web.http_client import HttpClient
from mysite.site_import import source_files
from news.articles.models import NewsPage
from tests.support.local_servers import Handler, Server, serving

from .old_sites import PDF, codes, imported, outcomes, picture_bytes, tried, zipped

SITE = "https://old.example"


def node(number: int, kind: str = "page", **values) -> dict:
    attributes = {
        "drupal_internal__nid": number,
        "title": f"Page {number}",
        "langcode": "fr",
        "status": True,
        "created": "2024-03-05T10:00:00+00:00",
        "body": {"processed": "<p>Un texte, et <a href='/node/1'>un lien</a>.</p>", "summary": "Bref."},
        "path": {"alias": f"/seite/{number}"},
    }
    return {"type": f"node--{kind}", "id": f"n{number}", "attributes": attributes | values}


ARTICLE = node(2, "article") | {
    "relationships": {
        "field_image": {"data": {"type": "file--file", "id": "f1", "meta": {"alt": "Le lac"}}},
        "field_tags": {"data": [{"type": "taxonomy_term--tags", "id": "t1"}]},
        "uid": {"data": None},
        "odd": "odd",
    }
}
FILE = {"type": "file--file", "id": "f1", "attributes": {"uri": {"url": "/sites/default/files/lac.png"}}}
TERM = {"type": "taxonomy_term--tags", "id": "t1", "attributes": {"name": "Vie locale"}}
REDIRECT = {
    "type": "redirect--redirect",
    "id": "r1",
    "attributes": {"redirect_source": {"path": "vieux"}, "redirect_redirect": {"uri": "internal:/node/1"}},
}


class DrupalSite(Handler):
    """A Drupal with two pages of a list, a picture and a category."""

    def do_GET(self):
        base = f"http://127.0.0.1:{self.server.server_port}"
        answers = {
            "/jsonapi": {
                "links": {"node--page": {"href": f"{base}/list"}, "redirect--redirect": f"{base}/closed"}
            },
            "/list": {"data": [node(1)], "links": {"next": {"href": f"{base}/list2"}}},
            "/list2": {"data": [ARTICLE], "links": {"next": {"href": "https://elsewhere.example/"}}},
            "/jsonapi/file/file/f1": {"data": FILE},
            "/jsonapi/taxonomy_term/tags/t1": {"data": TERM},
        }
        if self.path == "/sites/default/files/lac.png":
            self.say(200, picture_bytes(), "image/png")
        elif self.path in answers:
            self.say(200, json.dumps(answers[self.path]).encode())
        else:
            self.say(403)


def test_drupal_is_imported_by_its_address(home, monkeypatch, client):
    allowed = HttpClient(deadline=5, idle=5, internal_hosts={"127.0.0.1"}, max_bytes=10_000_000)
    monkeypatch.setattr(source_files, "PAGES", allowed)
    monkeypatch.setattr(source_files, "FILES", allowed)
    with serving(Server(DrupalSite)) as server:
        found = imported("drupal", home, address=server.url)
    assert outcomes(found) == {"Page 1": "created", "Page 2": "created", "lac.png": "created"}
    page, article = ContentPage.objects.get(), NewsPage.objects.get()
    assert page.get_latest_revision_as_object().lead == "Bref."
    draft = article.get_latest_revision_as_object()
    assert (draft.picture_alt, draft.category.name) == ("Le lac", "Vie locale")
    for old in ("/seite/2", "/node/2", "/fr/node/2"):
        assert client.get(old)["Location"] == article.url


def test_saved_answers_of_drupal_are_imported(home, client):
    document = {
        "data": [node(1), node(3, status=False), node(4, langcode="de"), REDIRECT],
        "included": [TERM],
    }
    found = imported("drupal", home, content=json.dumps(document).encode(), name="a.json", address=SITE)
    assert outcomes(found) == {
        "Page 1": "created",
        "Page 3": "left_out",
        "Page 4": "left_out",
        "/vieux": "created",
    }
    assert client.get("/vieux")["Location"] == ContentPage.objects.get().url


TYPO3 = {
    "pages": [
        {"uid": "1", "pid": "0", "title": "Accueil", "slug": "/", "doktype": "1", "is_siteroot": "1"},
        {"uid": "2", "pid": "1", "title": "Vivre", "slug": "/vivre", "doktype": "1", "sorting": "256"},
        {"uid": "3", "pid": "2", "title": "Eau", "slug": "/vivre/eau", "doktype": "1", "hidden": "0"},
        {"uid": "4", "pid": "2", "title": "Fini", "slug": "/fini", "doktype": "1", "deleted": "1"},
        {"uid": "5", "pid": "2", "title": "Dossier", "slug": "/d", "doktype": "254"},
    ],
    "tt_content": [
        {
            "uid": "9",
            "pid": "3",
            "CType": "text",
            "header": "Le réseau",
            "header_layout": "2",
            "bodytext": '<p>Voir <a href="t3://page?uid=2">vivre</a> et <a href="t3://file?uid=7">le plan</a>.</p>',
        },
        {
            "uid": "10",
            "pid": "3",
            "CType": "table",
            "header": "Tarifs",
            "header_layout": "3",
            "bodytext": "Quoi|CHF\nEau|2",
            "sorting": "300",
        },
        {
            "uid": "11",
            "pid": "3",
            "CType": "textmedia",
            "header": "",
            "bodytext": "Une ligne",
            "sorting": "400",
        },
        {"uid": "12", "pid": "3", "CType": "list", "header": "", "bodytext": "", "sorting": "500"},
    ],
    "tx_news_domain_model_news": [
        {
            "uid": "20",
            "title": "La fête",
            "teaser": "Samedi.",
            "bodytext": "<p>Venez.</p>",
            "datetime": "1714629600",
        },
    ],
    "sys_file": [{"uid": "7", "identifier": "/plan.pdf"}, {"uid": "8", "identifier": "/lac.png"}],
    "sys_file_reference": [
        {
            "uid": "30",
            "uid_local": "8",
            "uid_foreign": "11",
            "tablenames": "tt_content",
            "fieldname": "assets",
            "alternative": "Le lac",
            "description": "En mai",
        },
    ],
    "sys_redirect": [{"uid": "40", "source_path": "/alt", "target": "t3://page?uid=3"}],
}


def test_tables_of_typo3_are_imported(home, client):
    dump = [
        {"type": "header"},
        *({"type": "table", "name": name, "data": rows} for name, rows in TYPO3.items()),
    ]
    files = {
        "dump.json": json.dumps(dump).encode(),
        "fileadmin/plan.pdf": PDF,
        "fileadmin/lac.png": picture_bytes(),
    }
    found = imported("typo3", home, content=zipped(files), name="a.zip", address=SITE, publish=True)
    assert outcomes(found) == {
        "Accueil": "left_out",
        "Vivre": "created",
        "Eau": "created",
        "La fête": "created",
        "/alt": "created",
        "le plan": "created",
        "lac.png": "created",
    }
    assert codes(found, "Eau") == {"left_columns"}
    assert codes(found, "La fête") == {"no_address"}
    page = ContentPage.objects.get()
    assert page.get_parent().specific == SectionPage.objects.get(title="Vivre")
    assert [block.block_type for block in page.body] == ["text", "table", "text", "picture"]
    assert "<h2>Le réseau</h2>" in page.body[0].value.source
    assert f'<a linktype="page" id="{page.get_parent().pk}">vivre</a>' in page.body[0].value.source
    assert 'linktype="document"' in page.body[0].value.source
    assert str(NewsPage.objects.get().date) == "2024-05-02"
    for old in ("/alt", "/index.php?id=3", "/?id=3", "/vivre/eau"):
        response = client.get(old)
        assert response.status_code == 200 or response["Location"] == page.url


@pytest.mark.parametrize("source", ["drupal", "typo3"])
@pytest.mark.parametrize(
    "content",
    [b"", b"[" * 100_000, b"[]", b"{}", b'{"data": 3}', b"[1]", b'{"pages": [{"uid": 1}, 2]}', b"null"],
)
def test_other_json_is_refused(home, source, content):
    with override("en"):
        found = tried(source, home, content=content, name="a.json", address=SITE)
        assert found.state == "failed"
        assert found.error

"""Import of tables, RSS and Atom, and the command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from home.models import ContentPage
from news.agenda.models import EventPage
from news.articles.models import NewsPage

from .old_sites import codes, imported, line, outcomes, tried, zipped

SITE = "https://old.example"
TABLE = """kind;id;title;address;parent;date;language;summary;body;categories;start;end;place;target;couleur
page;1;Le port;/port.html;;;fr;Les amarres.;"Premier

Deuxième";;;;;;bleu
page;2;Les tarifs;/tarifs.php?id=4 /tarifs;1;;;;<p>Ici <a href="port.html">le port</a></p>;;;;;;
article;3;Une nouvelle;/n/1;;31.12.2024;;;Texte;Vie locale, Port;;;;;
event;4;Le marché;/m;;;;;;;12.06.2027 09:00;12.06.2027 12:00;Place;;
event;5;Sans date;/m2;;;;;;;;;;;
page;6;Deutsch;/de;;;de;;;;;;;;
redirect;;;/alt;;;;;;;;;;/port.html;
redirect;;;/nirgends;;;;;;;;;;/fehlt;
redirect;;;/kreis1;;;;;;;;;;/kreis2;
redirect;;;/kreis2;;;;;;;;;;/kreis1;
"""
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><language>fr-CH</language><item>
<title>Fermeture &amp; travaux</title><link>https://old.example/?p=7</link><guid>a7</guid>
<pubDate>Tue, 05 Mar 2024 10:00:00 +0100</pubDate><description>&lt;p&gt;Le pont est fermé.&lt;/p&gt;</description>
<category>Routes</category></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><entry><title>Un avis</title><id>urn:1</id>
<link href="https://old.example/avis"/><updated>2024-03-05T10:00:00Z</updated>
<content type="html">&lt;p&gt;Texte.&lt;/p&gt;</content></entry></feed>"""


def table(text: str = TABLE, name: str = "site.csv", **options) -> dict:
    return {"content": text.encode(), "name": name, "address": SITE} | options


def test_table_is_imported(home, client):
    found = imported("table", home, **table(publish=True))
    assert outcomes(found) == {
        "Le port": "created",
        "Les tarifs": "created",
        "Une nouvelle": "created",
        "Le marché": "created",
        "Sans date": "left_out",
        "Deutsch": "left_out",
        "/alt": "created",
        "/nirgends": "left_out",
        "/kreis1": "left_out",
        "/kreis2": "left_out",
    }
    assert codes(found, "Le port") == {"left_columns"}
    port, prices = Page.objects.get(slug="port").specific, ContentPage.objects.get(slug="tarifs")
    assert prices.get_parent().specific == port
    assert "<p>Premier</p><p>Deuxième</p>" in str(port.body[0].value.source)
    assert f'<a linktype="page" id="{port.pk}">' in prices.body[0].value.source
    assert str(NewsPage.objects.get().date) == "2024-12-31"
    assert EventPage.objects.get().start.hour == 7  # in Greenwich
    for old in ("/tarifs.php?id=4", "/tarifs"):
        assert client.get(old)["Location"] == prices.url
    assert client.get("/alt")["Location"] == port.url


def test_new_page_goes_below_one_that_was_edited_here(home):
    pages = "id;title;address;parent;body\n1;Vivre;/vivre;;Texte\n2;Eau;/eau;1;Texte\n"
    imported("table", home, **table(pages))
    above = Page.objects.get(slug="vivre").specific
    above.lead = "Corrigé ici."
    above.save_revision()
    found = imported("table", home, **table(pages + "3;Gaz;/gaz;1;Texte\n"))
    assert outcomes(found)["Vivre"] == "left_out"
    assert Page.objects.get(slug="gaz").get_parent().pk == above.pk


def test_redirects_of_the_plugin_are_imported(home, client):
    imported("table", home, **table())
    exported = "source,target,regex,code\n/vieux,/port.html,0,301\n/x.*,/port.html,1,301\n"
    again = imported("table", home, **table(exported))
    assert outcomes(again) == {"/vieux": "left_out", "/x.*": "left_out"}
    both = TABLE + "redirect;;;/vieux;;;;;;;;;;/port.html;\n"
    imported("table", home, **table(both))
    assert Redirect.objects.get(old_path="/vieux").redirect_page.slug == "port"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x00\x01", "neither"),
        (b"farbe;form\nrot;rund", "Line 1"),
        (b"title;kind\nA;unsinn", "unsinn"),
        (b"title;body\nA;" + b"x" * 200_000, "read"),
    ],
)
def test_other_tables_are_refused(home, content, said):
    with override("en"):
        found = tried("table", home, content=content, name="a.csv", address=SITE)
        assert found.state == "failed"
        assert said in found.error


@pytest.mark.parametrize(
    ("content", "title"),
    [(RSS, "Fermeture & travaux"), (ATOM, "Un avis"), (ATOM.encode("utf-16"), "Un avis")],
)
def test_feed_is_imported(home, content, title):
    content = content if isinstance(content, bytes) else content.encode()
    found = imported("feed", home, content=content, name="feed.xml", address=SITE)
    assert outcomes(found) == {title: "created"}
    page = NewsPage.objects.get()
    assert str(page.date) == "2024-03-05"
    assert not page.live
    assert Redirect.objects.get().redirect_page_id == page.pk


def test_zip_without_export_and_bombs_are_refused(home):
    for content, said in {zipped({"a.txt": b""}): "no export", b"PK\x03\x04": "ZIP"}.items():
        with override("en"):
            found = tried("table", home, content=content, name="a.zip", address=SITE)
            assert said in found.error
    bomb = zipped({"site.csv": b"kind;title;address\ndocument;A;/a.txt", "a.txt": bytes(60 * 1024 * 1024)})
    found = imported("table", home, content=bomb, name="a.zip", address=SITE)
    assert line(found, "A").outcome == "left_out"
    assert codes(found, "A") == {"file_missing"}


def test_files_that_are_none_are_left_out(home):
    lines = "kind;title;address\npage;P;/p\ndocument;Fausse;/a.pdf\ndocument;Programme;/a.exe\ndocument;Interne;/b.pdf"
    content = zipped({"site.csv": lines.encode(), "a.pdf": b"MZ\x90\x00 no pdf"})
    found = imported("table", home, content=content, name="a.zip", address="http://127.0.0.1")
    assert codes(found, "Fausse") == {"other_content"}
    assert codes(found, "Programme") == {"file_type"}
    assert codes(found, "Interne") == {"file_missing"}


def test_command_reports_then_imports(home, tmp_path, settings):
    path, report, out = tmp_path / "site.csv", tmp_path / "report.csv", StringIO()
    path.write_text(TABLE)
    call_command("import_site", "table", str(path), address=SITE, report=report, stdout=out)
    assert "Nothing was changed" in out.getvalue()
    assert not ContentPage.objects.exists()
    assert "Le port" in report.read_text()
    call_command("import_site", "table", str(path), address=SITE, run=True, publish=True, stdout=out)
    assert ContentPage.objects.get(title="Les tarifs").live
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_site", "table", "missing.csv", address=SITE)
    with pytest.raises(CommandError, match="no page 99999"):
        call_command("import_site", "table", str(path), address=SITE, parent=99999)
    with pytest.raises(CommandError, match="Nobody"):
        call_command("import_site", "table", str(path), address=SITE, user="x@example.ch")
    with pytest.raises(CommandError, match="--address"):
        call_command("import_site", "table", str(path))

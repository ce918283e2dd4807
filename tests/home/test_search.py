"""Search over what is published."""

from io import StringIO

import pytest
from django.core.management import call_command

from home import search
from home.models import SearchEntry
from tests.factories import home as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make.make_site()


@pytest.fixture
def port(home):
    section = make.SectionPageFactory(parent=home, title="Lac et port")
    page = make.ContentPageFactory(
        parent=section,
        title="Le port de la Verraye",
        lead="126 places d’amarrage, dont six pour visiteurs.",
        keywords="bateau, ponton",
        body=[("text", "<p>L’école de voile enseigne à <b>naviguer</b> & virer.</p>")],
    )
    return make.published(page)


def titles(query, language="fr"):
    return [hit.entry.title for hit in search.find(query, language).hits]


def test_a_published_page_is_found_by_title_text_and_keywords(port):
    for query in ("verraye", "amarrage", "bateau", "naviguer"):
        assert titles(query) == [port.title]


def test_accents_do_not_matter(port):
    assert titles("ecole") == titles("ÉCOLE") == [port.title]


def test_the_beginning_of_a_word_is_enough_in_a_title(port):
    assert titles("verr") == [port.title]


def test_all_words_must_be_found_unless_nothing_has_all(port):
    assert titles("port bateau") == [port.title]
    assert titles("port licorne") == [port.title]
    assert titles("licorne dragon") == []


def test_another_language_does_not_find_it(port):
    assert titles("verraye", "de") == []


def test_a_draft_is_not_found_until_published(home):
    page = make.ContentPageFactory(parent=home, title="Brouillon", live=False)
    assert titles("brouillon") == []
    make.published(page)
    assert titles("brouillon") == ["Brouillon"]


def test_an_unpublished_and_a_deleted_page_are_not_found(port):
    port.unpublish()
    assert titles("verraye") == []
    make.published(port)
    assert titles("verraye") == [port.title]
    port.delete()
    assert titles("verraye") == []
    assert not SearchEntry.objects.filter(title=port.title).exists()


def test_a_page_behind_a_password_is_not_found(home):
    page = make.ContentPageFactory(parent=home, title="Interne")
    page.view_restrictions.create(restriction_type="login")
    make.published(page)
    assert titles("interne") == []


def test_a_page_that_becomes_private_is_not_found_until_it_is_public_again(home, port):
    restriction = port.view_restrictions.create(restriction_type="login")
    assert titles("verraye") == []
    restriction.delete()
    assert titles("verraye") == [port.title]


def test_what_stands_below_a_page_that_becomes_private_is_not_found(home, port):
    home.view_restrictions.create(restriction_type="login")
    assert titles("verraye") == []


def test_the_address_follows_the_page(port, home):
    port.move(home, pos="last-child")
    assert SearchEntry.objects.get(title=port.title).url == f"/{port.slug}/"


def test_a_page_named_like_the_query_comes_first(home, port):
    make.published(make.ContentPageFactory(parent=home, title="Amarrage"))
    assert titles("amarrage")[0] == "Amarrage"


def test_a_service_named_like_the_query_is_the_best_hit(home, port):
    search.keep(port, "de", kind="service", title="Liegeplatz", url="/de/x/")
    assert search.find("liegeplatz", "de").best.entry.title == "Liegeplatz"
    assert search.find("amarrage", "fr").best is None


def test_the_page_of_results_marks_the_words_and_escapes_the_rest(client, port):
    shown = client.get("/recherche/", {"q": "naviguer"}).content.decode()
    assert "<mark>naviguer</mark> &amp;" in shown
    assert "Lac et port" in shown


def test_kinds_are_tabs_with_how_many(client, port, home):
    make.published(make.OfficePageFactory(parent=home, title="Capitainerie du port"))
    assert len(client.get("/recherche/", {"q": "port"}).context["hits"].object_list) >= 2
    only = client.get("/recherche/", {"q": "port", "kind": "office"})
    assert [hit.entry.title for hit in only.context["hits"]] == ["Capitainerie du port"]


def test_nothing_found_offers_the_nearest_word(client, port):
    shown = client.get("/recherche/", {"q": "Veraye"}).content.decode()
    assert '<a href="?q=verraye"><b>verraye</b></a>' in shown


@pytest.mark.parametrize(
    "query", ["", "   ", "\x00", '"', "'; --", "<script>alert(1)</script>", "a" * 5000, "*", "AND OR ("]
)
def test_bad_queries_are_answered(client, port, query):
    page = client.get("/recherche/", {"q": query, "kind": "nichts", "page": "x"})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_a_query_is_answered_in_pages(client, home):
    for number in range(12):
        search.keep(make.PersonFactory(), "fr", kind="page", title=f"Sapin {number}", url="/")
    first, second = (
        client.get("/recherche/", {"q": "sapin", "page": page}).context["hits"] for page in (1, 2)
    )
    assert (len(first), len(second)) == (10, 2)


def test_the_entries_can_be_written_anew(port):
    SearchEntry.objects.all().delete()
    assert search.rebuild() >= 1
    assert titles("verraye") == [port.title]


def test_the_operator_writes_the_entries_anew_by_a_command(port):
    SearchEntry.objects.all().delete()
    said = StringIO()
    call_command("rebuild_search", stdout=said)
    assert titles("verraye") == [port.title]
    assert str(SearchEntry.objects.count()) in said.getvalue()


def test_cells_of_a_table_and_items_of_a_list_stay_apart(home):
    cells = "Objet | Prix\nRoutes, eau, déchets | 17.–\nÉcole | 25.–"
    body = [
        ("table", {"caption": "Où vont 100 francs", "cells": cells}),
        ("text", "<ul><li>Deuxième main</li><li>Encombrants</li></ul>"),
    ]
    page = make.ContentPageFactory(parent=home, title="Finances", body=body)
    lines = page.search_text().splitlines()
    assert "Routes, eau, déchets, 17.–" in lines
    assert "Deuxième main" in lines

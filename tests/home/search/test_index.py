"""Search over published contents."""

from io import StringIO

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site
from wagtail.search.backends import get_search_backend

from home.models import ContentPage, HomePage, QuestionsPage, SearchEntry, SynonymGroup
from home.search import index
from tests.factories import home as make
from tests.factories.accounts import EditorFactory
from tests.factories.catalogue import make_counter
from tests.factories.news import NewsIndexPageFactory, NewsPageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_db):
    section = make.SectionPageFactory(parent=make.make_site(), title="Lac et port")
    page = make.ContentPageFactory(
        parent=section,
        title="Le port de la Verraye",
        lead="126 places d’amarrage, dont six pour visiteurs.",
        keywords="bateau, ponton",
        body=[("text", "<p>Un bateau attend. L’école de voile enseigne à <b>naviguer</b> & virer.</p>")],
    )
    return make.published(page)


@pytest.fixture
def port(made, db):
    return ContentPage.objects.get(pk=made.pk)


@pytest.fixture
def home(port):
    return HomePage.objects.get()


def titles(query, language="fr"):
    return [hit.entry.title for hit in index.find_entries(query, language).hits]


def test_page_is_found_by_title_text_and_keywords(port):
    for query in ("verraye", "amarrage", "bateau", "naviguer"):
        assert titles(query) == [port.title]


def test_hit_by_name_shows_lead_and_hit_by_text_shows_excerpt(port):
    (named,), (found,) = (index.find_entries(word, "fr").hits for word in ("bateau", "naviguer"))
    assert named.text == "126 places d’amarrage, dont six pour visiteurs."
    assert "enseigne à <mark>naviguer</mark>" in found.text


def test_update_index_command_rebuilds_search(home, settings):
    backend = settings.WAGTAILSEARCH_BACKENDS["default"]
    settings.WAGTAILSEARCH_BACKENDS = {"default": backend | {"AUTO_UPDATE": False}}
    make.published(make.ContentPageFactory(parent=home, title="La plage de la Verraye"))
    assert titles("plage") == []
    call_command("update_index", verbosity=0)
    assert titles("plage") == ["La plage de la Verraye"]


def test_search_backend_ranks_by_relevance(home):
    """Wagtail's own views use this ranking; the public search has its own order."""
    for title, lead in (
        ("Phare", "Le phare."),
        ("Plage", "Derrière le phare, au bord du lac, avec une pelouse."),
    ):
        make.published(make.ContentPageFactory(parent=home, title=title, slug=title.lower(), lead=lead))
    assert [entry.title for entry in get_search_backend().search("phare", SearchEntry)] == ["Phare", "Plage"]


def test_search_ignores_accents(port):
    assert titles("ecole") == titles("ÉCOLE") == [port.title]


def test_search_matches_beginning_of_title_word(port):
    assert titles("verr") == [port.title]


def test_exact_word_precedes_words_that_begin_with_it(port, home):
    make.published(make.ContentPageFactory(parent=home, title="Le portier"))
    assert titles("port") == [port.title, "Le portier"]
    assert titles("portier") == ["Le portier"]


def test_search_requires_all_words_unless_nothing_matches(port):
    assert titles("port bateau") == [port.title]
    assert titles("port licorne") == [port.title]
    assert titles("licorne dragon") == []


def test_search_is_limited_to_language(port):
    assert titles("verraye", "de") == []


def test_draft_is_not_found_until_published(home):
    page = make.ContentPageFactory(parent=home, title="Brouillon", live=False)
    assert titles("brouillon") == []
    make.published(page)
    assert titles("brouillon") == ["Brouillon"]


def test_unpublished_or_deleted_page_is_not_found(port):
    port.unpublish()
    assert titles("verraye") == []
    make.published(port)
    assert titles("verraye") == [port.title]
    port.delete()
    assert titles("verraye") == []
    assert not SearchEntry.objects.filter(title=port.title).exists()


def test_restricted_page_is_not_found(home):
    page = make.ContentPageFactory(parent=home, title="Interne")
    page.view_restrictions.create(restriction_type="login")
    make.published(page)
    assert titles("interne") == []


def test_page_is_not_found_while_restricted(home, port):
    restriction = port.view_restrictions.create(restriction_type="login")
    assert titles("verraye") == []
    restriction.delete()
    assert titles("verraye") == [port.title]


def test_descendant_of_restricted_page_is_not_found(home, port):
    home.view_restrictions.create(restriction_type="login")
    assert titles("verraye") == []


def test_search_entry_address_follows_moved_page(port, home):
    port.move(home, pos="last-child")
    assert SearchEntry.objects.get(title=port.title).url == f"/{port.slug}/"


def test_search_entry_trail_follows_parent_titles(home, port):
    section = make.published(port.get_parent().specific)
    section.title = "Sur l’eau"
    make.published(section)
    assert SearchEntry.objects.get(title=port.title).trail == "Sur l’eau"


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({"hostname": "autre.example", "port": 8080}, "http://autre.example:8080/college/"),
        ({"root_page": "college"}, "http://ecole.example/"),
        ({"is_default_site": True}, "http://ecole.example/college/"),
    ],
)
def test_search_entry_addresses_follow_changed_site(
    home, django_capture_on_commit_callbacks, changes, address
):
    school = home.get_root().add_child(instance=HomePage(title="École", slug="ecole", locale=home.locale))
    college = make.published(make.ContentPageFactory(parent=school, title="Le collège", slug="college"))
    with django_capture_on_commit_callbacks(execute=True):
        site = Site.objects.create(hostname="ecole.example", root_page=school)
    if "root_page" in changes:
        changes = {"root_page": college}
    if "is_default_site" in changes:
        Site.objects.update(is_default_site=False)
    for name, value in changes.items():
        setattr(site, name, value)
    with django_capture_on_commit_callbacks(execute=True):
        site.save()
    assert [hit.url for hit in index.find_entries("collège", "fr").hits] == [address]


def test_search_entry_addresses_follow_added_and_deleted_site(home, port, django_capture_on_commit_callbacks):
    def found():
        return {hit.url for hit in index.find_entries("verraye", "fr").hits}

    school = home.get_root().add_child(instance=HomePage(title="École", slug="ecole", locale=home.locale))
    make.published(make.ContentPageFactory(parent=school, title="Le collège de la Verraye", slug="college"))
    assert found() == {port.url}  # no site has the school as its root
    with django_capture_on_commit_callbacks(execute=True):
        site = Site.objects.create(hostname="ecole.example", root_page=school)
    assert found() == {f"http://testserver{port.url}", "http://ecole.example/college/"}
    with django_capture_on_commit_callbacks(execute=True):
        site.delete()
    assert found() == {port.url}


def test_page_with_very_long_address_is_found(client, home):
    parent = home
    for _level in range(3):
        parent = make.ContentPageFactory(parent=parent, title="Règlement", slug="é" * 120)
    page = make.published(make.ContentPageFactory(parent=parent, title="Phare", slug="phare"))
    [hit] = index.find_entries("phare", "fr").hits
    assert len(hit.url) > 2_000
    assert client.get(hit.url).context["page"] == page


def test_page_named_like_query_comes_first(home, port):
    make.published(make.ContentPageFactory(parent=home, title="Amarrage"))
    assert titles("amarrage")[0] == "Amarrage"


def test_service_named_like_query_is_best_hit(home, port):
    index.index_object(port, "de", kind="service", title="Liegeplatz", url="/de/x/")
    assert index.find_entries("liegeplatz", "de").best_service.entry.title == "Liegeplatz"
    assert index.find_entries("amarrage", "fr").best_service is None


def test_search_results_mark_words_and_escape_text(client, port):
    shown = client.get("/recherche/", {"q": "naviguer"}).content.decode()
    assert "<mark>naviguer</mark> &amp;" in shown
    assert "Lac et port" in shown


def test_search_results_are_filtered_by_type(client, port, home):
    make.published(make.OfficePageFactory(parent=home, title="Capitainerie du port"))
    assert len(client.get("/recherche/", {"q": "port"}).context["hits"].object_list) >= 2
    only = client.get("/recherche/", {"q": "port", "kind": "office"})
    assert [hit.entry.title for hit in only.context["hits"]] == ["Capitainerie du port"]


@pytest.mark.parametrize("typed", ["Veraye", "verrraye", "vertaye", "vreraye"])
def test_misspelled_word_is_corrected_and_shown(client, port, typed):
    shown = client.get("/recherche/", {"q": typed}).content.decode()
    assert '<a href="?q=verraye"><b>verraye</b></a>' in shown
    assert f"Rien pour «\u00a0{typed}\u00a0»" in shown
    assert "<mark>Verraye</mark>" in shown


def test_word_similar_to_nothing_finds_nothing(client, port):
    assert titles("xylophone") == []
    assert "Rien pour" in client.get("/recherche/", {"q": "xylophone"}).content.decode()


def test_plural_and_singular_find_each_other(port):
    assert titles("amarrages") == titles("écoles") == [port.title]


def test_search_states_that_results_match_some_words_only(client, port):
    assert "ont tous vos mots" not in client.get("/recherche/", {"q": "port bateau"}).content.decode()
    assert "tous vos mots" in client.get("/recherche/", {"q": "port licorne"}).content.decode()


# -- Synonyms ------------------------------------------------------------------------------------------------
@pytest.fixture
def same():
    return SynonymGroup.objects.create(language="fr", words="place d’amarrage, anneau, Boucle de quai")


def test_synonym_finds_page(port, same):
    assert titles("anneau") == titles("anneaux") == titles("boucle de quai") == [port.title]
    assert titles("boucle") == []


def test_synonym_is_combined_with_other_words(port, same):
    assert titles("voile anneau") == titles("anneau voile") == [port.title]
    assert not index.find_entries("anneau voile", "fr").any


def test_exact_word_precedes_synonym(port, same):
    index.index_object(port, "fr", part="a", kind="page", title="Louer un anneau à l’année", url="/a/")
    index.index_object(port, "fr", part="b", kind="page", title="Plage", keywords="anneau", url="/b/")
    index.index_object(port, "fr", part="c", kind="page", title="Boucle de quai", url="/c/")
    assert titles("anneaux") == ["Louer un anneau à l’année", "Plage", "Boucle de quai", port.title]


def test_synonym_is_limited_to_its_language(port, same):
    index.index_object(port, "de", kind="page", title="Place d’amarrage", url="/de/x/")
    assert titles("anneau", "de") == []


def test_word_in_several_synonym_groups_matches_all_of_them(port, same):
    SynonymGroup.objects.create(language="fr", words="mouillage, anneau")
    SynonymGroup.objects.create(language="fr", words="anneaux, ponton")
    index.index_object(port, "fr", part="a", kind="page", title="Mouillage des Grèves", url="/a/")
    assert titles("anneau") == ["Mouillage des Grèves", port.title]
    assert titles("ponton") == [port.title]


def test_misspelled_synonym_is_corrected(client, port, same):
    assert titles("aneau") == [port.title]
    assert "<b>anneau</b>" in client.get("/recherche/", {"q": "aneau"}).content.decode()


def test_word_found_by_synonym_is_marked(client, port, same):
    assert "<mark>amarrage</mark>" in client.get("/recherche/", {"q": "anneau"}).content.decode()


def test_changed_synonym_group_applies_at_once(port, same):
    assert titles("cordage") == []
    same.words += ", cordage"
    same.save()
    assert titles("cordage") == [port.title]
    same.delete()
    assert titles("cordage") == []


def test_synonym_group_requires_two_words():
    with pytest.raises(ValidationError, match="deux mots"):
        SynonymGroup(language="fr", words="anneau, Anneau ; \x00").full_clean()
    group = SynonymGroup(language="fr", words=" anneau ;\n boucle  de quai, ANNEAU,")
    group.full_clean()
    assert group.words == "anneau, boucle de quai"


def test_synonym_form_starts_with_missed_query(client, port):
    client.force_login(EditorFactory())
    form = client.get("/admin/snippets/home/synonymgroup/add/", {"words": "moorage", "language": "en"})
    assert [form.context["form"].initial[name] for name in ("language", "words")] == ["en", "moorage"]
    sent = client.post(
        "/admin/snippets/home/synonymgroup/add/", {"language": "fr", "words": "moorage, amarrage"}
    )
    assert sent.status_code == 302
    assert titles("moorage") == [port.title]


# -- Parts of a page -----------------------------------------------------------------------------------------
def hits(query, language="fr"):
    return [(hit.entry.kind, hit.title, hit.url) for hit in index.find_entries(query, language).hits]


@pytest.fixture
def questions(home):
    body = [
        ("heading", "Déchets"),
        ("question", {"question": "Où vont les piles ?", "answer": "<p>Au <b>magasin</b> qui les vend.</p>"}),
        ("question", {"question": "Qui ramasse le verre ?", "answer": "<p>Vous.</p>"}),
    ]
    page = QuestionsPage(title="Questions", slug="questions", locale=home.locale, body=body)
    return make.published(home.add_child(instance=page))


def test_question_is_found_and_linked_by_anchor(client, questions):
    block = questions.body[1]
    address = f"{questions.url}#q-{block.id[:8]}"
    for query in ("piles", "magasin"):
        [(kind, _title, url)] = hits(query)
        assert (kind, url) == ("question", address)
    assert f'<details class="question" id="q-{block.id[:8]}">' in client.get(questions.url).content.decode()
    shown = client.get("/recherche/", {"q": "magasin"}).content.decode()
    assert "Au <mark>magasin</mark> qui les vend." in shown
    assert [kind for kind, _title, _url in hits("déchets")] == ["page"]


def test_removed_or_restricted_question_is_not_found(questions):
    questions.body.pop(1)
    make.published(questions)
    assert hits("piles") == []
    restriction = questions.view_restrictions.create(restriction_type="login")
    assert hits("verre") == []
    restriction.delete()
    assert [kind for kind, _title, _url in hits("verre")] == ["question"]
    questions.unpublish()
    assert hits("verre") == []


@pytest.fixture
def clerk(home):
    return make.PersonFactory(name="Nadia Favre", role="Cheffe de l’office", text="Papiers d’identité")


def test_person_is_found_once_and_linked_by_anchor(client, home, clerk):
    office = make.published(make.OfficePageFactory(parent=home, title="Greffe", body=[("person", clerk)]))
    first = make.published(make.ContentPageFactory(parent=home, title="Équipe", body=[("person", clerk)] * 2))
    found = [(kind, url) for kind, _title, url in hits("nadia") if kind == "person"]
    assert found == [("person", f"{first.url}#{clerk.anchor}")]
    assert f'id="{clerk.anchor}"' in client.get(first.url).content.decode()
    assert [kind for kind, _title, _url in hits("papiers identité")] == ["person"]
    first.unpublish()
    found = [(kind, url) for kind, _title, url in hits("nadia") if kind == "person"]
    assert found == [("person", f"{office.url}#{clerk.anchor}")]


def test_person_in_article_is_not_indexed(home, clerk):
    index = NewsIndexPageFactory(parent=home)
    make.published(NewsPageFactory(parent=index, title="Adieux", body=[("person", clerk)]))
    assert "person" not in [kind for kind, _title, _url in hits("nadia")]


def test_search_follows_changed_and_deleted_person(home, clerk):
    make.published(make.ContentPageFactory(parent=home, title="Équipe", body=[("person", clerk)]))
    clerk.name = "Nadia Rochat"
    clerk.save()
    assert [title for _kind, title, _url in hits("rochat")] == ["Nadia <mark>Rochat</mark>"]
    clerk.delete()
    assert hits("rochat") == []


@pytest.mark.parametrize(
    "typed",
    ["021 000 42 98", "+41 79 000 42 99", "0000", "+", "+352 26", "2025 2026", "12345678901234567890"],
)
def test_unknown_phone_number_finds_nothing(home, typed):
    make.published(make.OfficePageFactory(parent=home, title="Port", phone="021 000 42 99"))
    assert titles(typed) == []


def test_foreign_phone_number_is_found_with_any_spacing(home):
    make.published(make.OfficePageFactory(parent=home, title="Jumelage", phone="+352 26 12 34 56"))
    assert titles("+35226123456") == titles("00352 261 234 56") == ["Jumelage"]


@pytest.mark.parametrize("country", ["CH", "LU"])
@pytest.mark.parametrize("typed", ["12345", "budget 2026", "2026-2027", "1145", "01.12.2026", "2026-12-01"])
def test_number_that_is_no_phone_is_found_as_written(home, settings, typed, country):
    settings.COUNTRY = country
    text = "<p>Budget 2026, plan 2026-2027, parcelle 12345, 1145 Orvenay. Le 01.12.2026, 2026-12-01.</p>"
    make.published(make.ContentPageFactory(parent=home, title="Plan", body=[("text", text)]))
    assert titles(typed) == ["Plan"]


def test_office_is_found_by_name(home):
    office = make.published(make.OfficePageFactory(parent=home, title="Bourse communale"))
    assert [(kind, url) for kind, _title, url in hits("bourse")] == [("office", office.url)]


# -- Suggestions ---------------------------------------------------------------------------------------------
def suggested(client, typed, path="/recherche/propositions/"):
    return [row["title"] for row in client.get(path, {"q": typed}).json()["found"]]


def test_titles_are_suggested_by_prefix_and_language(client, port):
    assert suggested(client, "verr") == suggested(client, "port verr") == [port.title]
    assert suggested(client, "naviguer") == []
    assert suggested(client, "v") == suggested(client, "") == []
    [foreign] = client.get("/de/recherche/propositions/", {"q": "verr"}).json()["found"]
    assert (foreign["kind"], foreign["lang"], foreign["url"]) == ("Français", "fr", f"{port.url}?lu=de")


def test_titles_are_suggested_by_synonyms(client, port):
    SynonymGroup.objects.create(language="fr", words="débarcadère, port, amarrage")
    assert suggested(client, "débarcadère") == suggested(client, "debarcadere verraye") == [port.title]
    assert suggested(client, "débarcadaire") == [port.title]
    SynonymGroup.objects.create(language="de", words="Steg, Landungssteg")
    assert suggested(client, "Steg", "/de/recherche/propositions/") == suggested(client, "Steg") == []


def test_suggestions_correct_spelling_and_are_cacheable(client, port):
    assert suggested(client, "veraye") == [port.title]
    answer = client.get("/recherche/propositions/", {"q": "verraye"})
    assert "public" in answer["Cache-Control"]
    assert answer.json()["found"] == [{"title": port.title, "kind": "Page", "url": port.url}]


# -- Cost ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["amarrage", "anneau", "veraye", "port licorne", "xylophone", "verr voile"])
def test_search_needs_at_most_ten_queries(client, port, same, typed):
    client.get("/recherche/", {"q": typed})
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        client.get("/recherche/", {"q": typed})
    assert len(queries) <= 10, [query["sql"][:60] + " … " + query["sql"][-200:] for query in queries]


def test_search_reads_texts_only_of_shown_hits(client, home):
    for number in range(12):
        text = "amarrage " * 10
        index.index_object(
            make.PersonFactory(), "fr", kind="page", title=f"Sapin {number}", url=f"/{number}/", text=text
        )
    with CaptureQueriesContext(connection) as queries:
        client.get("/recherche/", {"q": "amarrage"})
    assert len([query for query in queries if '"home_searchentry"."text"' in query["sql"]]) == 1


@pytest.mark.parametrize(
    "query", ["", "   ", "\x00", '"', "'; --", "<script>alert(1)</script>", "a" * 5000, "*", "AND OR ("]
)
def test_invalid_query_is_answered(client, port, query):
    page = client.get("/recherche/", {"q": query, "kind": "nichts", "page": "x"})
    assert page.status_code == client.get("/recherche/propositions/", {"q": query}).status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_search_results_are_paginated(client, home):
    for number in range(12):
        index.index_object(
            make.PersonFactory(), "fr", kind="page", title=f"Sapin {number}", url=f"/{number}/"
        )
    first, second = (
        client.get("/recherche/", {"q": "sapin", "page": page}).context["hits"] for page in (1, 2)
    )
    assert (len(first), len(second)) == (10, 2)


def test_index_is_rebuilt(port):
    SearchEntry.objects.all().delete()
    assert index.rebuild_index() >= 1
    assert titles("verraye") == [port.title]


def test_rebuild_search_command_rebuilds_index(port):
    SearchEntry.objects.all().delete()
    said = StringIO()
    call_command("rebuild_search", stdout=said)
    assert titles("verraye") == [port.title]
    assert str(SearchEntry.objects.count()) in said.getvalue()


def test_search_text_separates_table_cells_and_list_items(home):
    cells = "Objet | Prix\nRoutes, eau, déchets | 17.–\nÉcole | 25.–"
    body = [
        ("table", {"caption": "Où vont 100 francs", "cells": cells}),
        ("text", "<ul><li>Deuxième main</li><li>Encombrants</li></ul>"),
    ]
    page = make.ContentPageFactory(parent=home, title="Finances", body=body)
    lines = page.search_text().splitlines()
    assert "Routes, eau, déchets, 17.–" in lines
    assert "Deuxième main" in lines


# -- Questions, and other languages --------------------------------------------------------------------------
def test_stop_words_of_a_question_do_not_count(port):
    assert titles("comment puis-je amarrer mon bateau") == [port.title]
    assert not index.find_entries("où sont les bateaux du port ?", "fr").any
    assert titles("comment") == []


def test_partial_match_prefers_rare_words_in_titles(home, port):
    for number in range(3):
        index.index_object(
            port, "fr", part=f"{number}", kind="page", title=f"Annoncer {number}", url=f"/{number}/"
        )
    index.index_object(port, "fr", part="c", kind="service", title="Chiens", url="/chiens/")
    assert titles("annoncer mon chien dalmatien")[0] == "Chiens"


@pytest.fixture
def german(home):
    twin = make.translated(home, "de", title="Start", slug="start")
    return make.published(
        make.ContentPageFactory(parent=twin, title="Abfall", lead="Säcke.", locale=twin.locale)
    )


def test_word_of_another_language_leads_to_its_pages(client, german):
    shown = client.get("/recherche/", {"q": "Abfall"}).text
    assert '<h2 id="elsewhere-de" lang="de">Auf Deutsch: «Abfall»</h2>' in shown
    assert f'<a href="{german.url}" hreflang="de">' in shown
    SynonymGroup.objects.create(language="de", words="Müll, Abfall")
    assert f'<a href="{german.url}" hreflang="de">' in client.get("/recherche/", {"q": "Müll"}).text
    assert client.get(german.url).status_code == 200


def test_foreign_pages_precede_a_corrected_query(client, home, german):
    make.published(make.ContentPageFactory(parent=home, title="Abfael", slug="abfael"))
    shown = client.get("/recherche/", {"q": "abfall"}).text
    assert shown.index("Auf Deutsch") < shown.index("<b>abfael</b>")
    assert "Auf Deutsch" not in client.get("/recherche/", {"q": "abfael"}).text


def test_suggestion_of_another_language_says_so(client, port, german):
    index.index_object(port, "fr", part="s", kind="service", title="Louer une voile", url="/voile/")
    index.index_object(port, "fr", part="p", kind="page", title="Voile", keywords="x", url="/page/")

    def suggested(query):
        return client.get("/recherche/propositions/", {"q": query}).json()["found"]

    assert [one["title"] for one in suggested("voil")] == ["Louer une voile", "Voile"]
    assert suggested("abfa") == [{"title": "Abfall", "kind": "Deutsch", "url": german.url, "lang": "de"}]


def test_empty_results_offer_counter_directory_and_contact(client, home, django_assert_max_num_queries):
    counter = make_counter(home)
    contact = make.ContactPageFactory(parent=home, title="Écrire", live=False)
    client.get("/recherche/", {"q": "xylophone"})
    with django_assert_max_num_queries(12):
        shown = client.get("/recherche/", {"q": "xylophone"}).text.partition('id="main"')[2]
    assert f'href="{counter.url}"' in shown
    assert "Écrire" not in shown
    make.published(contact)
    shown = client.get("/recherche/", {"q": "xylophone"}).text.partition('id="main"')[2]
    assert shown.index(f'href="{counter.url}"') < shown.index(f'href="{contact.url}"')

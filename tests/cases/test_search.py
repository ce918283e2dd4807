"""How cases are found: by words in any spelling, by fit, by the answers that a form marks for it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eservices.cases.desk.case_queue import queries, views
from eservices.cases.models import Case, CaseTag
from eservices.cases.search import terms
from tests.factories.cases import CaseFactory, copies, member

pytestmark = pytest.mark.django_db


def found(text: str) -> list[Case]:
    return list(Case.objects.search(text))


@pytest.fixture
def case() -> Case:
    return CaseFactory(answers={"nom": "Müller-Rochat", "remarque": "Déménagement à l’étage, 12 bis."})


@pytest.mark.parametrize(
    "text",
    [
        "muller",
        "MÜLLER rochat",
        "Élodie",
        "elodie@courriel.example",
        "demenagement etage",
        "déménag",
        "12 bis",
        "roch",
    ],
)
def test_accents_capitals_hyphens_and_order_do_not_matter(case, text):
    assert found(text) == [case]


@pytest.mark.parametrize("text", ["rochat-dubois", "müller genève", "13 bis", "zzz"])
def test_every_word_must_stand_in_it(case, text):
    assert found(text) == []


def test_a_search_minds_neither_accents_nor_capitals_and_wants_every_word():
    case = CaseFactory()
    assert Case.objects.search("ELODIE marchetti").get() == case
    assert Case.objects.search(case.reference.lower()).get() == case
    assert not Case.objects.search("elodie rochat").exists()
    assert not Case.objects.search("%").exists()


def test_a_reference_finds_its_case_whole_or_by_its_number(case):
    assert found(case.reference) == [case]
    assert found(case.reference.partition("-")[2]) == [case]


@pytest.mark.parametrize("text", ["079 900 79 17", "0799007917", "rochat 079/900.79.17", "+41 79 900 79 17"])
def test_a_telephone_number_is_found_however_it_is_written(text):
    case = CaseFactory(answers={"nom": "Rochat", "telephone": "+41799007917"})
    CaseFactory(answers={"nom": "Rochat", "telephone": "+41799007918"})
    assert found(text) == [case]


@pytest.mark.parametrize("text", ["079 900 79 17", "CHE-116.281.710", "100200300"])
def test_what_looks_like_a_telephone_number_is_found_as_it_was_written_too(text):
    case = CaseFactory(answers={"remarque": f"À propos de {text}, merci."})
    assert found(text) == [case]


@pytest.mark.parametrize(
    "text", ["", " \0 ", "'; DROP", "a & b | !c:*", "<->", "%", "_", "\\", "ж" * 3000, "🙂"]
)
def test_whatever_is_typed_is_only_looked_for(case, text):
    assert found(text) in ([], [case])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compares letters")
def test_french_words_are_found_by_their_stem_and_stop_words_are_words():
    case = CaseFactory(answers={"nom": "Aura", "remarque": "Demandes urgentes de la gare"})
    assert found("demande urgente") == [case]
    assert found("de la gare") == [case]
    assert found("aura") == [case]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no ranks")
def test_who_is_called_so_comes_before_who_writes_of_it():
    writes = CaseFactory(answers={"remarque": "Chez Monsieur Rochat."})
    named = CaseFactory()
    named.submission.applicant_name = "Yves Rochat"
    named.search_text = terms.search_lines(["Yves Rochat"])
    named.save()
    Case.objects.filter(pk=named.pk).update(opened_at=timezone.now() - timedelta(days=9))
    assert queries.search_ids(Case.objects.search("rochat"), "rochat") == [named.pk, writes.pk]


def listed(client, words: str, page: int = 1) -> list[str]:
    """The references of the cases that the queue shows for these words, in its order."""
    html = client.get(reverse("cases:queue"), {"q": words, "p": page}).text
    return re.findall(r'name="cases" value="([^"]+)"', html)


def test_of_what_fits_alike_the_newest_comes_first_page_after_page(client, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    ages = (5, 1, 9, 7, 3)
    cases = {days: CaseFactory(opened_at=timezone.now() - timedelta(days=days)) for days in ages}
    client.force_login(member())
    for most in (queries.MAX_COUNT, 3):  # by fit, and by date alone
        monkeypatch.setattr(queries, "MAX_COUNT", most)
        pages = [listed(client, "elodie", number) for number in (1, 2, 3)]
        wanted = [cases[days].reference for days in sorted(ages)]
        assert pages == [wanted[:2], wanted[2:4], wanted[4:]]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no ranks")
def test_what_is_found_stands_by_fit_until_it_is_too_much_to_count_then_by_date(client, monkeypatch):
    monkeypatch.setattr(queries, "MAX_COUNT", 2)
    named = CaseFactory(
        opened_at=timezone.now() - timedelta(days=9), search_text=terms.search_lines(["Rochat"])
    )
    client.force_login(member())
    writes = CaseFactory(answers={"remarque": "Chez Monsieur Rochat."})
    assert listed(client, "rochat") == [named.reference, writes.reference]
    last = CaseFactory(answers={"remarque": "Chez Madame Rochat."})
    assert listed(client, "rochat") == [last.reference, writes.reference, named.reference]


# -- Answers -------------------------------------------------------------------------------------------------
@pytest.fixture
def cases() -> dict[str, Case]:
    """Two cases of a form that lets agents filter by whom it is for, the day of birth and the remark."""
    marked = {"pour": "moi", "naissance": "1986-06-14", "remarque": "Plaque VD 123 456"}
    return {
        "first": searchable(CaseFactory(answers=marked)),
        "second": searchable(CaseFactory(answers=marked | {"pour": "autre", "remarque": "Plaque GE 9"})),
    }


def searchable(case: Case) -> Case:
    from eservices.cases import actions

    for step in case.version.content["steps"]:
        for field in step["fields"]:
            field["searchable"] = field["key"] in ("pour", "naissance", "remarque")
    case.version.save()
    case = Case.objects.get(pk=case.pk)
    case.search_text = actions.case_search_lines(case)
    case.save()
    return case


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"is_pour": "moi"}, ["first"]),
        ({"is_pour": "mo"}, []),
        ({"is_naissance": "1986-06-14"}, ["first", "second"]),
        ({"has_remarque": "vd 123"}, ["first"]),
        ({"has_remarque": "PLAQUE"}, ["first", "second"]),
        ({"has_remarque": "élodie"}, []),  # stands in another answer
        ({"has_remarque": "plaque", "is_pour": "autre"}, ["second"]),
        ({"has_": "x", "is_POUR": "moi", "has_remarque": "\0"}, ["first", "second"]),
    ],
)
def test_answers_marked_for_it_narrow_the_queue(client, cases, filters, shown):
    client.force_login(member())
    html = client.get(reverse("cases:queue"), filters).text
    assert [name for name, case in cases.items() if f">{case.reference}<" in html] == shown


def test_the_filters_of_a_service_are_offered_once_it_is_chosen(client, cases):
    client.force_login(member())
    service = str(cases["first"].form_id)
    assert "has_remarque" not in client.get(reverse("cases:queue")).text
    html = client.get(reverse("cases:queue"), {"service": service, "has_remarque": "vd"}).text
    assert 'name="is_pour"' in html
    assert 'name="has_remarque" id="id_has_remarque" value="vd"' in html
    assert 'name="has_nom"' not in html


def test_what_the_editor_did_not_mark_or_keeps_secret_is_no_filter(cases):
    case = cases["first"]
    case.version.content["steps"][4]["fields"][1]["secret"] = True
    case.version.save()
    from eservices.cases import actions

    text = actions.case_search_lines(Case.objects.get(pk=case.pk))
    assert "pour=moi" in text
    assert "remarque=" not in text
    assert "nom=" not in text


def test_filters_and_searches_take_as_many_queries_for_thirty_cases_as_for_three(client):
    case = CaseFactory(taken=True, answers={"remarque": "Plaque VD 123"})
    Case.objects.filter(pk=case.pk).update(deadline=timezone.now() + timedelta(days=40))
    case, tag = searchable(case), CaseTag.objects.create(name="Arrivées")
    client.force_login(member())
    narrowed = [
        {"is_pour": "moi", "service": str(case.form_id)},
        {"has_remarque": "plaque", "tag": tag.name, "due": "later"},
        {"q": "marchetti plaque"},
    ]

    def costs() -> list[int]:
        Case.tags.through.objects.bulk_create(
            [Case.tags.through(case=one, casetag=tag) for one in Case.objects.filter(tags=None)]
        )
        found = []
        for query in narrowed:
            with CaptureQueriesContext(connection) as queries:
                shown = client.get(reverse("cases:queue"), query).text.count('name="cases"')
            assert shown == Case.objects.count(), query
            found.append(len(queries))
        return found

    client.get(reverse("cases:queue"))  # looks up what the services are called
    copies(case, 2)
    few = costs()
    copies(case, 27)
    assert costs() == few

"""Search of cases: by words in any spelling, by relevance, and by answers that a form marks as searchable."""

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
def test_search_ignores_accents_case_hyphens_and_order(case, text):
    assert found(text) == [case]


@pytest.mark.parametrize("text", ["rochat-dubois", "müller genève", "13 bis", "zzz"])
def test_search_requires_every_word(case, text):
    assert found(text) == []


def test_search_ignores_accents_and_requires_every_word():
    case = CaseFactory()
    assert Case.objects.search("ELODIE marchetti").get() == case
    assert Case.objects.search(case.reference.lower()).get() == case
    assert not Case.objects.search("elodie rochat").exists()
    assert not Case.objects.search("%").exists()


def test_search_finds_case_by_reference_or_its_number(case):
    assert found(case.reference) == [case]
    assert found(case.reference.partition("-")[2]) == [case]


@pytest.mark.parametrize("text", ["079 900 79 17", "0799007917", "rochat 079/900.79.17", "+41 79 900 79 17"])
def test_search_finds_phone_number_in_any_format(text):
    case = CaseFactory(answers={"nom": "Rochat", "telephone": "+41799007917"})
    CaseFactory(answers={"nom": "Rochat", "telephone": "+41799007918"})
    assert found(text) == [case]


@pytest.mark.parametrize("text", ["079 900 79 17", "CHE-116.281.710", "100200300"])
def test_search_finds_number_like_phone_as_written(text):
    case = CaseFactory(answers={"remarque": f"À propos de {text}, merci."})
    assert found(text) == [case]


@pytest.mark.parametrize(
    "text", ["", " \0 ", "'; DROP", "a & b | !c:*", "<->", "%", "_", "\\", "ж" * 3000, "🙂"]
)
def test_search_accepts_any_input(case, text):
    assert found(text) in ([], [case])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compares letters")
def test_search_stems_french_words_and_keeps_stop_words():
    case = CaseFactory(answers={"nom": "Aura", "remarque": "Demandes urgentes de la gare"})
    assert found("demande urgente") == [case]
    assert found("de la gare") == [case]
    assert found("aura") == [case]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no ranks")
def test_search_ranks_applicant_name_above_answers():
    writes = CaseFactory(answers={"remarque": "Chez Monsieur Rochat."})
    named = CaseFactory()
    named.submission.applicant_name = "Yves Rochat"
    named.search_text = terms.search_lines(["Yves Rochat"])
    named.save()
    Case.objects.filter(pk=named.pk).update(opened_at=timezone.now() - timedelta(days=9))
    assert queries.search_ids(Case.objects.search("rochat"), "rochat") == [named.pk, writes.pk]


def listed(client, words: str, page: int = 1) -> list[str]:
    """Return the references of the cases that the queue lists for these words, in its order."""
    html = client.get(reverse("cases:queue"), {"q": words, "p": page}).text
    return re.findall(r'name="cases" value="([^"]+)"', html)


def test_equally_relevant_cases_are_newest_first_across_pages(client, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    ages = (5, 1, 9, 7, 3)
    cases = {days: CaseFactory(opened_at=timezone.now() - timedelta(days=days)) for days in ages}
    client.force_login(member())
    for most in (queries.MAX_COUNT, 3):  # by relevance, then by date alone
        monkeypatch.setattr(queries, "MAX_COUNT", most)
        pages = [listed(client, "elodie", number) for number in (1, 2, 3)]
        wanted = [cases[days].reference for days in sorted(ages)]
        assert pages == [wanted[:2], wanted[2:4], wanted[4:]]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no ranks")
def test_search_sorts_by_date_if_too_many_cases_match(client, monkeypatch):
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
    """Two cases of a form in which purpose, date of birth and remark are searchable."""
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
        ({"has_remarque": "élodie"}, []),  # part of another answer
        ({"has_remarque": "plaque", "is_pour": "autre"}, ["second"]),
        ({"has_": "x", "is_POUR": "moi", "has_remarque": "\0"}, ["first", "second"]),
    ],
)
def test_queue_filters_by_searchable_answers(client, cases, filters, shown):
    client.force_login(member())
    html = client.get(reverse("cases:queue"), filters).text
    assert [name for name, case in cases.items() if f">{case.reference}<" in html] == shown


def test_answer_filters_are_offered_after_choosing_service(client, cases):
    client.force_login(member())
    service = str(cases["first"].form_id)
    assert "has_remarque" not in client.get(reverse("cases:queue")).text
    html = client.get(reverse("cases:queue"), {"service": service, "has_remarque": "vd"}).text
    assert 'name="is_pour"' in html
    assert 'name="has_remarque" id="id_has_remarque" value="vd"' in html
    assert 'name="has_nom"' not in html


def test_unmarked_or_secret_answer_is_not_searchable(cases):
    case = cases["first"]
    case.version.content["steps"][4]["fields"][1]["secret"] = True
    case.version.save()
    from eservices.cases import actions

    text = actions.case_search_lines(Case.objects.get(pk=case.pk))
    assert "pour=moi" in text
    assert "remarque=" not in text
    assert "nom=" not in text


def test_queue_filters_have_constant_query_count(client):
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

    client.get(reverse("cases:queue"))  # caches the titles of the services
    copies(case, 2)
    few = costs()
    copies(case, 27)
    assert costs() == few

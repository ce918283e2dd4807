"""Contract of all population registers; a new one is added to ``REGISTERS`` below."""

from datetime import date

import pytest

from eservices.register.comparison import ComparedAspect, MatchResult, find_match
from eservices.register.contrib.demo import inhabitants
from eservices.register.persons import DeclaredPerson, person_from
from eservices.register.population_register import MAX_CANDIDATES, NoRegisterConfigured, configured_register
from tests.factories.register import TOKEN, serving

pytestmark = pytest.mark.django_db
REGISTERS = ["demo", "http"]
ELODIE = DeclaredPerson("Elodie", "Marchetti", date(1988, 4, 17))


@pytest.fixture(scope="module")
def server():
    with serving() as found:
        yield found


@pytest.fixture(params=REGISTERS)
def asked(request, settings, server):
    settings.REGISTER = request.param
    settings.REGISTER_HTTP = settings.REGISTER_HTTP | {"URL": server.url, "TOKEN": TOKEN}
    return configured_register()


def test_person_is_found_with_address_and_residence_date(asked):
    finding = find_match(ELODIE, asked.find(ELODIE), [ComparedAspect.BIRTH_DATE])
    assert finding.outcome == MatchResult.MATCH
    found = finding.people[0]
    assert str(found.address) == "Rue du Lac 12, 1199 Orvenay"
    assert found.is_resident(date(2026, 11, 1))
    assert not found.is_resident(date(2019, 5, 31))
    assert asked.person(found.key) == found


def test_register_person_has_the_data_of_documents(asked):
    found = asked.person("ORV-1")
    assert (found.origin, found.civil_status, found.sex) == ("Orvenay VD", "single", "female")
    assert [one.key for one in asked.household("ORV-1")] == ["ORV-1", "ORV-2"]


@pytest.mark.parametrize(("name", "value"), [("civil_status", 7), ("sex", 1), ("origin", ["x"])])
def test_register_value_that_is_no_text_is_refused(name, value):
    person = {"key": "1", "family_name": "Rochat", "birth_date": "1980-01-01"}
    with pytest.raises(ValueError, match=name):
        person_from(person | {name: value})


@pytest.mark.parametrize("value", [None, "unknown"])
@pytest.mark.parametrize("name", ["civil_status", "sex"])
def test_unknown_register_value_is_left_out(name, value):
    person = {"key": "1", "family_name": "Rochat", "birth_date": "1980-01-01", "origin": None, name: value}
    found = person_from(person)
    assert (found.origin, getattr(found, name)) == ("", "")


def test_name_or_birth_date_alone_finds_similar_people(asked):
    for said in (DeclaredPerson("Élodie", "Marchetti"), DeclaredPerson(birth_date=ELODIE.birth_date)):
        assert "ORV-1" in [one.key for one in asked.find(said)]


def test_namesakes_are_all_found_up_to_a_limit(asked):
    jean = DeclaredPerson("Jean", "Rochat", date(1961, 3, 14))
    assert find_match(jean, asked.find(jean), [ComparedAspect.BIRTH_DATE]).outcome == MatchResult.SEVERAL
    assert len(asked.find(DeclaredPerson("Élodie", "Perrin"))) <= MAX_CANDIDATES


def test_unknown_person_is_not_found(asked):
    nobody = DeclaredPerson("Personne", "N’existe", date(1900, 1, 1))
    assert asked.find(nobody) == asked.find(DeclaredPerson()) == asked.household("ORV-0") == []
    assert asked.person("ORV-0") is None
    assert asked.person("../secret?x=1") is None


def test_person_who_left_is_no_resident(asked):
    bruno = asked.person("ORV-9")
    assert bruno.address is None
    assert not bruno.is_resident(date(2026, 11, 1))


def test_household_lists_all_who_live_together(asked):
    assert [one.key for one in asked.household("ORV-2")] == ["ORV-1", "ORV-2"]


def test_protected_person_is_marked(asked):
    assert asked.person("ORV-8").protected
    assert not asked.person("ORV-1").protected


def test_healthy_register_reports_it(asked):
    asked.person("ORV-1")
    assert asked.health().is_well


def test_commune_without_a_register_has_no_health_problem(settings):
    settings.REGISTER = "none"
    for question in (lambda: configured_register().find(ELODIE), lambda: configured_register().person("1")):
        with pytest.raises(NoRegisterConfigured):
            question()
    assert configured_register().health().is_well


def test_demo_register_has_4200_residents_that_never_change():
    people = [one for home in inhabitants.all_households() for one in home.people]
    here = [one for one in people if one.is_resident(inhabitants.TODAY)]
    assert len(here) == 4_200
    assert len({one.key for one in people}) == len(people)
    assert inhabitants.all_households.__wrapped__()[700] == inhabitants.all_households()[700]
    names = [one.name for one in here]
    assert len(set(names)) < len(names)
    assert sum(not name.isascii() for name in names) > 1_000
    assert sum(one.resident_since.year >= 2025 for one in here) > 50
    assert len(people) - len(here) == inhabitants.LEFT + 1

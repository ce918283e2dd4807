"""Spellings of one thing, and whether what is declared is what the register says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.register.comparing import Aspect, Found, agreements, find
from eservices.register.people import Address, Declared, Person, content_of, declared_from, person_from
from eservices.register.spelling import house, place, street

BORN = date(1988, 4, 17)
HOME = Address("Rue du Lac", "12 bis", "1199", "Orvenay")
ELODIE = Person("1", "Élodie Anne", "Marchetti-Rey", BORN, HOME, date(2019, 6, 1))
BOTH = [Aspect.BIRTH_DATE, Aspect.ADDRESS]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rue du Lac", "r. du lac"),
        ("Chemin de l’Orvenette", "Ch. de l'Orvenette"),
        ("Bahnhofstraße", "Bahnhofstr."),
        ("Zürcher Straße", "zürcher str"),
        ("Avenue de la Gare", "AV. DE LA GARE"),
        ("Grand-Rue", "Gr. Rue"),
        ("Via San Gottardo", "V. San Gottardo"),
        ("Boulevard Saint-Martin", "Bd. St-Martin"),
    ],
)
def test_two_spellings_of_a_street_are_the_same(one, other):
    assert street(one) == street(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Chemin du Bois", "Chemin des Bois"),
        ("Rue du Four", "Ruelle du Four"),
        ("Rue du Lac", "Place du Lac"),
    ],
)
def test_two_streets_are_not(one, other):
    assert street(one) != street(other)


def test_a_house_may_be_written_with_or_without_a_blank_and_behind_its_street():
    assert house("12 bis") == house("12BIS") != house("12")
    assert place(Address("R. du Lac 12 bis", "", "CH-1199", "Orvenay VD")) == place(HOME)
    assert place(Address("Rue du Lac", "12", "1199", "Orvenay")) != place(HOME)
    assert place(Address("Rue du Lac", "12bis", "", "Orvenay")) != place(HOME)


def test_what_is_not_declared_agrees_in_nothing():
    assert agreements(Declared(), ELODIE) == set()
    assert agreements(Declared("Élodie", "Marchetti Rey", BORN, HOME), ELODIE) == set(Aspect)


def outcome(said, *people, required=BOTH):
    finding = find(said, people, required)
    return finding.outcome, [one.key for one in finding.people]


def test_who_agrees_in_all_that_is_required_is_found_and_nobody_else():
    said = Declared("elodie", "MARCHETTI REY", BORN, Address("r. du Lac", "12bis", "1199", "Orvenay"))
    namesake = Person("2", "Élodie", "Marchetti-Rey", date(1950, 1, 1), HOME)
    assert outcome(said, ELODIE, namesake) == (Found.MATCH, ["1"])
    assert outcome(said, ELODIE, namesake, required=[Aspect.ADDRESS]) == (Found.SEVERAL, ["1", "2"])
    assert outcome(said, namesake) == (Found.NO_MATCH, ["2"])
    assert outcome(Declared("Otto", "Muster", BORN, HOME), ELODIE) == (Found.NO_MATCH, ["1"])
    assert outcome(said) == (Found.NO_MATCH, [])


def test_a_register_that_answers_with_somebody_else_is_not_believed():
    said = Declared("Élodie", "Marchetti-Rey", BORN, HOME)
    assert outcome(said, Person("9", "Otto", "Muster", date(1950, 1, 1), HOME)) == (Found.NO_MATCH, [])


def test_a_protected_person_is_not_shown_for_a_date_of_birth_that_is_the_same_by_chance():
    hidden = Person("3", "Nora", "Kessler", BORN, HOME, protected=True)
    assert outcome(Declared("Otto", "Muster", BORN), hidden) == (Found.NO_MATCH, [])
    assert outcome(Declared("Nora", "Kessler", date(1950, 1, 1)), hidden) == (Found.NO_MATCH, ["3"])


@given(st.builds(Address, *[st.text(max_size=30)] * 4))
def test_whatever_is_typed_can_be_compared(address):
    assert place(address) == place(address)


def test_people_are_written_as_json_and_read_again():
    assert person_from(content_of(ELODIE)) == ELODIE
    said = Declared("Élodie", "", None, HOME)
    assert declared_from(content_of(said)) == said


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"key": "1", "family_name": "Muster"},
        {"key": 1, "family_name": "Muster", "birth_date": "1950-01-01"},
        {"key": "1", "family_name": "Muster", "birth_date": "1.1.1950"},
        {"key": "1", "family_name": "Muster", "birth_date": "1950-01-01", "address": "Rue du Lac"},
        {"key": "1", "family_name": "Muster", "birth_date": "1950-01-01", "address": {"number": "1"}},
        {"key": "1", "family_name": "Muster", "birth_date": "1950-01-01", "protected": "no"},
        {"key": "1", "family_name": "M" * 301, "birth_date": "1950-01-01"},
        {"key": "1", "family_name": "\0", "birth_date": "1950-01-01"},
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        person_from(content)

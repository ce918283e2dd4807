"""Spellings of names and addresses, and comparison of declared people with the population register."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.formbuilder.logic.address_spellings import normalize_house_number, normalize_street
from eservices.register.address_normalization import normalize_address
from eservices.register.comparison import ComparedAspect, MatchResult, agreeing_aspects, find_match
from eservices.register.persons import (
    DeclaredPerson,
    RegisterAddress,
    RegisterPerson,
    declared_from,
    person_from,
    to_json_data,
)

BORN = date(1988, 4, 17)
HOME = RegisterAddress("Rue du Lac", "12 bis", "1199", "Orvenay")
ELODIE = RegisterPerson("1", "Élodie Anne", "Marchetti-Rey", BORN, HOME, date(2019, 6, 1))
BOTH = [ComparedAspect.BIRTH_DATE, ComparedAspect.ADDRESS]


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
def test_spellings_of_one_street_are_equal(one, other):
    assert normalize_street(one) == normalize_street(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Chemin du Bois", "Chemin des Bois"),
        ("Rue du Four", "Ruelle du Four"),
        ("Rue du Lac", "Place du Lac"),
    ],
)
def test_different_streets_are_not_equal(one, other):
    assert normalize_street(one) != normalize_street(other)


def test_house_number_is_normalized_in_any_spelling():
    assert normalize_house_number("12 bis") == normalize_house_number("12BIS") != normalize_house_number("12")
    assert normalize_address(
        RegisterAddress("R. du Lac 12 bis", "", "CH-1199", "Orvenay VD")
    ) == normalize_address(HOME)
    assert normalize_address(RegisterAddress("Rue du Lac", "12", "1199", "Orvenay")) != normalize_address(
        HOME
    )
    assert normalize_address(RegisterAddress("Rue du Lac", "12bis", "", "Orvenay")) != normalize_address(HOME)


def test_missing_declaration_agrees_in_nothing():
    assert agreeing_aspects(DeclaredPerson(), ELODIE) == set()
    assert agreeing_aspects(DeclaredPerson("Élodie", "Marchetti Rey", BORN, HOME), ELODIE) == set(
        ComparedAspect
    )


def outcome(said, *people, required=BOTH):
    finding = find_match(said, people, required)
    return finding.outcome, [one.key for one in finding.people]


def test_person_who_agrees_in_all_required_aspects_is_found():
    said = DeclaredPerson(
        "elodie", "MARCHETTI REY", BORN, RegisterAddress("r. du Lac", "12bis", "1199", "Orvenay")
    )
    namesake = RegisterPerson("2", "Élodie", "Marchetti-Rey", date(1950, 1, 1), HOME)
    assert outcome(said, ELODIE, namesake) == (MatchResult.MATCH, ["1"])
    assert outcome(said, ELODIE, namesake, required=[ComparedAspect.ADDRESS]) == (
        MatchResult.SEVERAL,
        ["1", "2"],
    )
    assert outcome(said, namesake) == (MatchResult.NO_MATCH, ["2"])
    assert outcome(DeclaredPerson("Otto", "Muster", BORN, HOME), ELODIE) == (MatchResult.NO_MATCH, ["1"])
    assert outcome(said) == (MatchResult.NO_MATCH, [])


def test_register_answer_with_another_person_is_no_match():
    said = DeclaredPerson("Élodie", "Marchetti-Rey", BORN, HOME)
    assert outcome(said, RegisterPerson("9", "Otto", "Muster", date(1950, 1, 1), HOME)) == (
        MatchResult.NO_MATCH,
        [],
    )


def test_protected_person_is_not_shown_for_a_shared_birth_date():
    hidden = RegisterPerson("3", "Nora", "Kessler", BORN, HOME, protected=True)
    assert outcome(DeclaredPerson("Otto", "Muster", BORN), hidden) == (MatchResult.NO_MATCH, [])
    assert outcome(DeclaredPerson("Nora", "Kessler", date(1950, 1, 1)), hidden) == (
        MatchResult.NO_MATCH,
        ["3"],
    )


@given(st.builds(RegisterAddress, *[st.text(max_size=30)] * 4))
def test_any_typed_address_can_be_compared(address):
    assert normalize_address(address) == normalize_address(address)


def test_register_people_survive_a_round_trip_through_json():
    assert person_from(to_json_data(ELODIE)) == ELODIE
    said = DeclaredPerson("Élodie", "", None, HOME)
    assert declared_from(to_json_data(said)) == said


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
def test_senseless_register_record_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        person_from(content)

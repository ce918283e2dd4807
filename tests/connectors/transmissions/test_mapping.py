"""Rules of mappings: values for the other system, and problems that the linter names."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.connectors.business_system import ReceiptState
from eservices.connectors.transmissions.logic import mapping
from eservices.connectors.transmissions.logic.mapping import CaseValues, map_case, pack_row, unpack_row
from eservices.connectors.transmissions.logic.mapping_problems import (
    DAYS,
    NUMBERS,
    ROWS,
    KnownSources,
    SourceFacts,
    mapping_problems,
)
from eservices.connectors.transmissions.logic.receipt_rules import receipt_effect

ANSWERS = {
    "nom": "Łukasiewicz-Müller",
    "ne": "1934-05-02",
    "montant": "1234.5",
    "nombre": 3,
    "chien": True,
    "adresse": {"town": "Orvenay", "street": "Rue du Lac 12", "postcode": "1199"},
    "cents": "12.345",
    "riesig": "1e999999999",
    "lang": "1234567890123456",
    "strich": "1_000",
    "jour": "2027-03-01junk",
    "race": "labrador",
    "chiens": [{"puce": "756"}, {"puce": "757"}],
    "vide": "",
}
TABLES = {"races": {"labrador": "L7"}}
PARTS = {"adresse": ("street", "postcode", "town")}


def mapped(answers=None, lists=(), **line):
    lines = mapping.read_mapping({"fields": [{"target": "x", "source": "answer", **line}]})
    found = map_case(lines, dict(lists), CaseValues(answers or ANSWERS, tables=TABLES, parts=PARTS))
    return found.rows if lists else found.fields["x"], [reason.text for reason in found.reasons]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ({"questions": "nom"}, "Łukasiewicz-Müller"),
        ({"questions": "nom", "without_accents": True, "upper": True}, "LUKASIEWICZ-MULLER"),
        ({"questions": "nom", "split_by": "-", "part": "first"}, "Łukasiewicz"),
        ({"questions": "nom", "max_length": 5, "cut": True}, "Łukas"),
        ({"questions": "ne", "format": "dots"}, "02.05.1934"),
        ({"questions": "ne", "type": "date"}, date(1934, 5, 2)),
        ({"questions": "montant", "format": "cents"}, "123450"),
        ({"questions": "montant", "type": "decimal"}, "1234.5"),
        ({"questions": "nombre", "type": "integer"}, 3),
        ({"questions": "chien", "type": "yes_no"}, True),
        ({"questions": "adresse", "detail": "postcode"}, "1199"),
        ({"questions": "adresse", "joined_by": ", "}, "Rue du Lac 12, 1199, Orvenay"),
        ({"questions": "cents", "format": "point"}, "12.35"),
        ({"questions": "nom, race", "joined_by": "/"}, "Łukasiewicz-Müller/labrador"),
        ({"questions": "race", "table": "races"}, "L7"),
        ({"source": "fixed", "text": "VD"}, "VD"),
        ({"questions": "vide"}, None),
        ({"questions": "gone"}, None),
    ],
)
def test_value_becomes_what_the_target_takes(line, value):
    assert mapped(**line) == (value, [])


@pytest.mark.parametrize(
    "line",
    [
        {"questions": "vide", "required": True},
        {"questions": "nom", "max_length": 5},
        {"questions": "nom", "type": "integer"},
        {"questions": "nom", "type": "date"},
        {"questions": "nom", "table": "races"},
        {"questions": "nombre", "type": "integer", "max_length": 0.5},
        {"questions": "riesig", "type": "integer"},
        {"questions": "lang", "type": "decimal"},
        {"questions": "strich", "type": "integer"},
        {"questions": "jour", "type": "date"},
    ],
)
def test_value_that_does_not_fit_is_named(line):
    value, reasons = mapped(**line)
    assert value is None
    assert len(reasons) == 1


def test_group_becomes_one_row_for_each_item():
    rows, reasons = mapped(lists={"liste": "chiens"}.items(), list="liste", questions="chiens.puce")
    assert (rows, reasons) == ({"liste": [{"x": "756"}, {"x": "757"}]}, [])


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8),
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.dates() | st.datetimes(),
        max_size=5,
    )
)
def test_stored_row_is_read_back_as_it_was(row):
    assert unpack_row(pack_row(row)) == row
    assert [type(one) for one in unpack_row(pack_row(row)).values()] == [type(one) for one in row.values()]


@given(st.text(max_size=300), st.integers(1, 40))
def test_cut_text_always_fits(text, most):
    value, reasons = mapped({"nom": text}, questions="nom", max_length=most, cut=True, upper=True)
    assert not reasons
    assert value is None or len(value) <= most


KNOWN = KnownSources(
    questions={
        "nom": SourceFacts("Nom", most=60),
        "récit": SourceFacts("Récit"),
        "ne": SourceFacts("Né le", DAYS),
        "nombre": SourceFacts("Nombre", NUMBERS),
        "chiens": SourceFacts("Chiens", ROWS),
        "chiens.puce": SourceFacts("Puce", most=15, group="chiens"),
        "adresse": SourceFacts("Adresse", "parts", parts=("street", "postcode")),
    },
    results={"numero": SourceFacts("Numéro")},
    codes={"races": 3},
)
LISTS = [{"name": "liste", "group": "chiens"}]


@pytest.mark.parametrize(
    "line",
    [
        {"questions": "nom", "max_length": 60},
        {"questions": "récit"},
        {"questions": "récit", "max_length": 5, "cut": True},
        {"questions": "ne", "type": "date"},
        {"questions": "ne", "format": "iso", "max_length": 10},
        {"questions": "nombre", "type": "integer"},
        {"questions": "chiens.puce", "list": "liste"},
        {"questions": "adresse", "detail": "street"},
        {"questions": "nom", "table": "races", "max_length": 3},
        {"source": "result", "text": "numero"},
        {"source": "fixed", "text": "VD", "max_length": 2},
        {"source": "case.reference"},
        {"source": "case.decided", "type": "date"},
    ],
)
def test_mapping_that_fits_has_no_problem(line):
    settings = {"fields": [{"target": "x", "source": "answer", **line}], "lists": LISTS}
    assert list(mapping_problems(settings, KNOWN)) == []


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ({"questions": "gone"}, "gone"),
        ({}, "question"),
        ({"questions": "nom", "max_length": 20}, "60"),
        ({"questions": "récit", "max_length": 20}, "20"),
        ({"questions": "nom", "type": "date"}, "Nom"),
        ({"questions": "ne nom", "type": "date"}, "text"),
        ({"questions": "chiens.puce"}, "list"),
        ({"questions": "chiens.puce", "list": "autre"}, "autre"),
        ({"questions": "adresse", "detail": "town"}, "town"),
        ({"questions": "nom", "table": "gone"}, "gone"),
        ({"questions": "nom", "table": "races", "max_length": 2}, "3"),
        ({"source": "result", "text": "gone"}, "gone"),
        ({"source": "fixed"}, "text"),
        ({"source": "fixed", "text": "abc", "type": "integer"}, "abc"),
        ({"questions": "nom", "format": "cents"}, "Nom"),
        ({"questions": "nom", "max_length": 60, "upper": True}, "120"),
        ({"source": "case.nothing"}, "case.nothing"),
    ],
)
def test_mapping_that_cannot_fit_is_refused(line, about):
    settings = {"fields": [{"target": "x", "source": "answer", **line}], "lists": LISTS}
    problems = list(mapping_problems(settings, KNOWN))
    assert problems
    assert about in " ".join(problems)


def test_field_that_is_filled_twice_is_a_problem():
    line = {"target": "x", "source": "fixed", "text": "a"}
    assert list(mapping_problems({"fields": [line, line]}, KNOWN))
    assert list(mapping_problems({"fields": []}, KNOWN))


@pytest.mark.parametrize(
    ("current", "said", "state", "aside"),
    [
        ("sent", "received", "received", False),
        ("sent", "accepted", "accepted", False),
        ("waiting", "accepted", "accepted", False),  # our notice of the sending was lost
        ("silent", "refused", "refused", False),
        ("asked_back", "accepted", "accepted", False),
        ("refused", "accepted", "accepted", False),
        ("received", "received", "", False),
        ("accepted", "accepted", "", False),
        ("accepted", "received", "", False),
        ("refused", "refused", "", False),
        ("replaced", "refused", "", False),
        ("accepted", "refused", "", True),
    ],
)
def test_receipt_changes_only_what_it_decides(current, said, state, aside):
    effect = receipt_effect(current, "R1", ReceiptState(said), "R1")
    assert (effect.state, bool(effect.set_aside)) == (state, aside)


def test_number_format_leaves_an_endless_exponent_as_text():
    assert mapped(questions="riesig", format="cents") == ("1e999999999", [])


def test_moment_becomes_the_date_of_its_day():
    lines = mapping.read_mapping({"fields": [{"target": "x", "source": "case.sent", "type": "date"}]})
    values = CaseValues(answers={}, properties={"case.sent": datetime(2026, 11, 25, 9)})
    assert map_case(lines, {}, values).fields == {"x": date(2026, 11, 25)}

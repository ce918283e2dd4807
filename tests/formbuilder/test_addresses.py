"""Addresses of the commune: their spellings, their check, what follows from them, and the questions about them."""

import json
import re

import pytest
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from eservices.catalogue.definition import linter
from eservices.formbuilder import views
from eservices.formbuilder.addresses.areas import area_at
from eservices.formbuilder.field_types import answer_remarks, answer_text
from eservices.formbuilder.forms import StepForm
from eservices.formbuilder.linter import publication_errors
from eservices.formbuilder.logic.address_spellings import (
    normalize_house_number,
    split_street_line,
    street_key,
)
from eservices.formbuilder.logic.computed import compute_formula
from eservices.formbuilder.logic.map_points import map_point
from eservices.formbuilder.models import HouseNumber
from home.caching import site_version
from tests.factories.addresses import make_streets, swiss_line
from tests.factories.catalogue import make_service
from tests.factories.formbuilder import content, definition, question, step


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


FIELD = question("ou", "address", required=True, table="rues")
FORM = definition(step("un", FIELD))


def posted(form=FORM, **parts: str) -> StepForm:
    data = {f"ou-{part}": text for part, text in parts.items()}
    return StepForm(form, form.steps[0], "en", {}, data=data, files={})


def answer_to(form=FORM, **parts: str) -> dict:
    filled = posted(form, **parts)
    assert filled.is_valid(), filled.errors
    return filled.cleaned_answers["ou"]


def error_of(form=FORM, **parts: str):
    """Return the message, the input that it concerns, and the values of its choices."""
    filled = posted(form, **parts)
    assert not filled.is_valid()
    asked = filled.questions[0]
    return " ".join(asked.messages), asked.wrong_part, [one["value"] for one in asked.error_choices]


# -- Spellings -----------------------------------------------------------------------------------------------
LAKE = ("ruedulac", "12")
WRITINGS = [
    ("Rue du Lac 12", LAKE),
    ("rue du lac 12", LAKE),
    ("RUE DU LAC 12", LAKE),
    ("12, rue du Lac", LAKE),
    ("12 rue du Lac", LAKE),
    ("r. du Lac, 12", LAKE),
    ("3 r du Lac", ("ruedulac", "3")),
    ("  Rue   du  Lac  12 ", LAKE),
    ("Rue-du-Lac n° 12", LAKE),
    ("Rue du Lac, no 12", LAKE),
    ("n°12 rue du Lac", LAKE),
    ("Rue du Lac 12 A", ("ruedulac", "12a")),
    ("Rue du Lac 12a", ("ruedulac", "12a")),
    ("12bis, rue du Lac", ("ruedulac", "12bis")),
    ("Rue du Lac 12 BIS", ("ruedulac", "12bis")),
    ("Rue du Lac 12-14", ("ruedulac", "12-14")),
    ("av. de l'Eglise 7", ("avenuedeleglise", "7")),
    ("Ave de l’Église 7", ("avenuedeleglise", "7")),
    ("Ch. des Échalas 8", ("chemindesechalas", "8")),
    ("Bd St-Georges 1", ("boulevardsaintgeorges", "1")),
    ("Rue du 14 Juillet", ("ruedu14juillet", "")),
    ("Rue du 14 Juillet 3", ("ruedu14juillet", "3")),
    ("Place du 1er Août 2", ("placedu1eraout", "2")),
    ("Bahnhofstr. 12a", ("bahnhofstrasse", "12a")),
    ("Bahnhofstraße 12 a", ("bahnhofstrasse", "12a")),
    ("Bahnhof-Strasse Nr. 12a", ("bahnhofstrasse", "12a")),
    ("v. Cantonale 5", ("viacantonale", "5")),
    ("P.za Grande, 1", ("piazzagrande", "1")),
    ("V.le dei Faggi 3", ("vialedeifaggi", "3")),
    ("12 Lake Street", ("lakestreet", "12")),
]


@pytest.mark.parametrize(("written", "expected"), WRITINGS)
def test_line_is_divided_in_any_writing(written, expected):
    street, number = split_street_line(written)
    assert (street_key(street), normalize_house_number(number)) == expected


@given(st.text())
def test_any_text_is_divided_without_loss(text):
    street, number = split_street_line(text)
    assert split_street_line(street)[0] in street or not number
    street_key(street)
    assert normalize_house_number(normalize_house_number(number)) == normalize_house_number(number)


NAMES = st.sampled_from(
    ["Rue du Lac", "Chemin des Vignes", "Bahnhofstrasse", "Via al Porto", "Avenue de l’Église"]
)
SUFFIXES = st.sampled_from(["", "a", " A", "bis", " ter"])


@given(
    NAMES,
    st.integers(1, 999),
    SUFFIXES,
    st.sampled_from(["{s} {n}", "{n} {s}", "{n}, {s}", "{s},  {n}", "{s} n° {n}"]),
)
def test_order_case_and_commas_make_no_difference(name, number, suffix, order):
    written = order.format(s=name, n=f"{number}{suffix}")
    for line in (written, written.upper(), f"  {written.lower()} "):
        street, found = split_street_line(line)
        assert street_key(street) == street_key(name)
        assert normalize_house_number(found) == normalize_house_number(f"{number}{suffix}")


# -- The check -----------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    "parts",
    [
        {"street": "Rue du Lac", "number": "12"},
        {"street": "rue du lac 12"},
        {"street": "12, R. DU LAC"},
        {"street": "r du lac", "number": "n° 12", "postcode": "1199", "town": "orvenay"},
        {"street": "Ruedulac", "number": " 12 ", "town": "Orvenay"},
    ],
)
def test_address_is_stored_in_its_official_spelling(parts):
    make_streets()
    answer = answer_to(**parts)
    assert answer == {
        "street": "Rue du Lac",
        "number": "12",
        "postcode": "1199",
        "town": "Orvenay",
        "known": {"egid": "2001"},
    }
    assert answer_text(FORM.fields["ou"], answer, FORM, "en") == "Rue du Lac 12, 1199 Orvenay"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "street", "number"),
    [
        ("Rue du Lac 12 A", "Rue du Lac", "12a"),
        ("12 bis rue du lac", "Rue du Lac", "12bis"),
        ("Bahnhof Str. 12 A", "Bahnhofstrasse", "12a"),
        ("5 via cantonale", "Via Cantonale", "5"),
        ("rue du 14 juillet 3", "Rue du 14 Juillet", "3"),
        ("7, av. de l'eglise", "Avenue de l’Église", "7"),
        ("Ch. de la Muehle 1", "Chemin de la Mühle", "1"),
    ],
)
def test_address_of_another_language_is_found(line, street, number):
    make_streets()
    answer = answer_to(street=line)
    assert (answer["street"], answer["number"]) == (street, number)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parts", "message", "part", "proposal"),
    [
        (
            {"street": "Rue du Lak", "number": "12"},
            "We do not know a street “Rue du Lak”",
            "street",
            "street=Rue du Lac",
        ),
        ({"street": "Zzz", "number": "1"}, "We do not know a street “Zzz” in Orvenay", "street", ""),
        ({"street": "Rue du Lac", "number": "13"}, "a number 13 in Rue du Lac", "number", "number=12"),
        ({"street": "Rue du Lac"}, "Add the number", "number", ""),
        (
            {"street": "Rue du Lac", "number": "9"},
            "no number 9 in Rue du Lac any more",
            "number",
            "number=10",
        ),
        ({"street": "Chemin du Stade", "number": "2"}, "does not exist any more", "street", ""),
        ({"street": "Chemin du Coteau", "number": "4"}, "is in Verraz, not in Orvenay", "town", ""),
        (
            {"street": "Rue du Lac", "number": "12", "postcode": "1003", "town": "Lausanne"},
            "postcode 1003 is not",
            "postcode",
            "",
        ),
        ({"street": "Rue du Lac", "number": "12", "town": "Verraz"}, "is in Verraz", "town", ""),
        ({"street": "Rue X", "number": "12", "town": "Gland"}, "is in Gland", "town", ""),
    ],
)
def test_unknown_address_is_refused_with_choices(parts, message, part, proposal):
    make_streets()
    said, where, choices = error_of(**parts)
    assert message in said
    assert where == part
    assert not proposal or proposal in choices
    new, unsure = choices[-2:]
    assert answer_to(**parts, sure=new)["known"] == {"sure": "new"}
    assert answer_to(**parts, sure=unsure)["known"] == {"sure": "unsure"}


VILLAGES = (
    swiss_line("Rue du Lac", "1", 1001, 1),
    swiss_line("Rue du Lac", "2", 1001, 2),
    swiss_line("Rue du Lac", "1", 1002, 3, zip_label="1198 Orvenay-Dessus"),
    swiss_line("Rue du Lac", "5", 1002, 4, zip_label="1198 Orvenay-Dessus"),
    # A street whose last house is delivered from the next town.
    swiss_line("Rue Haute", "1", 1003, 5),
    swiss_line("Rue Haute", "2", 1003, 6),
    swiss_line("Rue Haute", "3", 1003, 7, zip_label="1197 Verraz"),
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parts", "egid"),
    [
        ({"street": "Rue du Lac 1", "postcode": "1199"}, "1"),
        ({"street": "Rue du Lac 1", "postcode": "1198"}, "3"),
        ({"street": "Rue du Lac 1", "town": "Orvenay Dessus"}, "3"),
        ({"street": "Rue du Lac 1", "town": "Orvenay"}, "1"),
        ({"street": "Rue du Lac 5"}, "4"),
        ({"street": "Rue Haute 3", "postcode": "1197", "town": "Verraz"}, "7"),
        ({"street": "Rue Haute 3", "postcode": "1199"}, "7"),
        ({"street": "Rue Haute 2", "number": "2"}, "6"),
        ({"street": "Rue Haute 2", "postcode": "CH-1199"}, "6"),
        ({"street": "Rue Haute 2", "postcode": "CH 1199"}, "6"),
    ],
)
def test_house_of_one_village_is_found(parts, egid):
    make_streets("rues", *VILLAGES)
    assert answer_to(**parts)["known"]["egid"] == egid


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["A12", "s.n.", "12 bis-14 quater A"])
def test_official_number_has_any_format(number):
    make_streets("rues", swiss_line("Rue du Lac", number, 1001, 1), swiss_line("Rue du Lac", "2", 1001, 2))
    assert answer_to(street="Rue du Lac", number=number)["known"] == {"egid": "1"}
    choices = error_of(street="Rue du Lac", number="?!")[2]
    assert not posted(street="Rue du Lac", number="?!", sure=choices[-1]).is_valid()


@pytest.mark.django_db
@pytest.mark.parametrize("numbered", [True, False])
def test_address_in_two_villages_is_asked_back(numbered):
    make_streets("rues", *(line if numbered else re.sub(r";100\d;", ";;", line) for line in VILLAGES))
    message, part, choices = error_of(street="Rue du Lac", number="1")
    assert "more than one “Rue du Lac 1”" in message
    assert (part, choices[:2]) == ("postcode", ["postcode=1198", "postcode=1199"])
    answer = answer_to(street="Rue du Lac", number="1", sure="postcode=1198")
    assert (answer["town"], answer["known"]) == ("Orvenay-Dessus", {"egid": "3"})


@pytest.mark.django_db
def test_address_may_be_in_another_commune_with_our_postcode():
    make_streets()
    form = definition(step("un", question("ou", "address", table="rues", settings={"elsewhere": True})))
    there = {"street": "Chemin du Coteau", "number": "4", "postcode": "1199", "town": "Verraz"}
    assert answer_to(form, **there) == there
    assert answer_to(form, street="Rue du Lac 12", postcode="CH-1199")["known"] == {"egid": "2001"}
    assert error_of(form, street="Rue du Lac 13", postcode="1199")
    foreign = {"street": "Rue du Lac", "number": "12", "postcode": "D-1199", "town": "X"}
    assert answer_to(form, **foreign) == foreign


@pytest.mark.django_db
def test_proposal_is_taken_by_one_choice():
    make_streets()
    answer = answer_to(street="Rue du Lak", number="12", sure="street=Rue du Lac")
    assert (answer["street"], answer["known"]) == ("Rue du Lac", {"egid": "2001"})
    assert answer_to(street="Rue du Lac", number="13", sure="number=14")["number"] == "14"
    assert answer_to(street="Rue du Lac", number="12", sure="number=14")["number"] == "12"


@pytest.mark.django_db
def test_confirmation_holds_for_one_address():
    make_streets()
    choices = error_of(street="Rue Neuve", number="1")[2]
    assert error_of(street="Rue Vieille", number="1", sure=choices[-1])
    assert error_of(street="Rue Neuve", number="1", sure="new:")
    stored = answer_to(street="Rue Neuve", number="1", sure=choices[-1])
    again = StepForm(FORM, FORM.steps[0], "en", {"ou": stored})
    assert again.questions[0].value["sure"] == "unsure:rueneuve-1-1199"


@pytest.mark.django_db
def test_renamed_street_names_the_present_one():
    table = make_streets(columns={"Rue du Lac": {"former": "Rue des Bains | Grand-Rue"}})
    message, part, choices = error_of(street="grand rue", number="12")
    assert "“grand rue” is now called “Rue du Lac”." in message
    assert (part, choices[0]) == ("street", "street=Rue du Lac")
    closed = table.rows.get(label="Chemin du Stade")
    closed.extra |= {"now": "Rue du Centenaire"}
    closed.save()
    message, _part, choices = error_of(street="Ch. du Stade", number="3")
    assert "is now called “Rue du Centenaire”" in message
    assert answer_to(street="Ch. du Stade", number="3", sure=choices[0])["street"] == "Rue du Centenaire"


@pytest.mark.django_db
def test_table_without_streets_checks_nothing():
    form = definition(step("un", question("ou", "address", table="none")))
    parts = {"street": "Rue X", "number": "1", "postcode": "1000", "town": "Ailleurs"}
    assert answer_to(form, **parts) == parts
    assert answer_text(form.fields["ou"], parts, form, "en") == "Rue X 1, 1000 Ailleurs"


@pytest.mark.django_db
def test_optional_address_may_stay_empty():
    make_streets()
    form = definition(step("un", question("ou", "address", table="rues")))
    filled = posted(form, postcode="1199", town="Orvenay")
    assert filled.is_valid()
    assert filled.cleaned_answers == {"ou": None}
    assert not posted(postcode="1199", town="Orvenay").is_valid()


@pytest.mark.django_db
def test_postcode_and_town_are_filled_in():
    make_streets()
    html = str(StepForm(FORM, FORM.steps[0], "en", {}).questions[0])
    assert 'name="ou-postcode" value="1199"' in html
    assert 'name="ou-town" value="Orvenay"' in html


# -- What follows from an address ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "number", "area"),
    [
        ("North", "12", "North"),
        ("North | 1-29: South", "12bis", "South"),
        ("North | 1-29: South", "30", "North"),
        ("1-29 odd: South | 1-29 pair: East", "12", "East"),
        ("A | 30-: B", "31", "B"),
        ("A | -9: B", "9a", "B"),
        ("A | 7: B", "7", "B"),
        ("A | impair: B", "7", "B"),
        ("Bus: line 3", "7", "Bus: line 3"),
        ("A | 1-9: B", "", "A"),
    ],
)
def test_area_follows_from_street_and_number(cell, number, area):
    assert area_at(cell, number) == area


@given(st.text(), st.text())
def test_any_cell_has_an_area(cell, number):
    assert isinstance(area_at(cell, number), str)


@pytest.mark.django_db
def test_areas_can_be_used_in_calculations():
    make_streets(columns={"Rue du Lac": {"École": "Bourg", "zone": "A | 12-: B", "collecte": "mardi"}})
    answer = answer_to(street="Rue du Lac", number="12")
    assert answer["known"] == {"egid": "2001", "ecole": "Bourg", "zone": "B", "collecte": "mardi"}
    zone = {"operation": "concat", "fields": ["ou.zone"]}
    assert compute_formula(zone, {"ou": answer}) == "B"
    assert compute_formula({"operation": "concat", "fields": ["ou.town"]}, {"ou": answer}) == "Orvenay"
    assert answer_remarks(FORM.fields["ou"], answer, None) == [
        "collecte: mardi; École: Bourg; zone: B; EGID: 2001"
    ]


@pytest.mark.django_db
def test_calculation_may_name_an_area():
    computed = question(
        "zone", "computed", settings={"formula": {"operation": "concat", "fields": ["ou.zone"]}}
    )
    made = content(step("un", FIELD, computed))
    assert publication_errors(made) == []

    def warned() -> bool:
        return any("no column “zone”" in fault.message for fault in linter.lint_service(made))

    make_streets()
    assert warned()
    make_streets(columns={"Rue du Lac": {"zone": "A"}})
    assert not warned()
    late = content(step("un", computed, FIELD))
    assert "which is not asked before it" in str(publication_errors(late)[0])


@pytest.mark.django_db
def test_unknown_address_is_a_remark_until_resolved():
    make_streets()
    field = FORM.fields["ou"]
    choices = error_of(street="Rue du Lac", number="99")[2]
    answer = answer_to(street="Rue du Lac", number="99", sure=choices[-2])
    (remark,) = answer_remarks(field, answer, None)
    assert (
        remark
        == "To be checked: We do not know a number 99 in Rue du Lac. The applicant says that it is new."
    )
    row = HouseNumber.objects.get(egid="2001").street
    HouseNumber.objects.create(street=row, number="99", key="99", postcode="1199", egid="77")
    site_version.invalidate_site()
    assert answer_remarks(field, answer, None) == ["EGID: 77"]
    assert answer_remarks(field, None, None) == answer_remarks(field, "?", None) == []


# -- On the page ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_choices_are_shown_as_radio_buttons():
    make_streets()
    html = str(posted(street="Rue du Lak", number="12").questions[0])
    assert html.count('type="radio"') == 3
    assert 'value="street=Rue du Lac"' in html
    assert "Rue du Lac 12" in html
    assert "checked" not in html


@pytest.mark.django_db
def test_table_and_houses_are_read_once(django_assert_num_queries):
    make_streets()
    form = definition(step("un", *(question(f"q{n}", "address", table="rues") for n in range(4))))
    data = {f"q{n}-street": "Rue du Lac 12" for n in range(4)}
    with django_assert_num_queries(2):
        for _again in range(3):
            filled = StepForm(form, form.steps[0], "fr", {}, data=data, files={})
            assert filled.is_valid()
            assert "".join(map(str, filled.questions))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", [{"street": "x" * 101}, {"street": "\0"}, {"street": "Rue du Lac", "number": "1" * 90}]
)
def test_unusable_text_is_refused(typed):
    make_streets()
    assert not posted(**typed).is_valid()


@pytest.mark.django_db
def test_digit_that_is_no_decimal_is_an_unknown_number():
    make_streets()
    assert error_of(street="Rue du Lac", number="\u1369")[1] == "number"  # Ethiopic digit one


@pytest.mark.django_db(transaction=False)
@given(
    st.dictionaries(
        st.sampled_from(["street", "number", "extra", "postcode", "town", "sure"]), st.text(max_size=30)
    )
)
def test_any_parts_are_checked_without_failing(parts):
    posted(**parts).is_valid()


ANYTHING = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
NESTED = ANYTHING | st.dictionaries(st.sampled_from(["sure", "egid", "zone"]), ANYTHING | st.lists(ANYTHING))


@pytest.mark.django_db(transaction=False)
@given(NESTED | st.dictionaries(st.sampled_from(["street", "number", "postcode", "known"]), NESTED))
def test_any_stored_address_is_shown_without_failing(stored):
    filled = StepForm(FORM, FORM.steps[0], "en", {"ou": stored})
    str(filled.questions[0])
    filled.is_valid()
    answer_remarks(FORM.fields["ou"], stored, None)


# -- Completion ----------------------------------------------------------------------------------------------
def completed(client, **asked: str) -> list:
    return client.get(reverse("formbuilder:addresses", args=["rues"]), asked).json()["found"]


@pytest.mark.django_db
def test_houses_are_ordered_by_number_then_letter():
    street = make_streets().rows.get(label="Rue du Lac")
    street.numbers.create(number="100", key="100")
    assert [one.number for one in street.numbers.all()] == ["9", "10", "12", "12a", "12bis", "14", "100"]


@pytest.mark.parametrize(
    ("north", "east", "point"),
    [
        ("1200000.000", "2600000.000", (46.951083, 7.438632)),
        ("1146270", "2520000.5", (46.461, 6.396)),
        ("46.4611", "6.4116", (46.4611, 6.4116)),
        ("50,8503", "4,3517", (50.8503, 4.3517)),
        *((one, "2600000", None) for one in ("", "x", "nan", "inf", "1e400", "99999999")),
        ("0", "0", None),
    ],
)
def test_map_point_of_a_house(north, east, point):
    assert map_point(north, east) == (point and pytest.approx(point, abs=0.01))


@pytest.mark.django_db
def test_file_without_points_keeps_those_of_the_table():
    table = make_streets()
    house = HouseNumber.objects.filter(street__label="Rue du Lac").first()
    house.lat, house.lon = 46.4611, 6.4116
    house.save()
    make_streets(table.key)
    house.refresh_from_db()
    assert (house.lat, house.lon) == (46.4611, 6.4116)


@pytest.fixture
def streets_in_use():
    """Publish a form that asks for an address of the table ``rues``."""
    make_streets()
    make_service(definition=content(step("un", FIELD)))


@pytest.mark.django_db
def test_table_that_no_form_asks_for_is_not_completed(client):
    make_streets()
    make_streets("autres")
    make_service(definition=content(step("un", question("ou", "address", table="autres"))))
    assert completed(client, q="rue l") == []


@pytest.mark.django_db
@pytest.mark.usefixtures("streets_in_use")
def test_street_is_completed_after_three_letters(client):
    make_streets()
    assert completed(client, q="ru") == []
    assert completed(client, q="rue l") == [["Rue du Lac", "1199", "Orvenay"]]
    assert completed(client, q="eglise") == [["Avenue de l’Église", "1199", "Orvenay"]]
    assert completed(client, q="12, r. du la") == [["Rue du Lac", "1199", "Orvenay"]]
    assert completed(client, q="coteau") == completed(client, q="stade") == []


@pytest.mark.django_db
@pytest.mark.usefixtures("streets_in_use")
def test_number_is_completed_within_its_street(client):
    make_streets()
    assert completed(client, street="rue du lac", q="12") == [["12"], ["12a"], ["12bis"]]
    assert completed(client, street="rue du lac")[0] == ["10"]
    assert completed(client, street="rue perdue") == []


@pytest.mark.django_db
@pytest.mark.usefixtures("streets_in_use")
def test_completion_is_small_and_needs_no_query(client, django_assert_num_queries):
    make_streets()
    completed(client, q="rue")
    with django_assert_num_queries(0):
        response = client.get(reverse("formbuilder:addresses", args=["rues"]), {"q": "rue"})
    assert len(response.content) < 300
    assert "max-age" in response["Cache-Control"]
    assert json.loads(response.content)["found"]


@pytest.mark.django_db
def test_completion_is_limited_by_client(client, monkeypatch):
    monkeypatch.setattr(views.COMPLETIONS.__class__, "allows_client", lambda limit, request: False)
    refused = client.get(reverse("formbuilder:addresses", args=["rues"]), {"q": "rue"})
    assert refused.status_code == 429
    assert "max-age=300" not in refused.get("Cache-Control", "")
    assert client.post(reverse("formbuilder:addresses", args=["rues"])).status_code == 405


@pytest.mark.django_db
def test_completion_of_an_unknown_table_is_empty(client):
    assert completed(client, q="rue") == []
    assert completed(client, q="\0" * 200, street="\0") == []

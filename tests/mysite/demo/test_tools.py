"""Tools of the demo: pictures, typography, dates, content files, definitions."""

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
import time_machine
from django.http import Http404
from django.utils import timezone
from PIL import Image

from eservices.catalogue.definition.linter import values_known_by_stages
from eservices.formbuilder.linter import lint_definition
from mysite.demo import clock, map_tiles, people
from mysite.demo.builders.context import LANGUAGES, DemoContext
from mysite.demo.builders.eservices.answers import AnswerFactory
from mysite.demo.builders.eservices.bookings import closed_days
from mysite.demo.builders.eservices.cases import applicants
from mysite.demo.builders.eservices.services import DEFINITIONS
from mysite.demo.markup import BlockBuilder, ContentEntry, read_content
from mysite.demo.pictures import FOLDER, PORTRAITS, SCENES, read_picture
from mysite.demo.typography import typeset

TUESDAY = date(2026, 11, 24)
SERVICES = sorted(DEFINITIONS.glob("*.json"))


def test_every_picture_is_stored_in_its_size():
    sizes = dict.fromkeys(SCENES, (2000, 1250)) | dict.fromkeys(PORTRAITS, (800, 1000))
    assert {path.stem for path in FOLDER.iterdir()} == set(sizes)
    for name, size in sizes.items():
        picture = Image.open(BytesIO(read_picture(name)))
        assert (picture.format, picture.size) == ("WEBP", size), name


def test_demo_map_covers_the_town_only(rf):
    z, x, y = 16, 33935, 23193  # the place in the middle of the town
    drawn = map_tiles.map_tile(rf.get("/"), z, x, y)
    assert drawn["Content-Type"] == "image/svg+xml"
    assert "Rue du Lac" in drawn.text
    ElementTree.fromstring(drawn.text)
    for nowhere in ((20, 0, 0), (1, 2, 0), (10**9, 0, 0)):
        with pytest.raises(Http404):
            map_tiles.map_tile(rf.get("/"), *nowhere)


def test_demo_household_has_no_repeated_first_names():
    world = DemoContext(today=TUESDAY)
    residents = applicants(world)
    answers = AnswerFactory(world.random, residents)
    for _time in range(100):
        who = residents.draw()
        firsts = [who.first, *(one["membre_prenom"] for one in answers.household(who))]
        assert len(set(firsts)) == len(firsts)


def test_demo_rooms_are_not_booked_during_works():
    world = DemoContext(today=TUESDAY)
    residents = applicants(world)
    answers = AnswerFactory(world.random, residents)
    asked = [answers.reservation_salle(residents.draw(), TUESDAY)["creneau_conseil"] for _time in range(150)]
    days = {one["times"][0][0][:10] for one in asked}
    assert len(days) == 150
    assert not days & {day.isoformat() for day in closed_days(TUESDAY)}


@pytest.mark.parametrize("days", range(7))
def test_demo_events_end_after_they_begin_on_any_weekday(days):
    today = TUESDAY + timedelta(days=days)
    for entry in read_content("fr", "events", today):
        start = clock.parse_moment(entry["start"], today)
        assert start < clock.parse_moment(entry["end"], start.date()), entry.key


def test_demo_scenes_have_alternative_texts():
    assert len(SCENES) >= 14
    assert all(title and alt and title != alt for title, alt in SCENES.values())


def test_demo_portraits_belong_to_people_in_the_directory():
    names = {entry.key for entry in read_content("fr", "people", TUESDAY) if entry["kind"] == "person"}
    assert names == set(PORTRAITS)


@pytest.mark.parametrize(
    ("plain", "language", "well_set"),
    [
        ("Que faire ? Venez !", "fr", "Que faire\u202f? Venez\u202f!"),
        ("« L'orme »", "fr", "«\u202fL’orme\u202f»"),
        ("CHF 1 240.–", "fr", "CHF\u00a01\u202f240.–"),
        ("de 8 h 30 à 17 h", "fr", "de 8\u202fh\u202f30 à 17\u202fh"),
        ("le 7 décembre", "fr", "le 7\u00a0décembre"),
        ("the village's bakery?", "en", "the village’s bakery?"),
        ("1. Titre :: Texte", "fr", "1. Titre :: Texte"),
    ],
)
def test_typesetting_is_correct_and_idempotent(plain, language, well_set):
    assert typeset(plain, language) == well_set
    assert typeset(well_set, language) == well_set


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("-12d", date(2026, 11, 12)),
        ("thu+0w", date(2026, 11, 26)),
        ("tue+0w", date(2026, 12, 1)),
        ("mon+1w", date(2026, 12, 7)),
        ("sat-1w", date(2026, 11, 21)),
    ],
)
def test_demo_days_are_relative_to_the_day_of_the_build(words, day):
    assert clock.parse_day(words, TUESDAY) == day


def test_demo_dates_are_written_in_the_language_of_the_text():
    assert clock.fill_dates("le {tue+0w} {year+1}", TUESDAY, "fr") == "le 1er décembre 2027"
    assert clock.fill_dates("am {mon+1w}", TUESDAY, "de") == "am 7. Dezember"


@time_machine.travel("2026-11-24 10:00:00+00:00", tick=False)
def test_demo_clock_is_set_within_the_block_only():
    then = clock.local_moment(date(2026, 3, 2), 14)
    with clock.clock_at(then):
        assert timezone.now() == then
        assert timezone.localdate() == date(2026, 3, 2)
    assert timezone.now() == datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_content_body_becomes_blocks():
    body = (
        "## Titre\nUn **mot** et [un lien](page:ecole)\n- un point\n\n1. A :: B\n\n[figures]\n90 m | de plage"
    )
    blocks = BlockBuilder(ContentEntry("x", "fr", body=body), lambda kind, key: 7).body()
    assert [block["type"] for block in blocks] == ["heading", "text", "steps", "figures"]
    assert '<a linktype="page" id="7">un lien</a>' in blocks[1]["value"]
    assert "<ul><li>un point</li></ul>" in blocks[1]["value"]
    assert blocks[3]["value"][0]["value"] == {"number": "90\u202fm", "label": "de plage"}


def test_content_body_escapes_text_that_is_no_markup():
    (block,) = BlockBuilder(ContentEntry("x", "fr", body="<script> & co"), lambda kind, key: 0).body()
    assert block["value"] == "<p>&lt;script&gt; &amp; co</p>"


def test_content_body_has_the_same_ids_every_time():
    def ids():
        return [
            block["id"]
            for block in BlockBuilder(ContentEntry("x", "fr", body="## A\n\nB"), lambda kind, key: 0).body()
        ]

    assert ids() == ids()


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_demo_definition_is_valid_and_in_four_languages(path):
    definition = json.loads(path.read_text(encoding="utf-8"))
    assert lint_definition(definition, known=values_known_by_stages) == []
    texts = definition["texts"]
    assert set(texts) == set(LANGUAGES)
    lacking = {language: sorted(set(texts["fr"]) - set(said)) for language, said in texts.items()}
    assert lacking == {language: [] for language in LANGUAGES}
    assert all(said[key].strip() for said in texts.values() for key in said)


def test_demo_service_pages_have_one_structure_in_four_languages():
    shapes = {}
    for language in ("fr", "de", "en", "it"):
        for entry in read_content(language, "services", TUESDAY):
            kinds = [b["type"] for b in BlockBuilder(entry, lambda kind, key: 1).body()]
            shapes.setdefault(entry.key, set()).add(tuple(kinds))
    assert set(shapes) == {path.stem for path in SERVICES}
    assert all(len(shape) == 1 for shape in shapes.values()), shapes


def test_sign_in_sheet_names_all_accounts():
    sheet = people.sign_in_sheet()
    assert all(one.email in sheet for one in people.SIGN_INS)
    assert people.PASSWORD in sheet


@pytest.mark.parametrize(
    ("language", "italian"),
    [("fr", "italien"), ("de", "Italienisch"), ("en", "Italian"), ("it", "italiano")],
)
def test_certificate_page_names_the_languages_of_its_form(language, italian):
    form = json.loads((DEFINITIONS / "attestation-domicile.json").read_text())
    fields = {field["key"]: field for step in form["steps"] for field in step["fields"]}
    offered = {option["value"] for option in fields["langue_document"]["options"]}
    page = (DEFINITIONS.parent / "content" / language / "services.md").read_text()
    assert (italian in page) == ("it" in offered)

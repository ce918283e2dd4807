"""Office pages and people: opening hours, calendar files and contact cards."""

import json
import re
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import PageViewRestriction, ReferenceIndex

from tests.factories import home as make
from tests.factories.accounts import SuperuserFactory
from tests.factories.wagtail_forms import page_form

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def office():
    return make.OfficePageFactory(
        parent=make.make_site(),
        street="Chemin de la Râpe 8",
        postcode="1199",
        town="Orvenay",
        phone="021 000 42 36",
        access="De plain-pied; bus 714",
        closings=[("closing", {"first": date(2026, 11, 25), "last": date(2026, 11, 26)})],
        other_hours=[("opening", {"day": date(2026, 11, 28), "opens": time(9), "closes": time(12)})],
    )


def test_office_page_lists_upcoming_deviations(client, office):
    page = client.get(office.url).content.decode()
    table = re.search(r'<tr class="otherwise">.*</table>', page, re.S)[0]
    assert "Du 25 novembre au 26 novembre" in table
    assert "fermé" in table
    assert "Samedi 28 novembre" in table
    assert "9\xa0h\xa0– 12\xa0h" in table


def test_office_open_on_single_days_shows_them(client):
    page = make.OfficePageFactory(
        parent=make.make_site(),
        title="Local des puces",
        hours=[],
        other_hours=[("opening", {"day": date(2026, 11, 28), "opens": time(9), "closes": time(12)})],
    )
    shown = client.get(page.url).content.decode()
    assert "Ouverture samedi à 9\xa0h" in shown
    assert "Samedi 28 novembre" in shown
    assert "9\xa0h\xa0– 12\xa0h" in shown


def test_office_page_has_structured_opening_hours(client, office):
    page = client.get(office.url).content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert (data["address"]["addressLocality"], data["address"]["addressCountry"]) == ("Orvenay", "CH")
    *_usual, shut, saturday = data["openingHoursSpecification"]
    assert (shut["validFrom"], shut["validThrough"]) == ("2026-11-25", "2026-11-26")
    assert (shut["opens"], shut["closes"]) == ("00:00", "00:00")
    assert (saturday["validFrom"], saturday["opens"], saturday["closes"]) == ("2026-11-28", "09:00", "12:00")


def test_office_calendar_lists_its_open_times(client, office):
    lines = client.get(f"{office.url}horaires/").content.decode().split("\r\n")
    assert "DTSTART:20261124T070000Z" in lines
    assert not [line for line in lines if line.startswith(("DTSTART:20261125", "DTSTART:20261126"))]
    assert "DTSTART:20261128T080000Z" in lines
    assert not [line for line in lines if line.startswith("DTSTART:20261225")]


@pytest.fixture
def bar():
    """An office open on Tuesdays until midnight and on Fridays into the night, but closed last Friday."""
    hours = [("1", time(18), time(0)), ("4", time(20), time(2))]
    return make.OfficePageFactory(
        parent=make.make_site(),
        title="Buvette du port",
        hours=[("opening", {"day": day, "opens": opens, "closes": closes}) for day, opens, closes in hours],
        closings=[("closing", {"first": date(2026, 11, 20), "last": date(2026, 11, 20)})],
    )


def test_office_calendar_file_name_keeps_umlauts(client):
    office = make.published(make.OfficePageFactory(parent=make.make_site(), slug="überblick"))
    named = client.get(f"{office.url}horaires/")["Content-Disposition"]
    assert named == "attachment; filename*=utf-8''%C3%BCberblick.ics"


def test_hours_past_midnight_agree_in_page_and_calendar(client, bar):
    page = client.get(bar.url).content.decode()
    assert "18\xa0h\xa0– 24\xa0h" in page
    assert "20\xa0h\xa0– 2\xa0h" in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    told = [(one["opens"], one["closes"]) for one in data["openingHoursSpecification"]]
    assert told == [("18:00", "00:00"), ("20:00", "02:00")]
    lines = client.get(f"{bar.url}horaires/").content.decode().split("\r\n")
    assert lines[lines.index("DTSTART:20261124T170000Z") + 1] == "DTEND:20261124T230000Z"
    assert lines[lines.index("DTSTART:20261127T190000Z") + 1] == "DTEND:20261128T010000Z"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 11, 24, 22, tzinfo=UTC), "Ouvert jusqu’à 24\xa0h"),
        (datetime(2026, 11, 24, 23, tzinfo=UTC), "Ouverture vendredi à 20\xa0h"),
        (datetime(2026, 11, 28, 0, 30, tzinfo=UTC), "Ouvert jusqu’à 2\xa0h"),
        (datetime(2026, 11, 21, 0, 30, tzinfo=UTC), "Ouverture mardi à 18\xa0h"),
    ],
)
def test_office_open_at_night_shows_it(client, bar, at, told):
    with time_machine.travel(at):
        assert told in client.get(bar.url).content.decode()


def test_office_contact_card_is_valid(client, office):
    answer = client.get(f"{office.url}carte/")
    assert answer["Content-Type"] == "text/vcard; charset=utf-8"
    lines = answer.content.decode().split("\r\n")
    assert "TEL;TYPE=WORK,VOICE:+41210004236" in lines
    assert "ADR;TYPE=WORK:;;Chemin de la Râpe 8;Orvenay;;1199;" in lines
    assert "NOTE:De plain-pied\\; bus 714" in lines


def test_person_contact_card_escapes_line_breaks(client):
    make.CommuneSettingsFactory()
    person = make.PersonFactory(name="Huguette Perrin", role="Syndique\nTEL:117", email="h@orvenay.example")
    page = make.ContentPageFactory(parent=make.make_site(), body=[("person", person)])
    ReferenceIndex.create_or_update_for_object(page)
    url = reverse("home:card", args=[person.translation_key])
    assert url in client.get(page.url).content.decode()
    lines = client.get(url).content.decode().split("\r\n")
    assert "N:Perrin;Huguette;;;" in lines
    assert "TITLE:Syndique\\nTEL:117" in lines
    assert "TEL:117" not in lines
    assert client.get(reverse("home:card", args=["00000000-0000-0000-0000-000000000000"])).status_code == 404


def test_person_on_no_public_page_has_no_contact_card(client):
    make.CommuneSettingsFactory()
    person = make.PersonFactory(name="Huguette Perrin", phone="+41 79 123 45 67")
    url = reverse("home:card", args=[person.translation_key])
    assert client.get(url).status_code == 404
    page = make.ContentPageFactory(parent=make.make_site(), body=[("person", person)])
    ReferenceIndex.create_or_update_for_object(page)
    assert client.get(url).status_code == 200
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(url).status_code == 404
    page.view_restrictions.all().delete()
    page.unpublish()
    assert client.get(url).status_code == 404


def test_contact_card_of_new_person_needs_no_worker(client, django_assert_max_num_queries):
    make.CommuneSettingsFactory()
    person = make.PersonFactory(name="Huguette Perrin")
    page = make.published(make.ContentPageFactory(parent=make.make_site(), body=[("person", person)]))
    ReferenceIndex.objects.all().delete()
    url = reverse("home:card", args=[person.translation_key])
    with django_assert_max_num_queries(8):
        assert client.get(url).status_code == 200
    page.unpublish()
    assert client.get(url).status_code == 404


def test_incomplete_hours_are_saved_as_draft_but_not_published(client, office):
    client.force_login(SuperuserFactory())
    edit = reverse("wagtailadmin_pages:edit", args=[office.pk])
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[office.pk])
    empty = {}
    for field, kind, names in (
        ("hours", "opening", ["day", "opens", "closes"]),
        ("other_hours", "opening", ["day", "opens", "closes"]),
        ("closings", "closing", ["first", "last"]),
    ):
        number = len(getattr(office, field))
        here = f"{field}-{number}"
        empty |= {f"{field}-count": number + 1, f"{here}-deleted": "", f"{here}-order": number}
        empty |= {f"{here}-id": "", f"{here}-type": kind} | {f"{here}-value-{name}": "" for name in names}
    data = page_form(client, edit, **empty)
    assert client.post(preview, data).json()["is_valid"]
    assert client.get(preview).status_code == 200
    assert client.post(edit, data).status_code == 302
    assert client.get(reverse("wagtailadmin_pages:view_draft", args=[office.pk])).status_code == 200
    errors = client.post(edit, data | {"action-publish": "1"}).context["form"].errors
    assert errors.keys() == {"hours", "other_hours", "closings"}

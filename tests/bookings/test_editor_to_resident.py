"""Openings and prices from the editor's screen to what residents are offered and pay."""

import re
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.test.utils.form_data import streamfield

from eservices.bookings.models import Resource, Timetable, Unit
from eservices.cases import process
from eservices.cases.models import Case
from eservices.payments.models import Charge
from eservices.submissions.models import Draft
from tests.bookings.test_question import START, posted, text
from tests.bookings.test_resource_views import RATE, WEEKLY, screen, typed
from tests.factories.accounts import SuperuserFactory
from tests.factories.bookings import ALL_WEEK
from tests.factories.cases import TeamFactory
from tests.factories.formbuilder import content, question, step
from tests.factories.home import locale
from tests.factories.payments import PAYMENT, entry
from tests.factories.submissions import FormVersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=timezone.get_default_timezone()), tick=False)


@pytest.fixture
def editor():
    client = Client()
    client.force_login(SuperuserFactory())
    return client


DAY_AND_EVENING = [
    ("rate", RATE | {"asked": "", "per": "hour", "entry": "jour", "opens": "08:00", "closes": "18:00"}),
    ("rate", RATE | {"asked": "", "per": "hour", "entry": "soir", "opens": "18:00", "closes": "22:00"}),
]
IN_MARCH = WEEKLY | {"days": ALL_WEEK, "closes": "22:00", "season_from": "9.3.", "season_to": "20.3."}
EXCEPTIONS = [
    ("special", {"first": "2026-03-12", "last": "2026-03-12"}),
    ("special", {"first": "2026-03-14", "last": "2026-03-14", "opens": "10:00", "closes": "12:00"}),
]


def hours_offered(client, day: str) -> list[int]:
    """Return the hours at which a booking may begin on ``day``, as the question's calendar shows them."""
    page = text(client.post(START, posted("", thing="halle", go=f"day {day}")))
    starts = re.search(r'id="id_quand-start".*?</select>', page, re.DOTALL)
    return [int(hour) for hour in re.findall(rf'value="{day}T(\d\d):00', starts[0])] if starts else []


def test_residents_get_the_openings_and_rates_of_the_editor(editor, client):
    locale()
    entry("jour", 2_000), entry("soir", 3_000)
    editor.post(screen(Unit), typed(Unit))
    openings = {"weekly": streamfield([("weekly", IN_MARCH)]), "specials": streamfield(EXCEPTIONS)}
    openings |= {"lead": 200, "step": 60}  # nothing before the 10th at five
    editor.post(screen(Timetable), typed(Timetable, **openings))
    editor.post(screen(Resource), typed(Resource, rates=streamfield(DAY_AND_EVENING)) | {"offered": "on"})
    TeamFactory()
    asked = question("quand", "booking", required=True, settings={"resources": ["halle"]})
    made = content(
        step("reserver", asked), slug="salle", stages=[PAYMENT], settings={"team": "habitants", "days": 3}
    )
    FormVersionFactory(form__slug="salle", content=made)

    days = [f"2026-03-{day}" for day in (10, 12, 14, 20, 21)]
    whole = list(range(8, 22))
    assert [hours_offered(client, day) for day in days] == [whole[9:], [], [10, 11], whole, []]
    for day, start, end in ((10, 16, 18), (12, 10, 12), (21, 10, 12)):
        times = (f"2026-03-{day}T{hour}:00+01:00" for hour in (start, end))
        assert 'class="errors"' in text(client.post(START, posted(*times, thing="halle")))
    evening = posted("2026-03-10T17:00+01:00", "2026-03-10T20:00+01:00", thing="halle")
    assert client.post(START, evening).status_code == 302
    client.post(f"/demande/d/{Draft.objects.get().secret}/envoyer/", {"declared": "on"})
    process.advance_case(Case.objects.get().pk)
    assert Charge.objects.get().amount == 2_000 + 2 * 3_000

    changed = typed(Timetable, **openings | {"lead": 0, "specials": streamfield([])})
    editor.post(screen(Timetable, Timetable.objects.get().pk), changed)
    assert [hours_offered(client, day) for day in days[:2]] == [whole[:9] + whole[12:], whole]

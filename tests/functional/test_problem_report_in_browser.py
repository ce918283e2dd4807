"""Problem report from a phone: photo, point on the map, and reports nearby."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from eservices.reports.models import ProblemReport
from tests.factories.reports import LAKE, photo, reported
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_lamp_is_reported_with_photo_map_and_nearby_reports(visit, site, settings):
    settings.TILE_URL = "/static/img/arms.svg?{z}-{x}-{y}"
    settings.MAP_CENTRE = "{lat},{lon},17".format(**LAKE)
    cache.clear()
    reported(place={"lat": LAKE["lat"] + 0.0002, "lon": LAKE["lon"]})
    page = visit(width=360, height=740, has_touch=True, is_mobile=True)
    page.goto("/signaler/")
    taken = photo()
    page.set_input_files(
        "#id_photo", {"name": taken.name, "mimeType": taken.content_type, "buffer": taken.read()}
    )
    expect(page.locator("[data-taken]")).to_have_attribute("src", re.compile("^/signaler/photo/"))
    assert page.input_value("#id_photo") == ""  # it is not sent a second time
    page.get_by_role("button", name="Afficher la carte").tap()
    page.get_by_role("group", name="Carte").tap()  # its centre
    page.locator(".tiles").get_by_text("Éclairage").tap()
    expect(page.locator("#near").get_by_role("button", name="C’est celui-là")).to_be_visible()
    assert ProblemReport.objects.count() == 1
    assert_accessible(page)
    press(page.get_by_role("button", name="Envoyer"))
    made = ProblemReport.objects.newest_first().first()
    assert ProblemReport.objects.count() == 2
    assert made.point == pytest.approx(tuple(LAKE.values()), abs=0.0001)
    assert made.photo
    expect(page.get_by_text(made.case.reference).first).to_be_visible()
    assert_accessible(page)


def test_place_of_the_photo_and_typed_place_are_on_the_map(visit, site, settings):
    settings.TILE_URL = "/static/img/arms.svg?{z}-{x}-{y}"
    settings.MAP_CENTRE = "{lat},{lon},17".format(**LAKE)
    cache.clear()
    known = reported(place={"address": "Quai du Port 3", "lat": 46.46, "lon": 6.41})
    ProblemReport.objects.filter(pk=known.pk).update(
        published=True, title="Banc cassé", public_place="Quai du Port 3"
    )
    page = visit(width=360, height=740)
    page.goto("/signaler/")
    press(page.get_by_role("button", name="Envoyer"))
    expect(page.locator(".errors li")).to_have_count(2)
    taken = photo(where=(46.4611, 6.4116))
    page.set_input_files(
        "#id_photo", {"name": taken.name, "mimeType": taken.content_type, "buffer": taken.read()}
    )
    expect(page.locator("#place-lat")).to_have_value("46.4611")
    expect(page.locator(".map .marker")).to_be_visible()
    expect(page.locator(".errors li")).to_have_count(1)  # the place is known now
    page.fill("#place-address", "quai du port 3")
    page.locator("#id_email").focus()
    expect(page.locator("#place-lat")).to_have_value("46.46")
    page.locator(".tiles").get_by_text("Éclairage").click()
    expect(page.locator(".errors")).to_have_count(0)
    expect(page.locator(".msg:visible")).to_have_count(0)
    assert_accessible(page)


def test_report_has_no_dead_buttons_without_javascript(visit, site, settings):
    settings.TILE_URL = "/static/img/arms.svg?{z}-{x}-{y}"
    cache.clear()
    reported()
    page = visit(width=360, javascript=False)
    page.goto("/signaler/")
    expect(page.locator("#report button:visible")).to_have_count(1)
    expect(page.locator("#id_photo")).to_be_in_viewport()
    page.goto("/signalements/")
    expect(page.get_by_role("button", name="Afficher la carte")).to_have_count(0)

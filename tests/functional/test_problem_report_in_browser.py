"""Problem report from a phone: photo, point on the map, and reports nearby."""

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
        "#photo", {"name": taken.name, "mimeType": taken.content_type, "buffer": taken.read()}
    )
    expect(page.locator("[data-shot]")).to_have_text(taken.name)
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

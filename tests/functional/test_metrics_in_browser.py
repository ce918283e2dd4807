"""What the counter says of itself, to agents and to everybody, on the phone."""

import pytest
from playwright.sync_api import expect

from eservices.cases.metrics import views
from tests.factories.cases import CaseFactory, member
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


def test_figures_and_promises_are_read_as_tables_too_and_pass_axe(
    visit, client, live_server, site, monkeypatch
):
    monkeypatch.setattr(views, "FEWEST", 1)
    CaseFactory(accepted=True)
    CaseFactory(late=True)
    client.force_login(member())
    page = visit(width=360)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto("/admin/cases/figures/")
    page.get_by_text("Les mêmes chiffres en tableau").click()
    expect(page.get_by_role("table", name="Dossiers par semaine")).to_be_visible()
    assert_accessible(page, ".desk")
    assert page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth")
    page.goto("/delais/")
    expect(page.get_by_role("row", name="Attestation de domicile")).to_be_visible()
    assert_accessible(page)
    assert page.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")


def test_a_service_of_one_long_word_fits_a_narrow_phone_beside_the_longest_headings(visit, site, monkeypatch):
    monkeypatch.setattr(views, "FEWEST", 1)
    version = CaseFactory(accepted=True).submission.version
    version.content["texts"]["fr"]["title"] = "Wohnsitzbestätigungsgebührenermässigung"
    version.save()
    page = visit(width=320)
    page.goto("/de/delais/")
    expect(page.get_by_role("row", name="Wohnsitzbestätigung")).to_be_visible()
    assert page.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")

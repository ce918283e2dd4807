"""Metrics of the counter for agents, and its published processing times, on a phone."""

import pytest
from playwright.sync_api import expect

from eservices.cases.metrics import views
from tests.factories.cases import CaseFactory, member
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_metrics_and_processing_times_are_accessible_tables(visit, site, monkeypatch):
    monkeypatch.setattr(views, "FEWEST", 1)
    CaseFactory(accepted=True)
    CaseFactory(late=True)
    page = visit(user=member(), width=360)
    page.goto("/admin/cases/figures/")
    page.get_by_text("Les mêmes chiffres en tableau").click()
    expect(page.get_by_role("table", name="Dossiers par semaine")).to_be_visible()
    assert_accessible(page, ".desk")
    assert page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth")
    page.goto("/delais/")
    expect(page.get_by_role("row", name="Attestation de domicile")).to_be_visible()
    assert_accessible(page)
    assert page.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")

    # A service with a long title fits a narrow phone.
    version = CaseFactory(accepted=True).submission.version
    version.content["texts"]["fr"]["title"] = "Wohnsitzbestätigungsgebührenermässigung"
    version.save()
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto("/de/delais/")
    expect(page.get_by_role("row", name="Wohnsitzbestätigung")).to_be_visible()
    assert page.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")

"""Visits counted by the script of a page, the rating of a request, and the report for editors."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from eservices.usage.models import AbandonedForms, PageVisits, RequestRating
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.home import ContentPageFactory, published
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PERSON = "Object.defineProperty(navigator, 'webdriver', {get: () => false})"
PRIVATE = "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})"


def test_script_counts_visit_without_cookie(visit, site, settings):
    settings.PAGE_CACHE = True
    about = published(ContentPageFactory(parent=site, title="Le port"))
    for wishes in ([PERSON, PRIVATE], [], [PERSON]):
        page = visit(user_agent=FIREFOX)
        for script in wishes:
            page.add_init_script(script)
        page.goto(about.url)
        page.wait_for_load_state("networkidle")
        assert page.context.cookies() == []
        assert PageVisits.objects.count() == (wishes == [PERSON])
    assert PageVisits.objects.get().page_id == about.pk


def test_rating_and_report_are_accessible_on_a_phone(visit, site):
    case = CaseFactory(accepted=True)
    secret = case.links.filter(mailed=True).first().secret
    page = visit(width=360)
    page.goto(f"/dossier/{secret}/#satisfaction")
    assert_accessible(page)
    press(page.get_by_role("button", name="En partie"))
    assert_accessible(page)
    page.get_by_role("textbox").fill("C’était long.")
    press(page.get_by_role("button", name="Envoyer"))
    expect(page.get_by_text("Merci. Nous lisons votre réponse.")).to_be_visible()
    today, form = timezone.localdate(), case.form
    RequestRating.objects.bulk_create(RequestRating(form=form, rating=3, text="Bien.") for _one in range(10))
    AbandonedForms.objects.create(form=form, day=today, step="identite", number=12)
    PageVisits.objects.create(page_id=site.pk, day=today, language="fr", number=7)
    page = visit(user=UserFactory(is_staff=True, roles=["editors"]), width=360)
    page.goto("/admin/reports/usage/")
    for summary in page.locator(".desk summary").all():
        summary.click()
    assert_accessible(page, ".desk")
    assert page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth")

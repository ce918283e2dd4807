"""A resident signs in by code and answers from a phone without JavaScript."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.deliveries.models import Delivery
from tests.browser import assert_accessible, press
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "elodie@courriel.example"


def sent_code() -> str:
    letters = Delivery.objects.filter(recipient=ADDRESS, confidential=True)
    return re.search(r"^(\d{3} \d{3})$", letters.latest("created_at").payload["text"], re.M).group()


@pytest.fixture(autouse=True)
def _letters_stay_in_the_outbox(settings):
    """The outbox drops a code as soon as it is sent."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}


@pytest.mark.parametrize("window", ["phone", "desktop"])
def test_a_resident_signs_in_by_code_and_answers_a_question(window, site, request):
    page = request.getfixturevalue(window)
    case = CaseFactory(asked=True, email=ADDRESS, email_confirmed_at=timezone.now())

    page.goto("/espace/")
    assert_accessible(page)
    press(page.get_by_role("button", name=re.compile("code")))
    assert page.locator("#id_email_error").is_visible()
    assert_accessible(page)
    page.locator("#id_email").fill(ADDRESS)
    press(page.get_by_role("button", name=re.compile("code")))
    assert page.locator("main b").inner_text() == ADDRESS
    assert_accessible(page)
    page.locator("#id_code").fill("000 000")
    press(page.locator("main .btn"))
    assert page.locator("#id_code_error").is_visible()
    assert_accessible(page)
    page.locator("#id_code").fill(sent_code())
    press(page.locator("main .btn"))

    page.wait_for_url("**/espace/")
    assert_accessible(page)
    press(page.locator(".ask .btn"))
    assert page.locator("h1").is_visible()
    assert_accessible(page)
    page.locator("#id_text").fill("Voici la page 3.")
    press(page.locator("#answer .btn"))
    assert page.locator(".saved").is_visible()
    assert page.locator(".talk .hab").inner_text().endswith("Voici la page 3.")
    assert_accessible(page)
    case.refresh_from_db()
    assert case.state == "in_progress"

    page.goto("/espace/vous/")
    assert_accessible(page)
    page.goto("/compte/sortir/")
    assert_accessible(page)
    press(page.locator("main .btn"))
    page.goto("/espace/")
    assert "/compte/entrer/" in page.url


def test_a_mailed_link_confirms_the_address_on_a_phone(site, phone):
    case = CaseFactory(taken=True)
    link = case.links.filter(mailed=True).get()
    phone.goto(reverse("space:status", args=[link.secret]))
    assert_accessible(phone)
    press(phone.locator(".ask .btn"))
    assert phone.locator(".saved").is_visible()
    assert not phone.locator(".ask").count()
    case.refresh_from_db()
    assert case.email_confirmed_at
    press(phone.locator('a[href$="retirer/"]'))
    assert_accessible(phone)
    press(phone.locator("main .btn"))
    assert_accessible(phone)
    case.refresh_from_db()
    assert case.outcome == "withdrawn"


def test_a_resident_adds_a_passkey_and_next_time_it_is_all_it_takes(visit, site, client):
    """The device is the browser's own double: it keeps keys, and says that the finger was on it."""
    user = UserFactory(email=ADDRESS)
    page = visit(width=360)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kept = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True} | kept
    authenticator = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "domain": "localhost", "path": "/"}])

    page.goto("/compte/cles/ajouter/")
    assert_accessible(page)
    page.get_by_label("Nom").fill("Mon téléphone")
    press(page.locator("form[data-passkey] .btn"))
    page.wait_for_url("**/compte/cles/")
    assert page.locator("main .keyed h2").inner_text() == "Mon téléphone"
    assert_accessible(page)
    assert Delivery.objects.get().recipient == ADDRESS
    page.context.clear_cookies()

    page.goto("/compte/entrer/?next=/espace/vous/")
    assert_accessible(page)
    press(page.locator("form[data-passkey] .btn"))
    page.wait_for_url("**/espace/vous/")
    assert ADDRESS in page.locator("main").inner_text()

    page.context.clear_cookies()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.goto("/compte/entrer/")
    page.locator("form[data-passkey] .btn").click()
    page.locator("form[data-passkey] [role=alert]").wait_for()
    assert_accessible(page)

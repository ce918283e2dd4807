"""Sign-in of residents and staff in the browser: code, link, passkey and second factor."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from eservices.deliveries.models import Delivery
from tests.factories.accounts import PASSWORD, AgentFactory, UserFactory
from tests.factories.cases import CaseFactory
from tests.support.authenticator import digits
from tests.support.browser import assert_accessible, press, wait_until
from tests.support.pages.sign_in import SignInPage

pytestmark = pytest.mark.usefixtures("transactional_db")
ADDRESS = "elodie@courriel.example"


@pytest.fixture(autouse=True)
def _letters_stay_in_the_outbox(settings):
    """Leave e-mails in the outbox, which deletes a code as soon as it is sent."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend", "QUEUES": []}}


def test_resident_signs_in_by_code_and_answers_a_question(phone, visit, site, settings):
    page, sign_in_page = phone, SignInPage(phone)
    case = CaseFactory(asked=True, email=ADDRESS, email_confirmed_at=timezone.now())

    page.goto("/espace/")
    assert_accessible(page)
    press(page.get_by_role("button", name=re.compile("code")))
    assert page.locator("#id_email_error").is_visible()
    assert_accessible(page)
    sign_in_page.ask_for_code(ADDRESS)
    assert page.locator("main b").inner_text() == ADDRESS
    assert_accessible(page)
    sign_in_page.enter("000 000")
    assert page.locator("#id_code_error").is_visible()
    assert_accessible(page)
    sign_in_page.enter_sent_code(ADDRESS)

    page.wait_for_url("**/espace/")
    assert_accessible(page)
    desktop = visit()  # with scripts, while the agent's question is open
    desktop.goto("/espace/")
    SignInPage(desktop).ask_for_code(ADDRESS)
    assert_accessible(desktop)
    SignInPage(desktop).enter_sent_code(ADDRESS)
    desktop.wait_for_url("**/espace/")
    assert_accessible(desktop)
    settings.UPLOAD_MAX_BYTES = 20_000  # a photo of this size is made smaller
    press(desktop.locator(".ask .btn"))
    assert desktop.locator("h1").is_visible()
    assert_accessible(desktop)
    large = io.BytesIO()
    Image.new("RGB", (200, 100)).save(large, "PNG", compress_level=0)
    assert large.tell() > settings.UPLOAD_MAX_BYTES
    photo = {"name": "bail.png", "mimeType": "image/png", "buffer": large.getvalue()}
    desktop.set_input_files("#id_files", photo)
    wait_until(desktop, f"document.querySelector('#id_files').files[0].size < {settings.UPLOAD_MAX_BYTES}")
    assert desktop.evaluate("document.querySelector('#id_files').files[0].name") == "bail.jpg"

    press(page.locator(".ask .btn"))
    assert page.locator("h1").is_visible()
    assert_accessible(page)
    page.locator("#id_text").fill("Voici la page 3.")
    press(page.locator("#answer .btn"))
    assert page.locator(".notice").is_visible()
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


def test_mailed_link_confirms_the_address_on_a_phone(site, phone):
    case = CaseFactory(taken=True)
    link = case.links.filter(mailed=True).get()
    phone.goto(reverse("space:status", args=[link.secret]))
    assert_accessible(phone)
    press(phone.locator(".ask .btn"))
    assert phone.locator(".notice").is_visible()
    assert not phone.locator(".ask").count()
    case.refresh_from_db()
    assert case.email_confirmed_at
    press(phone.locator('a[href$="retirer/"]'))
    assert_accessible(phone)
    press(phone.locator("main .btn"))
    assert_accessible(phone)
    case.refresh_from_db()
    assert case.outcome == "withdrawn"


def test_resident_adds_a_passkey_and_signs_in_with_it(visit, site):
    """The authenticator is Chromium's virtual one, which stores keys and confirms the user's presence."""
    user = UserFactory(email=ADDRESS)
    page = visit(user=user, width=360, alone=True)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kept = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True} | kept
    authenticator = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

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


def test_agent_sets_up_a_second_factor_on_a_phone(phone, site, settings):
    """Without JavaScript: passkeys on the same pages need it, the digits of the app do not."""
    settings.STAFF_SECOND_FACTOR = True
    agent = AgentFactory()

    def by_password():
        phone.goto("/admin/")
        phone.locator("[name=username]").fill(agent.email)
        phone.locator("[name=password]").fill(PASSWORD)
        press(phone.locator("button[type=submit]"))

    by_password()
    assert_accessible(phone)
    key = phone.locator("code").inner_text().replace(" ", "")
    phone.locator("#id_code").fill("000000")
    press(phone.locator("main .btn"))
    assert phone.locator("#id_code_error").is_visible()
    assert_accessible(phone)
    phone.locator("#id_code").fill(digits(key))
    press(phone.locator("main .btn"))
    spare = phone.locator(".spare code").first.inner_text()
    assert_accessible(phone)
    press(phone.locator("main .btn"))
    phone.wait_for_url("**/admin/")

    for path in ("second-facteur/", "second-facteur/codes/nouveaux/", "second-facteur/enlever/"):
        phone.goto(f"/compte/{path}")
        assert_accessible(phone)
    phone.context.clear_cookies()
    by_password()
    assert_accessible(phone)
    phone.locator("#id_code").fill(spare)
    press(phone.locator("main .btn"))
    phone.wait_for_url("**/admin/")

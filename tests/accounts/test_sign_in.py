"""Sign-in by a code sent by e-mail, without a password."""

import re
from html import unescape
from urllib.parse import quote

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import translation

from eservices.accounts.models import IdentityLevel, User
from eservices.deliveries.models import Delivery
from eservices.space.authentication.forms import MAX_WRONG_PASSWORDS, SPAN
from tests.factories.accounts import PASSWORD, AgentFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "elodie@courriel.example"
SIGN_IN, CODE = "/compte/entrer/", "/compte/entrer/code/"


def ask(client, email=ADDRESS, **data):
    return client.post(SIGN_IN, {"email": email, **data})


def sent_code(email=ADDRESS) -> str:
    delivery = Delivery.objects.filter(recipient=email).latest("created_at")
    return "".join(re.search(r"^(\d{3}) (\d{3})$", delivery.payload["text"], re.M).groups())


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.mark.parametrize("known", [True, False])
def test_sign_in_needs_only_an_address_and_its_code(client, known):
    if known:
        UserFactory(email=ADDRESS, identity_level=IdentityLevel.NONE)
    assert ask(client).url == CODE
    answer = client.post(CODE, {"code": sent_code()})
    assert answer.url == "/espace/"
    person = User.objects.get()
    assert client.session["_auth_user_id"] == str(person.pk)
    assert person.identity_level == IdentityLevel.EMAIL
    assert not person.has_usable_password()
    assert EmailAddress.objects.get(user=person).verified


def test_sign_in_by_code_does_not_lower_the_identity_level(client):
    UserFactory(email=ADDRESS, identity_level=IdentityLevel.KNOWN)
    ask(client)
    client.post(CODE, {"code": sent_code()})
    assert User.objects.get().identity_level == IdentityLevel.KNOWN


def test_code_may_be_typed_with_a_space(client):
    ask(client)
    code = sent_code()
    assert client.post(CODE, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


def test_code_copied_from_the_email_is_accepted(client):
    ask(client)
    html = Delivery.objects.get(recipient=ADDRESS).payload["html"]
    shown = re.search(r"\d{3} \d{3}", unescape(html)).group()
    copied = shown.replace(" ", "\xa0")  # as some mail programs copy it
    assert client.post(CODE, {"code": f"{copied}\n"}).status_code == 302


def test_known_and_unknown_addresses_get_the_same_answer(client):
    UserFactory(email=ADDRESS)
    known = ask(client)
    page = client.get(CODE)
    client.session.flush()
    unknown = ask(client, "inconnue@courriel.example")
    other = client.get(CODE)
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    strip = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    same = strip.sub("", page.text.replace(ADDRESS, "X"))
    assert same == strip.sub("", other.text.replace("inconnue@courriel.example", "X"))
    assert Delivery.objects.count() == 2


def test_closed_account_gets_no_code_without_revealing_it(client):
    UserFactory(email=ADDRESS, is_active=False)
    assert ask(client).url == CODE
    assert client.get(CODE).status_code == 200
    assert not Delivery.objects.exists()
    assert client.post(CODE, {"code": "123456"}).status_code == 200


def test_wrong_code_shows_tries_left_and_the_last_ends_them(client):
    ask(client)
    code = sent_code()
    with translation.override("en"):
        page = client.post(CODE, {"code": wrong(code)}, headers={"accept-language": "en"})
    assert "_auth_user_id" not in client.session
    assert page.context["tries_left"] == 4
    assert 'aria-invalid="true"' in page.text
    for _ in range(3):
        client.post(CODE, {"code": wrong(code)})
    assert client.post(CODE, {"code": wrong(code)}).url == SIGN_IN
    assert client.get(SIGN_IN).context["problems"]
    assert client.post(CODE, {"code": code}).url == SIGN_IN, "the code of an ended try is worth nothing"


def test_code_expires_after_a_quarter_of_an_hour(client):
    with time_machine.travel("2026-11-24 10:00", tick=False) as clock:
        ask(client)
        code = sent_code()
        clock.shift(16 * 60)
        assert client.post(CODE, {"code": code}).url == SIGN_IN
    assert "_auth_user_id" not in client.session


def test_second_code_replaces_the_first(client):
    ask(client)
    first = sent_code()
    client.post(CODE, {"action": "resend"})
    second = sent_code()
    if first != second:
        assert client.post(CODE, {"code": first}).status_code == 200
    assert client.post(CODE, {"code": second}).url == "/espace/"


def test_codes_for_one_address_are_rate_limited(client):
    answers = [ask(client) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
    assert answers[-1].context["form"].errors["email"]
    assert Delivery.objects.count() == 3


@pytest.mark.parametrize("typed", ["", "elodie", "elodie@", f"{'a' * 300}@courriel.example", "e\0@x.example"])
def test_invalid_address_is_refused_at_its_field(client, typed):
    page = ask(client, typed)
    assert page.status_code == 200
    assert page.context["form"].errors["email"]
    assert not User.objects.exists()


def test_sign_in_redirects_to_local_pages_only(client):
    UserFactory(email=ADDRESS)
    ask(client, next="/espace/vous/")
    assert client.post(CODE, {"code": sent_code(), "next": "/espace/vous/"}).url == "/espace/vous/"
    client.logout()
    ask(client, next="https://ailleurs.example/")
    assert client.post(CODE, {"code": sent_code(), "next": "https://ailleurs.example/"}).url == "/espace/"


def test_code_email_is_localized_and_hidden_from_staff(client):
    client.post("/de/compte/entrer/", {"email": ADDRESS})
    delivery = Delivery.objects.get()
    assert delivery.payload["language"] == "de"
    assert User.objects.get().language == "de"
    assert delivery.confidential
    assert sent_code() not in delivery.title


def test_signing_out_asks_for_confirmation(client):
    client.force_login(UserFactory())
    assert client.get("/compte/sortir/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/compte/sortir/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "path",
    ["signup", "password/reset", "password/change", "password/set", "3rdparty", "login", "email", "2fa"],
)
def test_password_pages_do_not_exist(client, path):
    assert client.get(f"/compte/{path}/").status_code == 404


@pytest.mark.parametrize("name", ["account_login", "account_inactive", "account_logout"])
@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_sign_in_pages_have_the_design_of_the_site(client, name, language):
    if name == "account_logout":
        client.force_login(UserFactory())
    with translation.override(language):
        page = client.get(reverse(name))
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert '<main id="main"' in page.text


def test_staff_enter_the_admin_by_password_and_by_code(client):
    agent = AgentFactory(email=ADDRESS)
    client.post("/admin/login/", {"username": "Elodie@Courriel.example", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(agent.pk)
    client.logout()
    assert SIGN_IN in client.get("/admin/login/").text
    ask(client, next="/admin/")
    assert client.post(CODE, {"code": sent_code(), "next": "/admin/"}).url == "/admin/"


def test_signed_out_staff_return_to_their_page_with_a_notice(client):
    page = "/admin/cases/ORV-26-00001/?tab=money"
    sent = client.post("/admin/cases/next/", headers={"referer": f"http://testserver{page}"})
    assert sent.url == f"/admin/login/?next={quote(page)}"
    assert "rien n’a été fait" in client.get(sent.url).text
    elsewhere = client.post("/admin/cases/next/", headers={"referer": "https://elsewhere.example/"})
    assert elsewhere.url == "/admin/login/?next=/admin/cases/next/"


def test_page_for_posts_only_explains_itself_in_a_browser(client):
    client.force_login(AgentFactory(email=ADDRESS))
    page, bare = (
        client.get("/admin/cases/next/", headers={"accept": accept}) for accept in ("text/html,*/*", "*/*")
    )
    assert [(one.status_code, one["Allow"]) for one in (page, bare)] == [(405, "POST")] * 2
    assert "Rien ne s’ouvre à cette adresse." in page.text
    assert 'href="/admin/"' in page.text
    assert bare.content == b""


def test_wrong_password_does_not_open_the_admin(client):
    AgentFactory(email=ADDRESS)
    page = client.post("/admin/login/", {"username": ADDRESS, "password": "faux"})
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session


def test_guessing_passwords_is_rate_limited_but_the_code_works(client):
    agent = AgentFactory(email=ADDRESS)
    for _ in range(MAX_WRONG_PASSWORDS):
        client.post("/admin/login/", {"username": ADDRESS.upper(), "password": "faux"})
    right = {"username": ADDRESS, "password": PASSWORD}
    client.post("/admin/login/", right)
    assert "_auth_user_id" not in client.session
    ask(client)
    client.post(CODE, {"code": sent_code()})
    assert client.session["_auth_user_id"] == str(agent.pk)


def test_password_rate_limit_ends(client):
    agent = AgentFactory(email=ADDRESS)
    with time_machine.travel("2026-11-24 10:00", tick=False) as clock:
        for _ in range(MAX_WRONG_PASSWORDS):
            client.post("/admin/login/", {"username": ADDRESS, "password": "faux"})
        clock.shift(SPAN + 1)
        client.post("/admin/login/", {"username": ADDRESS, "password": PASSWORD})
        assert client.session["_auth_user_id"] == str(agent.pk)


def test_address_that_cannot_be_mailed_is_refused_at_its_field(client):
    page = ask(client, '"\x01"@courriel.example')
    assert page.context["form"].errors["email"]
    assert not User.objects.exists()

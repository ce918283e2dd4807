"""Tokens: what they open, and what they do not."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from eservices.api import actions
from eservices.api.models import ApiToken
from eservices.cases.models import Role
from eservices.space.jobs import delete_unopened_accounts
from tests.factories.accounts import SuperuserFactory
from tests.factories.api import ApiClient, make_token
from tests.factories.cases import CaseFactory, member

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


@pytest.fixture
def case():
    return CaseFactory()


def test_secret_is_not_stored_and_both_actions_are_logged(case):
    token, secret = make_token(case.form)
    row = ApiToken.objects.values().get()
    assert secret not in str(row)
    assert secret.startswith(token.prefix)
    assert actions.withdraw_token(actor=SuperuserFactory(), token=token)
    assert not actions.withdraw_token(actor=SuperuserFactory(), token=token)
    logged = ModelLogEntry.objects.filter(action__startswith="api.").order_by("pk")
    assert [one.action for one in logged] == [actions.MADE, actions.WITHDRAWN]


def test_account_of_a_program_stays_and_signs_nobody_in(case):
    token, _secret = make_token(case.form)
    assert not token.account.is_active
    assert not token.account.is_staff
    assert not token.account.has_usable_password()
    delete_unopened_accounts(timezone.now() + timedelta(days=9))
    assert ApiToken.objects.filter(account=token.account).exists()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda token: {"withdrawn_at": timezone.now()}, id="withdrawn"),
        pytest.param(lambda token: {"expires_at": timezone.now()}, id="expired"),
        pytest.param(lambda token: {"networks": ["203.0.113.0/24"]}, id="elsewhere"),
        pytest.param(lambda token: {"digest": "0" * 64}, id="another"),
    ],
)
def test_token_that_opens_nothing_answers_401(case, spoil):
    token, secret = make_token(case.form)
    assert ApiClient(secret).get("/api/v1/cases").status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(**spoil(token))
    refused = ApiClient(secret).get("/api/v1/cases")
    assert (refused.status_code, refused["Content-Type"]) == (401, PROBLEM)
    assert refused.json() == ApiClient("cmn_unknown").get("/api/v1/cases").json()
    assert refused.json() == ApiClient().get("/api/v1/cases").json()


def test_requests_over_the_limit_of_a_token_answer_429(case):
    _token, secret = make_token(case.form, per_minute=2)
    program = ApiClient(secret)
    answers = [program.get("/api/v1/cases") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
    _other, secret = make_token(case.form)
    assert ApiClient(secret).get("/api/v1/cases").status_code == 200


def test_last_use_is_recorded_once_a_minute(case, time_machine):
    token, secret = make_token(case.form)
    ApiClient(secret).get("/api/v1/cases")
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    ApiClient(secret).get("/api/v1/cases")
    assert ApiToken.objects.get(pk=token.pk).last_used_at == first
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    ApiClient(secret).get("/api/v1/cases")
    assert ApiToken.objects.get(pk=token.pk).last_used_at > first


def test_administrator_makes_a_token_and_sees_it_once(client, case):
    client.force_login(SuperuserFactory())
    asked = {
        "name": "Logiciel métier",
        "scopes": ["cases:read"],
        "services": [str(case.form_id)],
        "expires_on": "2027-01-31",
        "networks": "203.0.113.7/24\n",
        "per_minute": "60",
    }
    wrong = client.post("/admin/api-tokens/new/", asked | {"expires_on": "2040-01-31", "networks": "x"})
    assert wrong.status_code == 422
    assert not ApiToken.objects.exists()
    made = client.post("/admin/api-tokens/new/", asked)
    token = ApiToken.objects.get()
    assert made.status_code == 200
    assert "no-store" in made["Cache-Control"]
    assert f"<code>{token.prefix}" in made.text
    assert token.networks == ["203.0.113.0/24"]
    assert token.last_day == date(2027, 1, 31)
    secret = made.text.partition("<code>")[2].partition("</code>")[0]
    assert ApiClient(secret).get("/api/v1/cases", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert secret not in client.get("/admin/api-tokens/").text
    client.post(f"/admin/api-tokens/{token.pk}/withdraw/")
    assert ApiClient(secret).get("/api/v1/cases", REMOTE_ADDR="203.0.113.9").status_code == 401


def test_token_form_explains_its_fields_to_screen_readers(client):
    client.force_login(SuperuserFactory())
    page = client.get("/admin/api-tokens/new/").text
    for name in ("name", "expires_on", "networks"):
        assert f'<p class="hint" id="id_{name}_helptext">' in page
        assert f' aria-describedby="id_{name}_helptext"' in page


@pytest.mark.parametrize("path", ["", "new/"])
def test_tokens_are_for_administrators_only(client, path):
    client.force_login(member(Role.CONFIGURE, roles=["agents", "leads"]))
    assert client.get(f"/admin/api-tokens/{path}").status_code == 404

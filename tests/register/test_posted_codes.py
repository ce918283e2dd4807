"""Codes posted to the registered address, which prove an account's identity."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import IdentityLevel, User
from eservices.deliveries.models import Delivery
from eservices.register import actions, jobs
from eservices.register.contrib.demo import DemoRegister
from eservices.register.models import PostedCode
from eservices.register.persons import DeclaredPerson
from eservices.register.population_register import RegisterUnavailable
from tests.factories.accounts import UserFactory, known

pytestmark = pytest.mark.django_db
ELODIE = DeclaredPerson("Elodie", "Marchetti", date(1988, 4, 17))
TYPED = {"given_names": "Elodie", "family_name": "Marchetti", "birth_date": "1988-04-17"}
NORA = {"given_names": "Nora", "family_name": "Kessler", "birth_date": "1990-06-21"}
NOBODY = {"given_names": "Personne", "family_name": "Inconnue", "birth_date": "1990-06-21"}
ASK, TYPE, PAGE = ("/espace/identite/lettre/", "/espace/identite/code/", "/espace/identite/")


@pytest.fixture
def resident(client):
    found = UserFactory(first_name="", last_name="")
    client.force_login(found)
    return found


def request(user, said=ELODIE) -> PostedCode:
    code = actions.request_code(actor=user, said=said, language="fr")
    actions.post_code(code.pk)
    code.refresh_from_db()
    return code


def letter() -> Delivery:
    return Delivery.objects.get(carrier="print")


def digits() -> str:
    return re.search(r"\d{4} \d{4}", letter().payload["text"])[0]


def test_posted_code_raises_the_identity_level(client, resident):
    assert client.post(ASK, TYPED).status_code == 302
    actions.post_code(PostedCode.objects.get().pk)
    assert letter().payload["address"] == ["Élodie Anne Marchetti", "Rue du Lac 12", "1199 Orvenay"]
    assert letter().confidential
    code = digits()
    assert code.replace(" ", "") not in str(PostedCode.objects.values().get())
    assert client.post(TYPE, {"code": code}).status_code == 302
    resident = User.objects.get(pk=resident.pk)
    assert resident.level == IdentityLevel.KNOWN
    assert str(resident.known_as) == "Élodie Anne Marchetti"
    assert resident.known_as.birth_date == date(1988, 4, 17)
    assert "Élodie Anne Marchetti" in client.get(PAGE).content.decode()
    assert client.post(TYPE, {"code": code}).status_code == 422


def test_posted_code_page_does_not_reveal_the_register(client, resident):
    pages = []
    for typed in (TYPED, NORA, NOBODY):
        client.force_login(UserFactory(first_name="", last_name="", email=f"{len(pages)}@courriel.example"))
        assert client.post(ASK, typed).status_code == 302
        actions.post_code(PostedCode.objects.latest("pk").pk)
        html = client.get(PAGE).content.decode()
        pages.append(re.sub(r'value="[^"]{60,}"|\d@courriel', "", html))
    assert pages[0] == pages[1] == pages[2]
    assert Delivery.objects.filter(carrier="print").count() == 1


def test_correct_code_is_refused_after_five_wrong_ones(client, resident):
    request(resident)
    left = [client.post(TYPE, {"code": "00000000"}).context["code"].errors["code"][0] for _ in range(5)]
    assert "4" in left[0]
    assert "autre lettre" in left[-1]
    assert client.post(TYPE, {"code": digits()}).status_code == 422
    resident.refresh_from_db()
    assert resident.identity_level == IdentityLevel.EMAIL


def test_posted_code_expires_and_belongs_to_one_account(client, resident):
    request(resident)
    with pytest.raises(actions.WrongCode):
        actions.confirm_code(actor=UserFactory(), typed=digits())
    with (
        time_machine.travel(timezone.now() + timedelta(days=31), tick=False),
        pytest.raises(actions.WrongCode),
    ):
        actions.confirm_code(actor=resident, typed=digits())
    assert actions.confirm_code(actor=resident, typed=digits())


def test_posted_code_survives_a_rotated_secret_key(resident, settings):
    request(resident)
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(actions.WrongCode):
        actions.confirm_code(actor=resident, typed=digits())
    settings.SECRET_KEY_FALLBACKS = [before]
    assert actions.confirm_code(actor=resident, typed=digits())


def test_later_of_two_posted_codes_is_valid(resident):
    request(resident)
    first = digits()
    Delivery.objects.all().delete()
    request(resident)
    with pytest.raises(actions.WrongCode):
        actions.confirm_code(actor=resident, typed=first)
    assert actions.confirm_code(actor=resident, typed=digits())


def test_posted_codes_are_limited_per_account_and_person(client, resident):
    for _letter in range(3):
        request(resident)
    answer = client.post(ASK, TYPED)
    assert answer.status_code == 422
    assert "guichet" in answer.content.decode()
    other = request(UserFactory())
    assert other.due_at is None
    assert Delivery.objects.filter(carrier="print").count() == 3
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        request(UserFactory())
        assert Delivery.objects.filter(carrier="print").count() == 4
        jobs.delete_old_codes(timezone.now())
        assert PostedCode.objects.count() == 1


def test_posted_code_is_refused_to_known_or_invalid_persons(client, resident):
    answer = client.post(ASK, TYPED | {"birth_date": "31.02.1990"})
    assert answer.status_code == 422
    assert 'value="Elodie"' in answer.content.decode()
    assert client.post(ASK, TYPED | {"family_name": "\0"}).status_code == 422
    assert client.post(TYPE, {"code": ""}).status_code == 422
    client.force_login(known())
    assert client.post(ASK, TYPED).status_code == 422
    assert not PostedCode.objects.exists()


def test_unavailable_register_delays_the_code_which_is_sent_once(resident, monkeypatch):
    def away(self, said):
        raise RegisterUnavailable("It answered 500.")

    monkeypatch.setattr(DemoRegister, "find", away)
    code = request(resident)
    assert code.due_at > timezone.now()
    monkeypatch.undo()
    with time_machine.travel(code.due_at, tick=False):
        jobs.wake_due_lookups(timezone.now())
        jobs.wake_due_lookups(timezone.now())
        actions.post_code(code.pk)
    assert digits()


def test_posted_code_pages_require_sign_in(client):
    for method, path in (("get", PAGE), ("post", ASK), ("post", TYPE)):
        assert reverse("account_login") in getattr(client, method)(path)["Location"]

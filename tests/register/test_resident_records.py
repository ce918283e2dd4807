"""Resident records of proven accounts: prefilled forms, services for residents only."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from eservices.accounts import actions as accounts
from eservices.accounts.models import IdentityLevel, IdentityProof
from eservices.register import actions, jobs, signal_handlers
from eservices.register.access import resident_record_of
from eservices.register.contrib.demo import DemoRegister
from eservices.register.models import ResidentRecord
from eservices.register.population_register import RegisterUnavailable
from eservices.submissions.actions import ServiceClosed
from tests.factories.accounts import UserFactory, known
from tests.factories.submissions import TYPED, FormVersionFactory, certificate, sent

pytestmark = pytest.mark.django_db


def looked_up(user):
    """Update the record as the worker does and return the user, reloaded."""
    actions.refresh_record(user.register_entry.pk)
    return type(user).objects.get(pk=user.pk)


def elodie(**fields):
    return looked_up(known("Élodie", "Marchetti", date(1988, 4, 17), **fields))


def away(self, said):
    raise RegisterUnavailable("It answered 500.")


def test_proving_an_identity_asks_the_register():
    assert str(resident_record_of(elodie()).address) == "Rue du Lac 12, 1199 Orvenay"


@pytest.mark.parametrize(
    "who",
    [
        ("Nora", "Kessler", date(1990, 6, 21)),
        ("Jean", "Rochat", date(1961, 3, 14)),
        ("Élodie", "Marchetti", date(1988, 4, 18)),
        ("Élodie", "Marchetti", None),
    ],
    ids=["protected", "namesakes", "another day", "no day"],
)
def test_protected_or_unclear_person_has_no_resident_record(who):
    assert resident_record_of(looked_up(known(*who))) is None


def test_unproven_account_has_no_resident_record():
    user = elodie()
    user.identity_level = IdentityLevel.EMAIL
    assert resident_record_of(user) is None
    assert resident_record_of(UserFactory()) is None


def test_resident_record_is_refreshed_after_an_hour_at_sign_in(client, monkeypatch):
    user = elodie()
    client.force_login(user)
    assert ResidentRecord.objects.get().due_at is None
    monkeypatch.setattr(DemoRegister, "find", away)
    with time_machine.travel(timezone.now() + signal_handlers.FRESH + timedelta(minutes=1), tick=False):
        client.force_login(user)
        assert resident_record_of(looked_up(user)).key == "ORV-1"
        assert ResidentRecord.objects.get().due_at > timezone.now()
        assert ResidentRecord.objects.get().attempts == 1
    monkeypatch.undo()
    with time_machine.travel(timezone.now() + 2 * signal_handlers.FRESH, tick=False):
        jobs.wake_due_lookups(timezone.now())
        assert ResidentRecord.objects.get().due_at is None


def test_account_without_a_register_is_not_asked_forever(settings):
    settings.REGISTER = "none"
    elodie()
    assert ResidentRecord.objects.get().due_at is None


def test_resident_record_is_exported_and_erased(client):
    user = elodie()
    client.force_login(user)
    taken = client.get(reverse("space:export")).json()["person"]
    assert taken["register"]["key"] == "ORV-1"
    assert taken["proofs"][0]["name"] == "Élodie Marchetti"
    accounts.erase_account(actor=user)
    assert not ResidentRecord.objects.exists()
    assert not IdentityProof.objects.exists()


# -- Prefilled forms -----------------------------------------------------------------------------------------
@pytest.fixture
def asked(team_of_residents):
    return FormVersionFactory(content=certificate())


@pytest.fixture
def team_of_residents(db):
    from tests.factories.cases import TeamFactory

    return TeamFactory()


def test_form_is_prefilled_from_the_register_for_known_accounts(client, asked):
    def second_step(user) -> str:
        client.force_login(user)
        start = reverse("submissions:start", args=[asked.form.slug])
        return client.post(start, {"_shown": "pour"} | TYPED["qui"], follow=True).content.decode()

    html = second_step(elodie())
    assert "Élodie Anne" in html
    assert "Rempli d’après le registre" in html
    assert "Rempli d’après le registre" not in second_step(UserFactory(first_name="", last_name=""))


# -- Services for residents ----------------------------------------------------------------------------------
@pytest.fixture
def for_residents(team_of_residents):
    content = certificate()
    content["settings"]["limits"] = {"residents": {}}
    return FormVersionFactory(content=content)


def test_service_for_residents_requires_a_known_resident(client, for_residents, django_assert_num_queries):
    start = reverse("submissions:start", args=[for_residents.form.slug])
    with translation.override("en"):
        assert "For residents only" in client.get("/en" + start).text
        client.force_login(UserFactory())
        page = client.get("/en" + start)
        assert page.status_code == 403
        assert "you are one" in page.text
        assert reverse("space:identity") in page.text
        client.force_login(elodie())
        assert client.get("/en" + start).status_code == 200
    assert (
        sent(version=for_residents, user=elodie(email="e@courriel.example")).identity_level
        == IdentityLevel.KNOWN
    )


@pytest.mark.parametrize(
    "who", [("Bruno", "Gétaz", date(1970, 12, 24)), ("Otto", "Muster", date(1950, 1, 1))]
)
def test_service_for_residents_refuses_people_who_left(for_residents, who):
    with pytest.raises(ServiceClosed):
        sent(version=for_residents, user=looked_up(known(*who)))


def test_sending_a_form_does_not_ask_the_register(for_residents, monkeypatch):
    user = elodie()
    monkeypatch.setattr(DemoRegister, "find", away)
    monkeypatch.setattr(DemoRegister, "person", away)
    assert sent(version=for_residents, user=user)

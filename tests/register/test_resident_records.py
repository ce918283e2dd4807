"""What the register says of people whose identity is proven: forms filled in, services for residents only."""

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
    """The same person after the worker asked the register, as the next request finds her."""
    actions.refresh_record(user.register_entry.pk)
    return type(user).objects.get(pk=user.pk)


def elodie(**fields):
    return looked_up(known("Élodie", "Marchetti", date(1988, 4, 17), **fields))


def away(self, said):
    raise RegisterUnavailable("It answered 500.")


def test_once_it_is_known_whom_an_account_belongs_to_the_register_is_asked_about_her():
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
def test_nothing_is_told_of_who_is_protected_or_not_found_for_sure(who):
    assert resident_record_of(looked_up(known(*who))) is None


def test_nothing_is_told_to_who_is_not_known():
    user = elodie()
    user.identity_level = IdentityLevel.EMAIL
    assert resident_record_of(user) is None
    assert resident_record_of(UserFactory()) is None


def test_it_is_asked_again_at_a_sign_in_an_hour_later_and_what_was_known_stays_while_it_is_away(
    client, monkeypatch
):
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


def test_without_a_register_nobody_asks_for_ever(settings):
    settings.REGISTER = "none"
    elodie()
    assert ResidentRecord.objects.get().due_at is None


def test_the_person_takes_away_what_is_kept_of_her_and_erased_it_is_gone(client):
    user = elodie()
    client.force_login(user)
    taken = client.get(reverse("space:export")).json()["person"]
    assert taken["register"]["key"] == "ORV-1"
    assert taken["proofs"][0]["name"] == "Élodie Marchetti"
    accounts.erase_account(actor=user)
    assert not ResidentRecord.objects.exists()
    assert not IdentityProof.objects.exists()


# -- Forms filled in -----------------------------------------------------------------------------------------
@pytest.fixture
def asked(team_of_residents):
    return FormVersionFactory(content=certificate())


@pytest.fixture
def team_of_residents(db):
    from tests.factories.cases import TeamFactory

    return TeamFactory()


def test_forms_are_filled_in_from_the_register_for_who_is_known_and_not_for_others(client, asked):
    def second_step(user) -> str:
        client.force_login(user)
        start = reverse("submissions:start", args=[asked.form.slug])
        return client.post(start, {"_shown": "pour"} | TYPED["qui"], follow=True).content.decode()

    html = second_step(elodie())
    assert "Élodie Anne" in html
    assert "Rempli d’après le registre" in html
    assert "Rempli d’après le registre" not in second_step(UserFactory(first_name="", last_name=""))


# -- Residents only ------------------------------------------------------------------------------------------
@pytest.fixture
def for_residents(team_of_residents):
    content = certificate()
    content["settings"]["limits"] = {"residents": {}}
    return FormVersionFactory(content=content)


def test_a_service_for_residents_takes_requests_of_who_is_known_to_live_here(
    client, for_residents, django_assert_num_queries
):
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
def test_it_takes_none_of_who_left_or_never_lived_here(for_residents, who):
    with pytest.raises(ServiceClosed):
        sent(version=for_residents, user=looked_up(known(*who)))


def test_while_a_request_is_sent_the_register_is_not_asked(for_residents, monkeypatch):
    user = elodie()
    monkeypatch.setattr(DemoRegister, "find", away)
    monkeypatch.setattr(DemoRegister, "person", away)
    assert sent(version=for_residents, user=user)

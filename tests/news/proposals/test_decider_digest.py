"""Digest for users who decide on proposals: one e-mail in the morning if new proposals wait."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission

from eservices.deliveries.models import Delivery
from news.proposals import actions
from news.proposals.jobs import send_decider_digests
from news.proposals.models import Proposal
from tests.factories.accounts import AgentFactory, SuperuserFactory, UserFactory
from tests.factories.directory import DirectoryEntryFactory

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)  # 10:00 in the commune
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def decider(name: str, *codes: str, **fields):
    """Create a user in a group with these permissions."""
    group = Group.objects.create(name=name)
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codes]))
    person = UserFactory(email=f"{name}@commune.example", **fields)
    person.groups.add(group)
    return person


@pytest.fixture
def directory():
    return decider("annuaire", "change_directoryentry")


@pytest.fixture
def events(agenda):
    person = decider("agenda")
    may_add = Permission.objects.get(codename="add_page", content_type__app_label="wagtailcore")
    GroupPagePermission.objects.create(group=person.groups.get(), page=agenda, permission=may_add)
    return person


def proposed(kind=Proposal.Kind.EVENT, title="Loto") -> Proposal:
    asked = actions.request_proposal(
        kind=kind, title=title, data={"title": title}, email="choeur@example.org", language="fr"
    )
    return actions.confirm_proposal(proposal=asked)


def sweep(clock, **ahead) -> None:
    clock.shift(timedelta(**ahead))
    send_decider_digests(timezone.now())


def digests_to(person) -> list[Delivery]:
    return list(Delivery.objects.filter(recipient=person.email).order_by("created_at", "pk"))


def test_proposal_digest_is_sent_once_to_each_decider(clock, directory, events):
    for number in range(3):
        proposed(title=f"Achetez {number}")
    proposed(Proposal.Kind.ENTRY)
    sweep(clock, hours=1)
    assert not digests_to(events)
    sweep(clock, hours=21)
    sweep(clock, seconds=15)
    [letter] = digests_to(events)
    assert letter.title == "3 propositions à traiter"
    for text in (letter.payload["text"], letter.payload["html"]):
        assert reverse("proposals:index") in text
        assert "Achetez" not in text
    assert "Agenda\xa0: 3" in letter.payload["text"]
    assert [one.title for one in digests_to(directory)] == ["1 proposition à traiter"]


def test_proposal_digest_is_not_sent_without_new_proposals(clock, directory, events):
    proposed(Proposal.Kind.ENTRY)
    sweep(clock, days=1)
    proposed()
    sweep(clock, days=1)
    sweep(clock, days=1)
    assert (len(digests_to(directory)), len(digests_to(events))) == (1, 1)


def test_proposal_digest_omits_unconfirmed_and_decided(clock, events):
    actions.request_proposal(
        kind=Proposal.Kind.EVENT, title="?", data={}, email="x@example.org", language="fr"
    )
    actions.refuse_proposal(actor=events, proposal=proposed(), reason="Complet")
    sweep(clock, days=1)
    assert not digests_to(events)


def test_changed_waiting_proposal_is_announced_once(clock, directory):
    entry = DirectoryEntryFactory()
    for name in ("Chœur", "Grand chœur"):
        data = entry.values() | {"name": name}
        actions.propose_change(entry=entry, data=data, email="choeur@example.org", language="fr")
        sweep(clock, days=1)
    assert len(digests_to(directory)) == 1


def test_proposal_digest_uses_language_and_permissions(clock, events):
    german = UserFactory(email="agenda-de@commune.example", language="de")
    german.groups.set(events.groups.all())
    gone = UserFactory(email="partie@commune.example", is_active=False)
    gone.groups.set(events.groups.all())
    agent, resident, runs_the_site = AgentFactory(), UserFactory(), SuperuserFactory()
    proposed()
    sweep(clock, days=1)
    assert digests_to(german)[0].title == "1 Vorschlag zu beurteilen"
    assert "Lesen und entscheiden" in digests_to(german)[0].payload["text"]
    assert len(digests_to(events)) == 1
    assert not any(digests_to(person) for person in (gone, agent, resident, runs_the_site))


def test_proposal_digest_goes_to_superusers_without_decider(clock, agenda, directory):
    runs_the_site = SuperuserFactory()
    proposed()
    proposed(Proposal.Kind.ENTRY)
    sweep(clock, days=1)
    [letter] = digests_to(runs_the_site)
    assert letter.title == "1 proposition à traiter"
    assert "Annuaire" not in letter.payload["text"]

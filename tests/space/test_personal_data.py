"""What other apps keep of somebody under their proven address: taken away, and erased where they tick it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.bookings.models import WaitingEntry
from eservices.deliveries.models import Delivery
from eservices.reports.models import ReportFollower
from news.directory import actions as directory
from news.directory.models import DirectoryEntry, KeeperLink
from news.proposals import actions as proposals
from news.proposals.models import Proposal
from news.waste.models import WasteReminder
from newsletter.models import Subscriber
from tests.factories.accounts import UserFactory
from tests.factories.bookings import resource
from tests.factories.directory import DirectoryEntryFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory
from tests.factories.reports import reported
from tests.factories.submissions import FormFactory

pytestmark = pytest.mark.django_db
LEA, OTHER = "lea@courriel.example", "autre@courriel.example"


def waits(email: str):
    thing = WaitingEntry.resource.field.related_model.objects.first() or resource()
    start = timezone.now() + timedelta(days=9)
    return WaitingEntry.objects.create(
        form=FormFactory(),
        field="quand",
        resource=thing,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        email=email,
        language="fr",
    )


def follows(email: str):
    return ReportFollower.objects.create(report=reported(), email=email, language="fr")


def subscribes(email: str):
    return SubscriberFactory(email=email, topics=[TopicFactory(name="Port")])


def is_reminded(email: str):
    return WasteReminder.objects.create(
        email=email, language="fr", link_expires_at=timezone.now(), confirmed_at=timezone.now()
    )


def proposes(email: str):
    return proposals.request_proposal(
        kind=Proposal.Kind.EVENT, title="Bal", data={}, email=email, language="fr"
    )


@pytest.mark.parametrize(
    ("key", "keep", "model", "said"),
    [
        ("waiting", waits, WaitingEntry, "starts"),
        ("followed", follows, ReportFollower, "reference"),
        ("newsletter", subscribes, Subscriber, "topics"),
        ("waste", is_reminded, WasteReminder, "when"),
        ("proposals", proposes, Proposal, "title"),
    ],
)
def test_what_is_kept_of_somebody_is_taken_away_and_erased_and_others_stay(client, key, keep, model, said):
    keep(LEA)
    other = keep(OTHER)
    Delivery.objects.update(state=Delivery.State.DONE)
    letters = set(Delivery.objects.values_list("recipient", flat=True))
    client.force_login(UserFactory(email=LEA))
    [taken] = client.get(reverse("space:export")).json()[key]
    assert taken[said]
    assert f'value="{key}"' in client.get(reverse("space:erase")).text
    client.post(reverse("space:erase"), {"others": key})
    assert list(model.objects.all()) == [other]
    assert set(Delivery.objects.exclude(recipient="").values_list("recipient", flat=True)) == letters - {LEA}
    assert client.get(reverse("space:export")).json()[key] == []


@pytest.mark.parametrize("field", ["keeper_email", "email"])
def test_who_keeps_an_entry_of_the_directory_lets_go_of_it_and_it_stays_without_their_address(client, field):
    entry = DirectoryEntryFactory(**{"email": "fanfare@orvenay.example"} | {field: LEA.upper()})
    link = KeeperLink.objects.create(
        entry=entry, email=LEA, link_expires_at=timezone.now() + timedelta(days=1)
    )
    directory.send_keeper_links(email=LEA, language="fr")
    Delivery.objects.update(state=Delivery.State.DONE)
    client.force_login(UserFactory(email=LEA))
    [taken] = client.get(reverse("space:export")).json()["directory"]
    assert taken["name"] == entry.name
    assert "que la fiche montre de son contact y restent" in client.get(reverse("space:erase")).text
    client.post(reverse("space:erase"), {"others": "directory"})
    entry.refresh_from_db()
    assert LEA not in (entry.email.lower(), entry.keeper_email.lower(), Delivery.objects.get().recipient)
    assert client.get(reverse("news:directory_keep", args=[link.secret])).status_code == 404
    assert client.get(reverse("space:export")).json()["directory"] == []


def test_who_keeps_an_entry_since_loses_nothing_when_their_predecessor_lets_go():
    entry = DirectoryEntryFactory(keeper_email=LEA, email="")
    read = DirectoryEntry.objects.get()
    DirectoryEntry.objects.update(keeper_email="marc@orvenay.example")
    link = KeeperLink.objects.create(
        entry=entry, email="marc@orvenay.example", link_expires_at=timezone.now()
    )
    directory.remove_keeper(entry=read)
    entry.refresh_from_db()
    assert (entry.keeper_email, list(entry.links.all())) == ("marc@orvenay.example", [link])

"""Personal data of other apps under a proven address: exported, and erased on request."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.forms.models import FormSubmission

from eservices.bookings.models import WaitingEntry
from eservices.deliveries.models import Delivery
from eservices.reports.models import ReportFollower
from home.models import ContactPage, FormField
from news.directory import actions as directory
from news.directory.models import DirectoryEntry, KeeperLink
from news.proposals import actions as proposals
from news.proposals.models import Proposal
from news.waste.models import WasteReminder
from newsletter.models import Subscriber
from tests.factories.accounts import UserFactory
from tests.factories.bookings import resource
from tests.factories.directory import DirectoryEntryFactory
from tests.factories.home import ContactPageFactory, make_site
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


def writes(email: str):
    page = ContactPage.objects.first() or ContactPageFactory(parent=make_site())
    FormField.objects.get_or_create(
        page=page, clean_name="courriel", defaults={"label": "Courriel", "field_type": "email"}
    )
    return FormSubmission.objects.create(page=page, form_data={"courriel": email, "message": "Bonjour"})


@pytest.mark.parametrize(
    ("key", "keep", "model", "said"),
    [
        ("waiting", waits, WaitingEntry, "starts"),
        ("followed", follows, ReportFollower, "reference"),
        ("newsletter", subscribes, Subscriber, "topics"),
        ("waste", is_reminded, WasteReminder, "when"),
        ("proposals", proposes, Proposal, "title"),
        ("messages", writes, FormSubmission, "answers"),
    ],
)
def test_personal_data_is_exported_and_erased_for_one_person(client, key, keep, model, said):
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
def test_keeper_of_a_directory_entry_is_erased_from_it(client, field):
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


def test_later_keeper_stays_when_the_former_one_is_erased():
    entry = DirectoryEntryFactory(keeper_email=LEA, email="")
    read = DirectoryEntry.objects.get()
    DirectoryEntry.objects.update(keeper_email="marc@orvenay.example")
    link = KeeperLink.objects.create(
        entry=entry, email="marc@orvenay.example", link_expires_at=timezone.now()
    )
    directory.remove_keeper(entry=read)
    entry.refresh_from_db()
    assert (entry.keeper_email, list(entry.links.all())) == ("marc@orvenay.example", [link])

"""An address that looks like another, or that a database calls equal to it, opens nothing of the other.

``UPPER('ı') = 'I'`` on PostgreSQL: it is there that these tests would fail.
"""

from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from eservices.accounts import actions as accounts
from eservices.accounts import claims
from eservices.accounts.models import IdentityLevel, User
from eservices.bookings import access as bookings
from eservices.bookings.models import Resource, WaitingEntry
from eservices.cases import access as cases
from eservices.cases.models import Case
from eservices.deliveries.actions import queue_email
from eservices.deliveries.models import Delivery
from eservices.reports import access as reports
from eservices.reports.models import ReportFollower
from eservices.submissions import actions as submissions
from eservices.submissions.models import Submission
from news.directory import access as directory
from news.directory import actions as keeping
from news.directory.models import KeeperLink
from news.participation import personal_data as participation
from news.participation.models import Contribution, PendingAction
from news.proposals import access as proposals
from news.proposals import actions as proposing
from news.proposals.models import Proposal
from news.waste import access as waste
from news.waste.models import WasteReminder
from newsletter import access as newsletter
from newsletter.actions import subscribers
from newsletter.bounces import handling
from newsletter.bounces.delivery_status import BounceVerdict
from newsletter.models import Subscriber
from tests.factories.accounts import UserFactory
from tests.factories.bookings import resource
from tests.factories.cases import CaseFactory, member
from tests.factories.directory import DirectoryEntryFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory
from tests.factories.reports import reported
from tests.factories.submissions import FormFactory, FormVersionFactory, certificate, sent

pytestmark = pytest.mark.django_db

# The address with an i, a k and an s has a look-alike for each of them; and one that is written otherwise.
ADDRESS = "x@skieurs.example"
LOOK_ALIKES = {
    "dotless i": "x@skıeurs.example",
    "dotted capital": "X@SKİEURS.example",
    "full width": "x@ｓkieurs.example",
    "Kelvin sign": "x@s\u212aieurs.example",
    "long s": "x@\u017fkieurs.example",
}
IDN = "x@xn--skiaf-dsa.example"  # skiéaf: an address with an accent after the @


# -- What is stored under an address, and how it is asked for ------------------------------------------------
def _case(address):
    return CaseFactory(email=address, email_confirmed_at=timezone.now())


def _corrected_case(address):
    case = CaseFactory(email="old@courriel.example", email_confirmed_at=timezone.now())
    Case.objects.filter(pk=case.pk).update(contact=submissions_contact(case, address))
    return case


def submissions_contact(case, address) -> dict:
    said = submissions.applicant_of(case.version, case.answers | {"courriel": address})
    return {"email": said["email"]}


def _cases_of(address):
    user = User.objects.filter(email=address).first() or UserFactory(email=address)
    return list(Case.objects.of_applicant(user))


def _related(address):
    case = _case("old@courriel.example")
    Submission.objects.filter(pk=case.submission_id).update(email=address)
    return list(cases.cases_of_same_applicant(member(), Case.objects.get(pk=case.pk)))


def _waiting(address):
    start = timezone.now() + timedelta(days=9)
    span = {"starts_at": start, "ends_at": start + timedelta(hours=2)}
    thing = {
        "form": FormFactory(),
        "field": "quand",
        "resource": Resource.objects.first() or resource(),
        "language": "fr",
    }
    return WaitingEntry.objects.create(email=address, **thing, **span)


def _reminder(address):
    return WasteReminder.objects.create(email=address, language="fr", link_expires_at=timezone.now())


def _proposal(address):
    return proposing.request_proposal(
        kind=Proposal.Kind.EVENT, title="Bal", data={}, email=address, language="fr"
    )


def _pending(address):
    now = timezone.now()
    return PendingAction.objects.create(
        email=address, language="fr", kind="vote", payload={}, created_at=now, link_expires_at=now
    )


def _letter(address):
    template = "account/email/spare_codes"
    letter = queue_email(to=address, template=template, context={}, language="fr", subject="case:1")
    Delivery.objects.filter(pk=letter.pk).update(state=Delivery.State.DONE, done_at=timezone.now())
    return letter


def _last_letter(address):
    found = handling._last_letter(address, timezone.now())
    return [found] if found else []


PLACES = {
    "requests": (_case, _cases_of),
    "requests with a corrected address": (_corrected_case, _cases_of),
    "requests of one person": (_case, _related),
    "places on a waiting list": (_waiting, lambda address: list(bookings.waiting_entries_of(address))),
    "followed reports": (
        lambda address: ReportFollower.objects.create(report=reported(), email=address, language="fr"),
        lambda address: list(reports.followed_by(address)),
    ),
    "directory entries by keeper": (
        lambda address: DirectoryEntryFactory(keeper_email=address),
        directory.entries_of,
    ),
    "directory entries by shown address": (
        lambda address: DirectoryEntryFactory(email=address, keeper_email=""),
        directory.entries_of,
    ),
    "waste reminders": (_reminder, lambda address: list(waste.reminders_of(address))),
    "proposals": (_proposal, lambda address: list(proposals.proposals_of(address))),
    "ideas": (
        lambda address: Contribution.objects.create(
            email=address, language="fr", consultation="0" * 32, text="Une fontaine"
        ),
        participation.participation_rows,
    ),
    "ideas that wait for a link": (_pending, participation.participation_rows),
    "newsletter": (
        lambda address: SubscriberFactory(email=address, topics=[TopicFactory(name="Port")]),
        lambda address: list(newsletter.subscriber_by_address(address)),
    ),
    "letters that came back": (_letter, _last_letter),
    "accounts": (
        lambda address: UserFactory(email=address),
        lambda address: list(User.objects.filter(email=address)),
    ),
}
places = pytest.mark.parametrize(("store", "find"), PLACES.values(), ids=PLACES)


@places
def test_look_alike_finds_nothing_of_the_address(store, find):
    stored = store(ADDRESS)
    for look_alike in LOOK_ALIKES.values():
        assert stored not in find(look_alike), ascii(look_alike)


@places
def test_same_address_is_found_however_it_is_typed(store, find):
    plain, accented = store(ADDRESS), store(IDN)
    assert plain in find(" X@Skieurs.EXAMPLE ")
    assert accented in find("X@SKIÉAF.example")
    assert accented in find("x@skie\u0301af.example")


# -- Doors ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("look_alike", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_sign_in_with_a_look_alike_sends_no_code_to_the_account(client, look_alike):
    user = UserFactory(email=ADDRESS)
    client.post(reverse("account_login"), {"email": look_alike})
    assert not Delivery.objects.filter(recipient=ADDRESS).exists()
    assert not User.objects.exclude(pk=user.pk).filter(email=ADDRESS).exists()


def test_sign_in_with_another_spelling_sends_the_code_to_the_account(client):
    UserFactory(email=IDN)
    client.post(reverse("account_login"), {"email": "X@SKIÉAF.example"})
    assert Delivery.objects.get().recipient == IDN
    assert User.objects.count() == 1


@pytest.mark.parametrize("look_alike", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_provider_that_attests_a_look_alike_proves_not_the_address(look_alike):
    data = {"userinfo": {"email": look_alike, "email_verified": True}}
    assert claims.read_claims(data, claim="acr", levels={}).email != ADDRESS


def test_code_for_a_look_alike_proves_not_the_address():
    user = UserFactory(email=ADDRESS, identity_level=IdentityLevel.NONE)
    for look_alike in LOOK_ALIKES.values():
        accounts.prove_address(actor=user, email=look_alike)
    assert not user.address_is_proven


def test_link_of_a_former_keeper_does_not_open_the_entry_of_a_look_alike():
    entry = DirectoryEntryFactory(keeper_email=ADDRESS)
    later = timezone.now() + timedelta(days=1)
    link = KeeperLink.objects.create(entry=entry, email="X@Skieurs.example", link_expires_at=later)
    assert directory.keeper_link_by_secret(link.secret, timezone.now()) == link
    entry.keeper_email = LOOK_ALIKES["dotless i"]
    entry.save()
    with pytest.raises(Http404):
        directory.keeper_link_by_secret(link.secret, timezone.now())
    keeping.remove_keeper(entry=entry)
    assert KeeperLink.objects.filter(pk=link.pk).exists(), (
        "the link of the other address is not theirs to end"
    )


def test_bounce_of_a_look_alike_ends_no_subscription():
    subscriber = SubscriberFactory(email=ADDRESS, topics=[TopicFactory(name="Port")])
    for look_alike in LOOK_ALIKES.values():
        handling.record_service_verdict(look_alike, BounceVerdict.GONE)
        handling.record_unsubscribe(look_alike)
    assert Subscriber.objects.confirmed().get() == subscriber
    handling.record_unsubscribe("X@SKIEURS.example")
    assert not Subscriber.objects.confirmed().exists()


def test_subscribing_a_look_alike_is_another_subscription():
    SubscriberFactory(email=ADDRESS, topics=[TopicFactory(name="Port")])
    subscribers.request_subscription(email=LOOK_ALIKES["dotless i"], language="fr", topic_keys=[])
    subscribers.request_subscription(email="X@SKIEURS.example", language="fr", topic_keys=[])
    assert sorted(Subscriber.objects.values_list("email", flat=True)) == [ADDRESS, "x@xn--skeurs-q9a.example"]


def test_requests_of_one_person_are_counted_by_the_normal_form():
    earlier = sent()
    Submission.objects.filter(pk=earlier.pk).update(email=ADDRESS)
    content = certificate()
    content["settings"]["limits"] = {"per_person": {"most": 1}}
    version = FormVersionFactory(content=content, form=earlier.version.form)
    agent = member()

    def refused(email):
        return submissions.request_refusal(version, agent=agent, email=email)

    assert refused("X@Skieurs.example")
    assert not any(refused(one) for one in LOOK_ALIKES.values())

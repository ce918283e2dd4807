"""Mailchimp backend: synchronised members, campaigns created once despite errors, webhooks never trusted."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from newsletter import mailing_statistics
from newsletter.actions import mailings, subscribers
from newsletter.backends.mailchimp import api, members
from newsletter.backends.mailchimp.comparison import OurState, SyncStep, TheirState, next_sync_step
from newsletter.jobs import wake_due_mailings
from newsletter.mail_backend import BackendUnavailable
from newsletter.models import ConsentEvent, Subscriber
from newsletter.states import MailingState, RecipientState, SubscriberState
from newsletter.subscriber_files.importer import ImportLine
from newsletter.tasks import reconcile_members
from tests.factories.accounts import AgentFactory, EditorFactory
from tests.factories.newsletter import CampaignFactory, SubscriberFactory, TopicFactory, mailed
from tests.newsletter.mailchimp_double import KEY, LIST, hashed, serving

pytestmark = pytest.mark.django_db
SECRET = "a-long-secret-of-the-tests"
HOOK = f"/infolettre/mailchimp/{SECRET}/"
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def site(home):
    return home


@pytest.fixture
def theirs(settings):
    settings.NEWSLETTER_BACKEND = "mailchimp"
    settings.MAILCHIMP_API_KEY, settings.MAILCHIMP_LIST_ID = KEY, LIST
    settings.MAILCHIMP_WEBHOOK_SECRET = SECRET
    with serving() as server:
        settings.MAILCHIMP_API_URL = server.url
        yield server


def attempt_pending_deliveries():
    """Attempt all pending deliveries to Mailchimp."""
    for delivery in Delivery.objects.filter(carrier="mailchimp", state=Delivery.State.PENDING):
        attempt_delivery(delivery.pk)


# -- Members -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("required", [False, True])
def test_subscriber_is_synchronised_as_a_mailchimp_member(theirs, required):
    theirs.required = required
    roads, votes = TopicFactory(name="Chantiers"), TopicFactory(name="Votations")
    reader = SubscriberFactory(pending=True, topics=[roads], language="de")
    subscribers.confirm_subscription(subscriber=reader)
    attempt_pending_deliveries()
    member = theirs.members[hashed(reader.email)]
    assert (member["status"], member["language"]) == ("subscribed", "de")
    assert [tag["name"] for tag in member["tags"]] == ["Chantiers"]
    subscribers.change_subscription(subscriber=reader, language="fr", topic_keys=[votes.translation_key])
    attempt_pending_deliveries()
    assert [tag["name"] for tag in member["tags"]] == ["Votations"]
    subscribers.unsubscribe(subscriber=reader)
    attempt_pending_deliveries()
    assert member["status"] == "unsubscribed"
    subscribers.erase_subscriber(subscriber=reader)
    waiting = Delivery.objects.filter(carrier="mailchimp").values_list("recipient", "payload", "title")
    assert reader.email not in str(list(waiting))
    attempt_pending_deliveries()
    assert theirs.members == {}


def test_resubscription_after_leaving_at_mailchimp_is_pending(theirs):
    reader = SubscriberFactory()
    theirs.member(reader.email, status="unsubscribed")
    members.push_member(reader)
    assert theirs.members[hashed(reader.email)]["status"] == "pending"


def test_imported_subscriber_becomes_a_member_at_once(theirs):
    topic = TopicFactory(name="Chantiers")
    line = ImportLine("neuf@courriel.example", "fr", frozenset([topic.translation_key]), date(2025, 5, 3))
    assert subscribers.import_subscribers(actor=None, lines=[line], proof="papier") == 1
    attempt_pending_deliveries()
    assert theirs.members[hashed(line.email)]["tags"][0]["name"] == "Chantiers"


def test_tag_is_found_among_thousands_and_a_segment_made_once(theirs):
    theirs.segments = {number: {"id": number, "name": f"Ancien {number}"} for number in range(1, 2100)}
    theirs.member("elodie@courriel.example", tags=["Chantiers"])  # its tag is listed last
    api.Campaigns().rename("Chantiers", "Travaux")
    [member] = theirs.members.values()
    assert [tag["name"] for tag in member["tags"]] == ["Travaux"]
    made = api.Campaigns().segment("7 fr 1")
    assert api.Campaigns().segment("7 fr 1") == made
    assert len(theirs.segments) == 2100


def test_foreign_tags_are_preserved(theirs):
    topic = TopicFactory(name="Chantiers")
    reader = SubscriberFactory(topics=[topic])
    theirs.member(reader.email, tags=["vip"])
    members.push_member(reader)
    assert {tag["name"] for tag in theirs.members[hashed(reader.email)]["tags"]} == {"vip", "Chantiers"}


@pytest.mark.parametrize("fault", [429, 500, 503, "down"])
def test_member_update_waits_while_mailchimp_is_unavailable(theirs, fault):
    reader = SubscriberFactory()
    members.queue_member_update(reader)
    if fault == "down":
        theirs.down = True
    else:
        theirs.faults = [fault]
    attempt_pending_deliveries()
    delivery = Delivery.objects.get(carrier="mailchimp")
    assert (delivery.state, theirs.members) == (Delivery.State.PENDING, {})
    theirs.down = False
    with time_machine.travel(delivery.due_at + timedelta(seconds=1), tick=False):
        attempt_pending_deliveries()
    assert hashed(reader.email) in theirs.members


def test_member_update_refused_by_mailchimp_is_stuck(theirs):
    members.queue_member_update(SubscriberFactory())
    theirs.faults = [400]
    attempt_pending_deliveries()
    assert Delivery.objects.get(carrier="mailchimp").state == Delivery.State.STUCK


def test_member_deleted_for_good_at_mailchimp_is_reported_once(theirs):
    reader = SubscriberFactory()
    theirs.forgotten.add(hashed(reader.email))
    for _night in range(2):
        members.reconcile_members()
        attempt_pending_deliveries()
    stuck = Delivery.objects.get(carrier="mailchimp")
    assert stuck.state == Delivery.State.STUCK
    assert "re-subscribe" in stuck.reason


# -- Campaigns -----------------------------------------------------------------------------------------------
def after(mailing, **span):
    with time_machine.travel(mailing.due_at + timedelta(**span), tick=False):
        wake_due_mailings(timezone.now())
    mailing.refresh_from_db()


def test_mailing_becomes_a_campaign_for_exactly_its_recipients(theirs):
    french, german = SubscriberFactory(), SubscriberFactory(language="de")
    missing = SubscriberFactory()
    for reader in (french, german):
        theirs.member(reader.email)
    mailing = mailed(CampaignFactory(title="Le port"))
    [campaign] = theirs.campaigns.values()
    assert campaign["settings"]["subject_line"] == "Le port"
    assert campaign["tracking"] == {"opens": False, "html_clicks": False, "text_clicks": False}
    assert "*|UNSUB|*" in campaign["content"]["html"]
    assert "*|UNSUB|*" in campaign["content"]["plain_text"]
    assert theirs.segments[1]["emails"] == sorted([french.email, german.email])
    assert (campaign["status"], mailing.state) == ("sending", MailingState.SENDING)
    campaign["status"] = "sent"
    after(mailing, seconds=1)
    assert mailing.state == MailingState.SENT
    assert mailing.recipients.get(subscriber=missing).state == RecipientState.REFUSED
    found = mailing_statistics.mailing_statistics(mailing)
    assert (found["sent"], found["bounced"], found["left"]) == (2, 1, 2)
    assert campaign["sends"] == 1


def test_bounces_after_sending_are_counted_the_next_night(theirs):
    reader = SubscriberFactory()
    theirs.member(reader.email)
    mailing = mailed(CampaignFactory())
    [campaign] = theirs.campaigns.values()
    campaign["status"] = "sent"
    after(mailing, seconds=1)
    theirs.bounces = 5
    for _night in range(2):
        reconcile_members.call()
        theirs.campaigns.clear()  # deleted at Mailchimp: the counts stay
    mailing.refresh_from_db()
    assert mailing_statistics.mailing_statistics(mailing)["bounced"] == 5


@pytest.mark.parametrize("step", range(8))
def test_campaign_is_created_and_sent_once_if_any_call_fails(theirs, step):
    reader = SubscriberFactory()
    theirs.member(reader.email)
    normal = theirs.answer
    calls = []

    def breaking(*request):
        """Handle the request, but answer with an error, so that the caller cannot know that it succeeded."""
        calls.append(request[:2])
        done = normal(*request)
        return (503, {}) if len(calls) == step + 1 else done

    theirs.answer = breaking
    mailing = mailed(CampaignFactory())
    for _ in range(3):
        for campaign in theirs.campaigns.values():
            campaign["status"] = "sent" if campaign["status"] == "sending" else campaign["status"]
        if mailing.state != MailingState.SENT:
            after(mailing, minutes=5)
    assert mailing.state == MailingState.SENT
    assert (len(theirs.segments), len(theirs.campaigns)) == (1, 1)
    assert theirs.campaigns["c1"]["sends"] == 1


def test_campaign_refused_by_mailchimp_is_retried_then_paused(theirs):
    theirs.member(SubscriberFactory().email)
    normal = theirs.answer
    theirs.answer = lambda *request: (
        (400, {"title": "Invalid Resource", "detail": "reply_to is not verified"})
        if request[1] == ["campaigns"] and request[0] == "POST"
        else normal(*request)
    )
    mailing = mailed(CampaignFactory())
    assert "reply_to is not verified" in mailing.fault
    for _ in range(12):
        after(mailing, hours=2)
    assert mailing.state == MailingState.PAUSED
    assert not mailing.recipients.exclude(state=RecipientState.PENDING).exists()


# -- Test mailings -------------------------------------------------------------------------------------------
def tried(title="Le port"):
    mailings.send_test(
        actor=None, campaign=CampaignFactory(draft=True, title=title), to="moi@orvenay.example"
    )
    return Delivery.objects.get()


def test_test_mailing_is_sent_by_mailchimp(theirs):
    assert tried().carrier == "mailchimp"
    attempt_pending_deliveries()
    [(to, campaign)] = theirs.tests
    assert to == ["moi@orvenay.example"]
    assert campaign["settings"]["subject_line"] == "[Essai] Le port"
    assert "*|UNSUB|*" in campaign["content"]["html"]
    assert "segment_opts" not in campaign["recipients"]
    assert (theirs.campaigns, theirs.segments, theirs.members) == ({}, {}, {})


def test_test_mailing_without_mailchimp_uses_the_outbox(theirs, settings):
    settings.NEWSLETTER_BACKEND = "builtin"
    assert tried().carrier == "email"
    assert theirs.asked == []


@pytest.mark.parametrize("step", range(5))
def test_test_mailing_arrives_and_is_deleted_after_any_error(theirs, step):
    normal, calls = theirs.answer, []

    def breaking(*request):
        calls.append(request)
        done = normal(*request)
        return (503, {}) if len(calls) == step + 1 else done

    theirs.answer = breaking
    delivery = tried()
    attempt_pending_deliveries()
    delivery.refresh_from_db()
    with time_machine.travel(delivery.due_at + timedelta(seconds=1), tick=False):
        attempt_pending_deliveries()
    assert theirs.tests
    assert theirs.campaigns == {}


def test_test_mailing_refused_by_mailchimp_is_stuck(theirs):
    theirs.faults = [400]
    delivery = tried()
    attempt_pending_deliveries()
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.STUCK


# -- Webhooks ------------------------------------------------------------------------------------------------
def hook(client, email, path=HOOK, list_id=LIST, kind="unsubscribe"):
    return client.post(path, {"type": kind, "data[email]": email, "data[list_id]": list_id})


def test_webhook_only_triggers_a_query_of_mailchimp(client, theirs):
    reader = SubscriberFactory()
    assert client.get(HOOK).status_code == 200
    theirs.member(reader.email)
    hook(client, reader.email)  # forged or wrong: still subscribed at Mailchimp
    attempt_pending_deliveries()
    reader.refresh_from_db()
    assert reader.state == SubscriberState.CONFIRMED
    theirs.member(reader.email, status="unsubscribed", changed=timezone.now() + timedelta(minutes=1))
    hook(client, reader.email)
    attempt_pending_deliveries()
    reader.refresh_from_db()
    assert reader.state == SubscriberState.UNSUBSCRIBED


def test_address_changed_at_mailchimp_replaces_the_old_one(client, theirs):
    topic = TopicFactory(name="Chantiers")
    reader = SubscriberFactory(topics=[topic])
    both = {"data[old_email]": reader.email, "data[new_email]": "neuve@courriel.example"}
    told = {"type": "upemail", "data[list_id]": LIST} | both
    theirs.member(reader.email, tags=["Chantiers"])
    client.post(HOOK, told)  # forged: nothing changed at Mailchimp
    attempt_pending_deliveries()
    assert list(Subscriber.objects.values_list("email", "state")) == [
        (reader.email, SubscriberState.CONFIRMED)
    ]
    theirs.members.clear()
    theirs.member("neuve@courriel.example", tags=["Chantiers"], opted=EARLY)
    client.post(HOOK, told)
    assert "@" not in str(
        list(Delivery.objects.filter(carrier="mailchimp").values_list("recipient", "payload"))
    )
    attempt_pending_deliveries()
    members.reconcile_members()
    attempt_pending_deliveries()
    assert dict(Subscriber.objects.values_list("email", "state")) == {
        reader.email: SubscriberState.UNSUBSCRIBED,
        "neuve@courriel.example": SubscriberState.CONFIRMED,
    }
    assert list(theirs.members) == [hashed("neuve@courriel.example")]


@pytest.mark.parametrize(
    "call",
    [
        {"path": "/infolettre/mailchimp/guessed/"},
        {"list_id": "another"},
        {"email": "no address"},
        {"email": "x" * 300 + "@a.example"},
    ],
    ids=["guessed", "another list", "no address", "too long"],
)
def test_webhook_call_of_a_stranger_queues_nothing(client, theirs, call):
    answer = hook(client, **({"email": "a@b.example"} | call))
    assert answer.status_code == (404 if "path" in call else 200)
    assert not Delivery.objects.filter(carrier="mailchimp").exists()


def test_webhook_without_a_secret_does_not_exist(client, settings):
    settings.MAILCHIMP_WEBHOOK_SECRET = ""
    assert client.post(HOOK).status_code == 404


# -- Reconciliation ------------------------------------------------------------------------------------------
def test_reconciliation_makes_both_systems_agree(theirs):
    topic = TopicFactory(name="Chantiers")
    tomorrow = timezone.now() + timedelta(days=1)
    left, gone, other = SubscriberFactory(), SubscriberFactory(), SubscriberFactory()
    ours_left, new_here = SubscriberFactory(gone=True), SubscriberFactory()
    theirs.member(left.email, status="unsubscribed", changed=tomorrow)
    theirs.member(gone.email, status="cleaned", changed=tomorrow)
    theirs.member(other.email, language="de", tags=["Chantiers", "vip"], changed=tomorrow)
    theirs.member(ours_left.email)
    theirs.member("neuf@courriel.example", tags=["Chantiers"], opted=EARLY)
    theirs.member("sans-preuve@courriel.example")
    members.reconcile_members()
    attempt_pending_deliveries()
    states = dict(Subscriber.objects.values_list("email", "state"))
    assert states == {
        left.email: SubscriberState.UNSUBSCRIBED,
        gone.email: SubscriberState.BOUNCED,
        other.email: SubscriberState.CONFIRMED,
        ours_left.email: SubscriberState.UNSUBSCRIBED,
        new_here.email: SubscriberState.CONFIRMED,
        "neuf@courriel.example": SubscriberState.CONFIRMED,
    }
    other.refresh_from_db()
    assert (other.language, other.topic_keys) == ("de", {topic.translation_key})
    taken = Subscriber.objects.get(email="neuf@courriel.example")
    assert (taken.confirmed_at, taken.consents.get().kind) == (EARLY, ConsentEvent.Kind.IMPORTED)
    assert theirs.members[hashed(ours_left.email)]["status"] == "unsubscribed"
    assert theirs.members[hashed(new_here.email)]["status"] == "subscribed"
    Delivery.objects.all().delete()
    members.reconcile_members()
    assert set(members.reconcile_members()) <= {"nothing"}


def test_renamed_topic_keeps_its_subscribers(theirs):
    topic = TopicFactory(name="Chantiers")
    reader = SubscriberFactory(pending=True, topics=[topic])
    subscribers.confirm_subscription(subscriber=reader)
    attempt_pending_deliveries()
    topic.name = "Chantiers et circulation"
    topic.save()
    members.reconcile_members()
    assert reader.topic_keys == {topic.translation_key}
    attempt_pending_deliveries()
    members.reconcile_members()
    assert reader.topic_keys == {topic.translation_key}
    assert [tag["name"] for tag in theirs.members[hashed(reader.email)]["tags"]] == [topic.name]


def test_unsent_tags_are_not_removed_by_reconciliation(theirs):
    topic = TopicFactory(name="Chantiers")
    reader = SubscriberFactory(pending=True, topics=[topic])
    subscribers.confirm_subscription(subscriber=reader)
    theirs.member(reader.email)  # the member was created, but the call for its tags failed
    members.reconcile_members()
    assert reader.topic_keys == {topic.translation_key}
    attempt_pending_deliveries()
    theirs.member(reader.email)  # the tag was removed at Mailchimp
    members.reconcile_members()
    assert reader.topic_keys == set()


def test_subscriber_deleted_by_staff_is_deleted_at_mailchimp(theirs, client):
    reader = SubscriberFactory()
    theirs.member(reader.email, opted=EARLY)
    delete = reverse("subscribers:delete", args=[reader.pk])
    client.force_login(AgentFactory())
    client.post(delete)
    assert Subscriber.objects.exists()
    client.force_login(EditorFactory())
    client.post(delete)
    attempt_pending_deliveries()
    members.reconcile_members()
    assert not Subscriber.objects.exists()
    assert not theirs.members


def ours(state=SubscriberState.CONFIRMED, changed=EARLY, topics=(), left=None):
    return OurState(state, "fr", frozenset(topics), changed, left)


def there(status="subscribed", changed=LATE, topics=(), opted=None):
    return TheirState(status, "fr", frozenset(topics), changed, opted)


@pytest.mark.parametrize(
    ("one", "other", "do"),
    [
        (ours(), None, SyncStep.TELL),
        (None, None, SyncStep.NOTHING),
        (ours(SubscriberState.UNSUBSCRIBED), None, SyncStep.NOTHING),
        (ours(), there(), SyncStep.NOTHING),
        (ours(), there(topics=["a"]), SyncStep.CHANGE),
        (ours(changed=LATE), there(topics=["a"], changed=EARLY), SyncStep.TELL),
        (ours(), there("unsubscribed"), SyncStep.UNSUBSCRIBE),
        (ours(changed=LATE), there("unsubscribed", changed=EARLY), SyncStep.TELL),
        (ours(), there("cleaned"), SyncStep.BOUNCE),
        (ours(SubscriberState.UNSUBSCRIBED, left=EARLY), there(), SyncStep.TELL),
        (ours(SubscriberState.UNSUBSCRIBED, left=EARLY), there(opted=LATE), SyncStep.TAKE_OVER),
        (ours(SubscriberState.UNSUBSCRIBED, left=LATE), there(opted=EARLY), SyncStep.TELL),
        (ours(SubscriberState.BOUNCED), there(), SyncStep.TELL),
        (ours(SubscriberState.PENDING), there(), SyncStep.NOTHING),
        (None, there(), SyncStep.NOTHING),
        (None, there(opted=EARLY), SyncStep.TAKE_OVER),
        (None, there("cleaned"), SyncStep.NOTHING),
        (ours(), there("pending"), SyncStep.NOTHING),
    ],
)
def test_next_sync_step_follows_the_table(one, other, do):
    assert next_sync_step(one, other) is do


def test_response_that_is_no_json_counts_as_an_outage(theirs, monkeypatch):
    monkeypatch.setattr(theirs, "answer", lambda *request: (200, None))
    with pytest.raises(BackendUnavailable):
        api.check_connection()


def test_deploy_check_reports_missing_mailchimp_settings(settings):
    settings.NEWSLETTER_BACKEND, settings.MAILCHIMP_LIST_ID = "mailchimp", ""
    from newsletter.checks import check_newsletter_backend

    assert [one.id for one in check_newsletter_backend(None)] == ["newsletter.E001"]
    settings.MAILCHIMP_API_KEY, settings.MAILCHIMP_LIST_ID, settings.MAILCHIMP_WEBHOOK_SECRET = "x", "y", "z"
    assert [one.id for one in check_newsletter_backend(None)] == ["newsletter.E002"]
    settings.MAILCHIMP_API_KEY = KEY
    assert check_newsletter_backend(None) == []


# -- Mailchimp's API description, which CI serves with Prism -------------------------------------------------
if os.environ.get("TEST_MAILCHIMP_URL"):

    @pytest.fixture
    def described(settings):
        settings.MAILCHIMP_API_URL = os.environ["TEST_MAILCHIMP_URL"]
        settings.MAILCHIMP_API_KEY, settings.MAILCHIMP_LIST_ID = KEY, LIST

    def test_all_calls_match_mailchimp_s_api_description(described):
        """Prism answers 4xx to any call that the description does not allow, which raises ``Refused``."""
        known, campaigns = api.AudienceMembers(), api.Campaigns()
        hash_ = hashed("elodie@courriel.example")
        api.check_connection()
        known.put("elodie@courriel.example", "subscribed", "fr")
        known.tag(hash_, {"Chantiers": True, "Votations": False})
        known.leave(hash_)
        assert known.get(hash_)["status"]
        known.delete_permanently(hash_)
        assert isinstance(campaigns.segment("1 fr 1"), int)
        campaigns.fill(1, ["elodie@courriel.example"])
        campaigns.rename(campaigns.api.lists.segments.all(LIST)["segments"][0]["name"], "Votations")
        words = {"subject_line": "Le port", "from_name": "Orvenay", "reply_to": "greffe@orvenay.example"}
        assert campaigns.create("1 fr 1", 1, words)
        campaigns.content("c1", "<p>Le port</p>", "Le port")
        assert campaigns.create("Test 1", None, words)
        campaigns.test("c1", "elodie@courriel.example")
        campaigns.delete("c1")
        assert campaigns.status("c1")
        campaigns.send("c1")
        assert "emails_sent" in campaigns.report("c1")

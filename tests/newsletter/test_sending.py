"""Built-in sender of newsletters: recipients, contents, rate, and what happens if it is interrupted."""

import email
from datetime import timedelta
from email import policy
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.utils import timezone

from newsletter import mailing_statistics, sending
from newsletter.actions import mailings as actions
from newsletter.actions import subscribers
from newsletter.backends.builtin.copies import PreparedEdition
from newsletter.jobs import wake_due_mailings
from newsletter.models import Digest, Mailing, NewsletterSettings, Recipient, Subscriber
from newsletter.models.mailings import IN_A_ROW
from newsletter.send_rate import send_allowance
from newsletter.states import MailingState, RecipientState, SubscriberState
from tests.factories.newsletter import (
    CampaignFactory,
    SubscriberFactory,
    TopicFactory,
    mailed,
    translated_campaign,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(home):
    return home


@pytest.fixture
def server(monkeypatch):
    """Replace the mail server by one that raises the error in ``answers`` for an address and accepts all others."""
    answers = {}
    taken = EmailBackend.send_messages

    def answer(self, messages):
        if fault := answers.get(messages[0].to[0]):
            raise fault
        return taken(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", answer)
    return answers


def refused(address, code, text):
    return SMTPRecipientsRefused({address: (code, text)})


def test_each_confirmed_subscriber_gets_one_email_with_own_links():
    topic = TopicFactory()
    readers = SubscriberFactory.create_batch(2, topics=[topic])
    SubscriberFactory(topics=[TopicFactory()])
    SubscriberFactory(pending=True, topics=[topic])
    mailing = mailed(CampaignFactory(topics=[topic]))
    assert mailing.state == MailingState.SENT
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(one.email for one in readers)
    for letter in mail.outbox:
        recipient = Recipient.objects.get(subscriber__email=letter.to[0])
        own = recipient.subscriber.secret
        others = {one.secret for one in readers} - {own}
        # The message for an API of a service, and the one for a mail server.
        for content in (letter.message().as_bytes(), PreparedEdition(recipient.edition).raw(recipient)):
            sent = email.message_from_bytes(content, policy=policy.default)
            for part in (sent.get_body(["plain"]), sent.get_body(["html"])):
                text = part.get_content()
                assert f"/infolettre/desabonner/{own}/" in text
                assert f"/infolettre/preferences/{own}/" in text
                assert not any(other in text for other in others)
            assert max(map(len, content.splitlines())) <= 998
            assert "orvenay" in sent["Reply-To"]
            assert (sent["To"], sent["Message-ID"]) == (letter.to[0], letter.extra_headers["Message-ID"])


def test_one_click_unsubscribe_needs_a_post():
    reader = SubscriberFactory()
    mailed(CampaignFactory())
    sent = email.message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<infolettre.testserver>" in sent["List-Id"]
    target = sent["List-Unsubscribe"].strip(" <>").removeprefix("http://testserver")
    mail_program = Client(enforce_csrf_checks=True)
    assert mail_program.get(target).status_code == 200
    reader.refresh_from_db()
    assert reader.state == SubscriberState.CONFIRMED
    mail_program.post(target, {"List-Unsubscribe": "One-Click"})
    reader.refresh_from_db()
    assert reader.state == SubscriberState.UNSUBSCRIBED
    assert mailing_statistics.mailing_statistics(Mailing.objects.get())["left"] == 1


def test_subscribers_get_the_translation_in_their_language():
    german, italian = SubscriberFactory(language="de"), SubscriberFactory(language="it")
    campaign = CampaignFactory(title="Le port")
    translated_campaign(campaign, "de", title="Der Hafen")
    mailed(campaign)
    subjects = {letter.to[0]: letter.subject for letter in mail.outbox}
    assert subjects == {german.email: "Der Hafen", italian.email: "Le port"}
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert "/de/infolettre/desabonner/" in letters[german.email].body


def test_subscriber_who_leaves_before_sending_gets_no_email():
    staying, leaving = SubscriberFactory(), SubscriberFactory()
    mailing = actions.schedule_mailing(
        actor=None, campaign=CampaignFactory(), at=timezone.now() + timedelta(hours=1)
    )
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        claimed = actions.claim_mailing(mailing.pk, timezone.now())
        sending.prepare_recipients(claimed)
        subscribers.unsubscribe(subscriber=leaving)
        actions.release_claim(claimed, timezone.now())
    assert [letter.to[0] for letter in mail.outbox] == [staying.email]
    assert Recipient.objects.get(subscriber=leaving).state == RecipientState.SKIPPED


def test_campaign_is_mailed_once_and_only_if_approved():
    SubscriberFactory()
    with pytest.raises(actions.MailingActionRefused):
        actions.schedule_mailing(actor=None, campaign=CampaignFactory(draft=True))
    campaign = CampaignFactory()
    mailing = mailed(campaign)
    with pytest.raises(actions.MailingActionRefused):
        actions.schedule_mailing(actor=None, campaign=campaign)
    sending.run_mailing(mailing.pk)
    assert len(mail.outbox) == 1


def test_campaign_unpublished_before_its_time_pauses_its_mailing():
    SubscriberFactory(), SubscriberFactory(language="de")
    campaign = CampaignFactory()
    translated_campaign(campaign, "de", title="Der Hafen")
    at = timezone.now() + timedelta(hours=3)
    mailing = actions.schedule_mailing(actor=None, campaign=campaign, at=at)
    campaign.unpublish()
    with time_machine.travel(at + timedelta(seconds=5), tick=False):
        sending.run_mailing(mailing.pk)
        mailing.refresh_from_db()
        assert (mailing.state, mailing.number, mail.outbox) == (MailingState.PAUSED, None, [])
        assert "plus approuvée" in mailing.fault
        actions.cancel_mailing(actor=None, mailing=mailing)
        campaign.save_revision().publish()
        actions.schedule_mailing(actor=None, campaign=campaign)
        sending.run_mailing(mailing.pk)
    assert len(mail.outbox) == 2


def test_scheduled_mailing_starts_at_its_time():
    SubscriberFactory()
    at = timezone.now() + timedelta(hours=3)
    mailing = actions.schedule_mailing(actor=None, campaign=CampaignFactory(), at=at)
    sending.run_mailing(mailing.pk)
    wake_due_mailings(timezone.now())
    assert mail.outbox == []
    with time_machine.travel(at + timedelta(seconds=5), tick=False):
        wake_due_mailings(timezone.now())
    assert len(mail.outbox) == 1


def test_lost_server_pauses_the_mailing_without_duplicates(server):
    first, second = SubscriberFactory(), SubscriberFactory()
    server[second.email] = SMTPServerDisconnected("gone")
    mailing = mailed(CampaignFactory())
    assert (mailing.state, len(mail.outbox)) == (MailingState.SENDING, 1)
    assert "gone" in mailing.fault
    server.clear()
    with time_machine.travel(mailing.due_at + timedelta(seconds=1), tick=False):
        wake_due_mailings(timezone.now())
    mailing.refresh_from_db()
    assert (mailing.state, mailing.fault) == (MailingState.SENT, "")
    assert [letter.to[0] for letter in mail.outbox] == [first.email, second.email]


def test_temporary_refusal_is_retried_permanent_one_is_not(server):
    full, gone, unwanted = (SubscriberFactory() for _ in range(3))
    server[full.email] = refused(full.email, 452, b"4.2.2 mailbox full")
    server[gone.email] = refused(gone.email, 550, b"5.1.1 no such user")
    server[unwanted.email] = SMTPDataError(554, b"5.7.1 rejected as spam")
    reached = SubscriberFactory()
    mailing = mailed(CampaignFactory())
    states = {row.subscriber_id: row.state for row in mailing.recipients.all()}
    assert states == {
        full.pk: RecipientState.PENDING,
        gone.pk: RecipientState.REFUSED,
        unwanted.pk: RecipientState.REFUSED,
        reached.pk: RecipientState.SENT,
    }
    for reader, state in (
        (gone, SubscriberState.BOUNCED),
        (unwanted, SubscriberState.CONFIRMED),
        (full, SubscriberState.CONFIRMED),
    ):
        reader.refresh_from_db()
        assert reader.state == state
    server.clear()
    with time_machine.travel(mailing.due_at + timedelta(seconds=1), tick=False):
        wake_due_mailings(timezone.now())
    mailing.refresh_from_db()
    assert mailing.state == MailingState.SENT
    assert [letter.to[0] for letter in mail.outbox] == [reached.email, full.email]


def as_the_clock_goes(mailing):
    """Resume the mailing whenever it is due, until it has ended."""
    while mailing.state == MailingState.SENDING:
        with time_machine.travel(mailing.due_at + timedelta(seconds=1), tick=False):
            wake_due_mailings(timezone.now())
        mailing.refresh_from_db()


@pytest.mark.parametrize("answer", [b"5.7.1 your address is blocked", b"5.1.0 rejected"])
def test_server_refusing_all_emails_stops_the_mailing(server, answer):
    for one in SubscriberFactory.create_batch(25):
        server[one.email] = SMTPDataError(550, answer)
    mailing = mailed(CampaignFactory())
    assert "in a row" in mailing.fault
    assert mailing.recipients.filter(state=RecipientState.PENDING).count() == 25
    server.clear()
    as_the_clock_goes(mailing)
    assert (mailing.state, len(mail.outbox)) == (MailingState.SENT, 25)
    assert Subscriber.objects.confirmed().count() == 25


def test_few_refusals_are_ignored_if_nothing_is_accepted(server):
    for one in SubscriberFactory.create_batch(3):
        server[one.email] = refused(one.email, 550, b"5.1.0 rejected")
    mailing = mailed(CampaignFactory())
    server.clear()
    as_the_clock_goes(mailing)
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("answer", [b"5.7.1 your address is blocked", b"5.1.0 rejected"])
def test_server_that_begins_to_refuse_all_loses_no_subscriber(server, answer):
    readers = SubscriberFactory.create_batch(25)
    for one in readers[6:]:
        server[one.email] = SMTPDataError(550, answer)
    mailing = mailed(CampaignFactory())
    assert len(mail.outbox) == 6
    assert mailing.recipients.filter(state=RecipientState.PENDING).count() == 19
    server.clear()
    as_the_clock_goes(mailing)
    assert (mailing.state, len(mail.outbox)) == (MailingState.SENT, 25)
    assert Subscriber.objects.confirmed().count() == 25


def test_refusal_after_the_last_accepted_email_is_ignored(server):
    SubscriberFactory()
    last = SubscriberFactory()
    server[last.email] = refused(last.email, 550, b"5.1.1 no such user")
    mailing = mailed(CampaignFactory())
    as_the_clock_goes(mailing)
    assert (mailing.state, len(mail.outbox)) == (MailingState.SENT, 1)
    assert Recipient.objects.get(subscriber=last).state == RecipientState.REFUSED
    assert Subscriber.objects.confirmed().count() == 2


def test_many_unknown_addresses_count_once_others_are_accepted(server):
    for one in SubscriberFactory.create_batch(25):
        server[one.email] = refused(one.email, 550, b"5.1.1 no such user")
    there = SubscriberFactory()
    mailing = mailed(CampaignFactory())
    as_the_clock_goes(mailing)
    assert mailing.state == MailingState.SENT
    assert [letter.to[0] for letter in mail.outbox] == [there.email]
    assert list(Subscriber.objects.confirmed()) == [there]


def test_mailing_with_only_unknown_addresses_ends(server):
    gone = SubscriberFactory()
    server[gone.email] = refused(gone.email, 550, b"5.1.1 no such user")
    mailing = mailed(CampaignFactory())
    as_the_clock_goes(mailing)
    assert mailing.recipients.get().state == RecipientState.REFUSED
    assert mailing.state == MailingState.SENT


def mailed_to_the_end():
    as_the_clock_goes(mailed(CampaignFactory()))


def state_of(reader):
    return Subscriber.objects.get(pk=reader.pk).state


@pytest.mark.parametrize("answer", [b"No thank you", b"5.7.1 not accepted", b"5.2.2 mailbox full"])
def test_repeated_refusals_of_a_mailbox_end_its_mailings(server, answer):
    reader, _others = SubscriberFactory(), SubscriberFactory()
    for _letter in range(IN_A_ROW - 1):
        server[reader.email] = refused(reader.email, 550, answer)
        mailed_to_the_end()
        assert state_of(reader) == SubscriberState.CONFIRMED
    server.clear()
    mailed_to_the_end()  # an accepted e-mail ends the series
    server[reader.email] = refused(reader.email, 550, answer)
    for _letter in range(IN_A_ROW):
        assert state_of(reader) == SubscriberState.CONFIRMED
        mailed_to_the_end()
    assert state_of(reader) == SubscriberState.BOUNCED
    assert answer.decode() in reader.consents.last().page


def test_server_refusing_all_for_weeks_ends_no_mailings(server):
    readers = SubscriberFactory.create_batch(2)
    for one in readers:
        server[one.email] = refused(one.email, 550, b"5.7.1 relaying denied")
    for _letter in range(IN_A_ROW + 1):
        mailed_to_the_end()
    assert {state_of(one) for one in readers} == {SubscriberState.CONFIRMED}


def test_refusals_before_a_new_consent_are_ignored(server):
    reader, _others = SubscriberFactory(), SubscriberFactory()
    server[reader.email] = refused(reader.email, 550, b"no")
    for _letter in range(IN_A_ROW):
        mailed_to_the_end()
    subscribers.confirm_subscription(subscriber=reader)
    mailed_to_the_end()
    assert state_of(reader) == SubscriberState.CONFIRMED


def test_paused_mailing_sends_nothing_until_resumed(server):
    SubscriberFactory.create_batch(3)
    mailing = actions.schedule_mailing(
        actor=None, campaign=CampaignFactory(), at=timezone.now() + timedelta(minutes=1)
    )
    actions.pause_mailing(actor=None, mailing=mailing)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        wake_due_mailings(timezone.now())
        assert mail.outbox == []
        actions.resume_mailing(actor=None, mailing=mailing)
        wake_due_mailings(timezone.now())
    assert len(mail.outbox) == 3
    mailing.refresh_from_db()
    with pytest.raises(actions.MailingActionRefused):
        actions.pause_mailing(actor=None, mailing=mailing)


def test_late_worker_cannot_extend_a_claim_of_another():
    SubscriberFactory()
    mailing = actions.schedule_mailing(
        actor=None, campaign=CampaignFactory(), at=timezone.now() + timedelta(minutes=1)
    )
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False) as clock:
        late = actions.claim_mailing(mailing.pk, timezone.now())
        assert actions.claim_mailing(mailing.pk, timezone.now()) is None
        clock.shift(timedelta(minutes=5))
        assert actions.claim_mailing(mailing.pk, timezone.now()) is not None
        assert not actions.extend_claim(late, timezone.now())


def test_mailing_respects_its_rate(settings):
    settings.NEWSLETTER_PER_MINUTE = 8
    SubscriberFactory.create_batch(5)
    mailing = mailed(CampaignFactory())
    assert len(mail.outbox) == 2  # fifteen seconds' worth
    with time_machine.travel(timezone.now() + timedelta(seconds=16), tick=False):
        wake_due_mailings(timezone.now())
        assert len(mail.outbox) == 4
        wake_due_mailings(timezone.now())
        assert len(mail.outbox) == 4
    mailing.refresh_from_db()
    assert mailing.state == MailingState.SENDING


def test_simultaneous_mailings_share_the_rate(settings):
    settings.NEWSLETTER_PER_MINUTE = 8
    SubscriberFactory.create_batch(3)
    first, second = mailed(CampaignFactory()), mailed(CampaignFactory())
    assert len(mail.outbox) == 2
    for seconds in range(1, 61):
        with time_machine.travel(first.started_at + timedelta(seconds=seconds), tick=False):
            wake_due_mailings(timezone.now())
        assert len(mail.outbox) <= 2 + 8 * seconds / 60
    assert len(mail.outbox) == 6
    assert second.recipients.filter(state=RecipientState.SENT).count() == 3


def test_rate_is_arithmetic():
    now = timezone.now()
    assert send_allowance(0, None, now) is None
    assert send_allowance(60, None, now) == 15
    assert send_allowance(60, now - timedelta(seconds=20), now) == 20
    assert send_allowance(60, now - timedelta(hours=1), now) == 60


def test_preparing_recipients_twice_creates_no_duplicates():
    SubscriberFactory.create_batch(3)
    mailing = actions.schedule_mailing(
        actor=None, campaign=CampaignFactory(), at=timezone.now() + timedelta(minutes=1)
    )
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        claimed = actions.claim_mailing(mailing.pk, timezone.now())
        sending.prepare_recipients(claimed)
        Recipient.objects.order_by("-pk").first().delete()
        sending.prepare_recipients(claimed)
    assert Recipient.objects.count() == Recipient.objects.values("subscriber").distinct().count() == 3


def test_mailing_takes_about_one_query_per_recipient(django_assert_max_num_queries):
    SubscriberFactory.create_batch(40)
    mailing = actions.schedule_mailing(
        actor=None, campaign=CampaignFactory(), at=timezone.now() + timedelta(minutes=1)
    )
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False),
        django_assert_max_num_queries(40 + 45),
    ):
        sending.run_mailing(mailing.pk)
    assert len(mail.outbox) == 40


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite never waits for the disk here")
def test_recording_a_sent_email_does_not_wait_for_the_disk():
    """Only in its own transaction: behind a pooler, the settings of a session reach others."""

    def setting() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('synchronous_commit')")
            return cursor.fetchone()[0]

    SubscriberFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
    mailing = mailed(CampaignFactory())
    assert mailing.recipients.get().state == RecipientState.SENT
    assert setting() == "off"  # the transaction of the test has not ended


def test_address_that_would_inject_a_header_is_refused():
    reader = SubscriberFactory()
    Subscriber.objects.filter(pk=reader.pk).update(email='"a\r\nBcc: x@y.example"@courriel.example')
    mailed(CampaignFactory())
    assert mail.outbox == []
    assert Recipient.objects.get().state == RecipientState.REFUSED


class Picky(EmailBackend):
    """A backend that rejects all messages with an error that does not concern the address."""

    def send_messages(self, messages):
        raise ValueError("Unsupported: an envelope sender")


@pytest.mark.parametrize(
    "wrong",
    [
        {"DEFAULT_FROM_EMAIL": "Commune\nBcc: tous <a@courriel.example>"},
        {"MAILERS": {"default": {"BACKEND": f"{__name__}.Picky"}}},
    ],
)
def test_own_configuration_error_costs_no_subscriber(settings, wrong):
    reader = SubscriberFactory()
    for name, value in wrong.items():
        setattr(settings, name, value)
    mailing = mailed(CampaignFactory())
    reader.refresh_from_db()
    assert reader.state == SubscriberState.CONFIRMED
    assert mailing.state == MailingState.SENDING
    assert mailing.fault


@pytest.mark.parametrize("name", ["La lettre\x0bdu jeudi", "La lettre\r\nBcc: tous@courriel.example"])
def test_name_that_would_break_a_header_is_refused(name):
    for named in (NewsletterSettings(name=name), Digest(title=name)):
        with pytest.raises(ValidationError) as refused:
            named.full_clean()
        assert {"name", "title"} & refused.value.message_dict.keys()
    NewsletterSettings(name="La lettre du jeudi").full_clean()

"""The built-in sender: who gets what, once, at which pace, and what happens when it is stopped."""

import email
from datetime import timedelta
from email import policy
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend
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
    """A mail server that says what ``answers`` holds for an address, and takes everything else."""
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


def test_each_confirmed_subscriber_of_the_topics_gets_one_letter_with_their_own_links():
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
        # What a service gets, and what a mail server does.
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


def test_a_letter_bears_what_mail_programs_unsubscribe_by_and_only_a_post_does():
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


def test_readers_get_their_language_where_the_letter_has_it():
    german, italian = SubscriberFactory(language="de"), SubscriberFactory(language="it")
    campaign = CampaignFactory(title="Le port")
    translated_campaign(campaign, "de", title="Der Hafen")
    mailed(campaign)
    subjects = {letter.to[0]: letter.subject for letter in mail.outbox}
    assert subjects == {german.email: "Der Hafen", italian.email: "Le port"}
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert "/de/infolettre/desabonner/" in letters[german.email].body


def test_who_leaves_before_the_letter_reaches_them_gets_none():
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


def test_a_campaign_is_mailed_once_and_only_when_approved():
    SubscriberFactory()
    with pytest.raises(actions.MailingActionRefused):
        actions.schedule_mailing(actor=None, campaign=CampaignFactory(draft=True))
    campaign = CampaignFactory()
    mailing = mailed(campaign)
    with pytest.raises(actions.MailingActionRefused):
        actions.schedule_mailing(actor=None, campaign=campaign)
    sending.run_mailing(mailing.pk)
    assert len(mail.outbox) == 1


def test_whose_approval_is_taken_back_before_its_hour_waits_and_can_be_cancelled_or_approved_again():
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


def test_nothing_leaves_before_its_hour_and_the_sweep_begins_it():
    SubscriberFactory()
    at = timezone.now() + timedelta(hours=3)
    mailing = actions.schedule_mailing(actor=None, campaign=CampaignFactory(), at=at)
    sending.run_mailing(mailing.pk)
    wake_due_mailings(timezone.now())
    assert mail.outbox == []
    with time_machine.travel(at + timedelta(seconds=5), tick=False):
        wake_due_mailings(timezone.now())
    assert len(mail.outbox) == 1


def test_a_server_that_goes_away_lets_the_mailing_wait_and_nobody_gets_two(server):
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


def test_what_is_refused_for_now_is_tried_again_what_is_refused_for_good_is_not(server):
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
    """Goes on whenever the mailing is due, until it has ended."""
    while mailing.state == MailingState.SENDING:
        with time_machine.travel(mailing.due_at + timedelta(seconds=1), tick=False):
            wake_due_mailings(timezone.now())
        mailing.refresh_from_db()


@pytest.mark.parametrize("answer", [b"5.7.1 your address is blocked", b"5.1.0 rejected"])
def test_a_server_that_refuses_everything_stops_the_mailing_instead_of_losing_the_readers(server, answer):
    for one in SubscriberFactory.create_batch(25):
        server[one.email] = SMTPDataError(550, answer)
    mailing = mailed(CampaignFactory())
    assert "in a row" in mailing.fault
    assert mailing.recipients.filter(state=RecipientState.PENDING).count() == 25
    server.clear()
    as_the_clock_goes(mailing)
    assert (mailing.state, len(mail.outbox)) == (MailingState.SENT, 25)
    assert Subscriber.objects.confirmed().count() == 25


def test_of_a_server_that_is_slow_to_refuse_everything_few_refusals_are_not_believed_either(server):
    for one in SubscriberFactory.create_batch(3):
        server[one.email] = refused(one.email, 550, b"5.1.0 rejected")
    mailing = mailed(CampaignFactory())
    server.clear()
    as_the_clock_goes(mailing)
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("answer", [b"5.7.1 your address is blocked", b"5.1.0 rejected"])
def test_a_server_that_begins_to_refuse_everything_on_the_way_loses_no_reader(server, answer):
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


def test_who_is_refused_after_the_last_letter_was_taken_is_asked_again_and_not_taken_for_gone(server):
    SubscriberFactory()
    last = SubscriberFactory()
    server[last.email] = refused(last.email, 550, b"5.1.1 no such user")
    mailing = mailed(CampaignFactory())
    as_the_clock_goes(mailing)
    assert (mailing.state, len(mail.outbox)) == (MailingState.SENT, 1)
    assert Recipient.objects.get(subscriber=last).state == RecipientState.REFUSED
    assert Subscriber.objects.confirmed().count() == 2


def test_many_addresses_in_a_row_where_nobody_is_are_believed_once_the_server_took_others(server):
    for one in SubscriberFactory.create_batch(25):
        server[one.email] = refused(one.email, 550, b"5.1.1 no such user")
    there = SubscriberFactory()
    mailing = mailed(CampaignFactory())
    as_the_clock_goes(mailing)
    assert mailing.state == MailingState.SENT
    assert [letter.to[0] for letter in mail.outbox] == [there.email]
    assert list(Subscriber.objects.confirmed()) == [there]


def test_a_letter_whose_few_readers_are_all_gone_comes_to_its_end(server):
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
def test_whose_mailbox_refuses_several_letters_in_a_row_is_written_to_no_more(server, answer):
    reader, _others = SubscriberFactory(), SubscriberFactory()
    for _letter in range(IN_A_ROW - 1):
        server[reader.email] = refused(reader.email, 550, answer)
        mailed_to_the_end()
        assert state_of(reader) == SubscriberState.CONFIRMED
    server.clear()
    mailed_to_the_end()  # what arrives ends the row
    server[reader.email] = refused(reader.email, 550, answer)
    for _letter in range(IN_A_ROW):
        assert state_of(reader) == SubscriberState.CONFIRMED
        mailed_to_the_end()
    assert state_of(reader) == SubscriberState.BOUNCED
    assert answer.decode() in reader.consents.last().page


def test_a_server_that_takes_nothing_for_weeks_ends_nobody_s_letters(server):
    readers = SubscriberFactory.create_batch(2)
    for one in readers:
        server[one.email] = refused(one.email, 550, b"5.7.1 relaying denied")
    for _letter in range(IN_A_ROW + 1):
        mailed_to_the_end()
    assert {state_of(one) for one in readers} == {SubscriberState.CONFIRMED}


def test_who_agreed_anew_is_not_ended_by_what_came_back_before(server):
    reader, _others = SubscriberFactory(), SubscriberFactory()
    server[reader.email] = refused(reader.email, 550, b"no")
    for _letter in range(IN_A_ROW):
        mailed_to_the_end()
    subscribers.confirm_subscription(subscriber=reader)
    mailed_to_the_end()
    assert state_of(reader) == SubscriberState.CONFIRMED


def test_paused_nothing_leaves_and_resumed_it_goes_on(server):
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


def test_a_worker_that_comes_back_late_does_not_send_what_another_has_taken():
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


def test_the_pace_is_kept(settings):
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


def test_letters_that_are_due_at_once_share_the_pace_of_the_mail_server(settings):
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


def test_pace_is_arithmetic():
    now = timezone.now()
    assert send_allowance(0, None, now) is None
    assert send_allowance(60, None, now) == 15
    assert send_allowance(60, now - timedelta(seconds=20), now) == 20
    assert send_allowance(60, now - timedelta(hours=1), now) == 60


def test_preparing_again_after_a_crash_writes_nobody_twice():
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


def test_a_hundred_letters_cost_no_more_questions_than_one_each(django_assert_max_num_queries):
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


def test_an_address_that_would_add_a_header_is_refused():
    reader = SubscriberFactory()
    Subscriber.objects.filter(pk=reader.pk).update(email='"a\r\nBcc: x@y.example"@courriel.example')
    mailed(CampaignFactory())
    assert mail.outbox == []
    assert Recipient.objects.get().state == RecipientState.REFUSED


class Picky(EmailBackend):
    """A service that takes no letter as we make them, and says so as of a value that is wrong."""

    def send_messages(self, messages):
        raise ValueError("Unsupported: an envelope sender")


@pytest.mark.parametrize(
    "wrong",
    [
        {"DEFAULT_FROM_EMAIL": "Commune\nBcc: tous <a@courriel.example>"},
        {"MAILERS": {"default": {"BACKEND": f"{__name__}.Picky"}}},
    ],
)
def test_what_is_wrong_with_us_costs_no_reader(settings, wrong):
    reader = SubscriberFactory()
    for name, value in wrong.items():
        setattr(settings, name, value)
    mailing = mailed(CampaignFactory())
    reader.refresh_from_db()
    assert reader.state == SubscriberState.CONFIRMED
    assert mailing.state == MailingState.SENDING
    assert mailing.fault


@pytest.mark.parametrize("name", ["La lettre\x0bdu jeudi", "La lettre\r\nBcc: tous@courriel.example"])
def test_a_name_that_would_break_the_head_of_every_letter_is_refused(name):
    for named in (NewsletterSettings(name=name), Digest(title=name)):
        with pytest.raises(ValidationError) as refused:
            named.full_clean()
        assert {"name", "title"} & refused.value.message_dict.keys()
    NewsletterSettings(name="La lettre du jeudi").full_clean()

"""Bounces of newsletters: read from a mailbox or sent by a service, accepted only with the proof of a mailing."""

import mailbox
import socketserver
import threading
from base64 import b64encode
from datetime import timedelta
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import OperationalError
from django.utils import timezone

from eservices.deliveries.actions import queue_email
from eservices.deliveries.models import Delivery
from newsletter.actions import subscribers
from newsletter.bounces import handling
from newsletter.bounces.bounce_mailbox import unread_messages
from newsletter.bounces.delivery_status import BounceVerdict, parse_bounce_message, verdict_for_status
from newsletter.checks import check_newsletter_backend
from newsletter.models import ConsentEvent, Recipient, Subscriber
from newsletter.models.mailings import IN_A_ROW
from newsletter.states import RecipientState, SubscriberState
from tests.factories.accounts import SuperuserFactory
from tests.factories.newsletter import CampaignFactory, SubscriberFactory, mailed

pytestmark = pytest.mark.django_db

DSN = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver it.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; someone@courriel.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user
--b
Content-Type: {returned}

Message-ID: {message_id}
Subject: La lettre

--b--
"""
ABUSE = """From: feedback@provider.example
To: greffe@orvenay.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

An abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
--b
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: La lettre

Bonjour.
--b--
"""


@pytest.fixture(autouse=True)
def site(home, settings):
    settings.NEWSLETTER_BOUNCE_ADDRESS = "retours@orvenay.example"
    return home


@pytest.fixture
def reader():
    return SubscriberFactory()


@pytest.fixture
def sent(reader):
    """Return the e-mail that a subscriber got."""
    mailed(CampaignFactory())
    return mail.outbox[-1]


def dsn(
    sent, *, to="greffe@orvenay.example", action="failed", status="5.1.1", message_id=None, headers=False
):
    returned = "text/rfc822-headers" if headers else "message/rfc822"
    message_id = message_id or sent.extra_headers["Message-ID"]
    return DSN.format(to=to, action=action, status=status, message_id=message_id, returned=returned).encode()


def state(reader):
    return Subscriber.objects.get(pk=reader.pk).state


@pytest.mark.parametrize("headers", [True, False])
def test_permanent_bounce_ends_mailings_to_the_address(reader, sent, headers):
    handling.handle_report(parse_bounce_message(dsn(sent, headers=headers)))
    assert Recipient.objects.get().state == RecipientState.BOUNCED
    assert state(reader) == SubscriberState.BOUNCED
    handling.handle_report(parse_bounce_message(dsn(sent)))
    assert reader.consents.filter(kind="bounced").count() == 1
    mailed(CampaignFactory())
    assert len(mail.outbox) == 1


def test_message_id_of_a_relay_does_not_hide_the_mark(reader, sent):
    raw = dsn(sent, headers=True).replace(
        b"Message-ID:", b"X-Id: <0123456789abcdef0123456789abcdef@mx>\nMessage-ID:"
    )
    handling.handle_report(parse_bounce_message(raw))
    assert state(reader) == SubscriberState.BOUNCED


def test_bounce_address_identifies_the_recipient(reader, sent):
    assert sent.from_email.startswith("retours+")
    handling.handle_report(
        parse_bounce_message(dsn(sent, to=sent.from_email, message_id="<lost@mx.example>"))
    )
    assert state(reader) == SubscriberState.BOUNCED


def test_full_mailbox_ends_mailings_only_after_several_in_a_row(reader):
    for number in range(IN_A_ROW):
        assert state(reader) == SubscriberState.CONFIRMED, number
        mailed(CampaignFactory())
        handling.handle_report(parse_bounce_message(dsn(mail.outbox[-1], status="4.2.2")))
    assert state(reader) == SubscriberState.BOUNCED


def test_dmarc_rejection_of_the_sender_ends_no_mailings(reader):
    for _letter in range(IN_A_ROW + 1):
        mailed(CampaignFactory())
        handling.handle_report(parse_bounce_message(dsn(mail.outbox[-1], status="5.7.26")))
    assert state(reader) == SubscriberState.CONFIRMED
    assert set(Recipient.objects.values_list("state", flat=True)) == {RecipientState.BOUNCED}


def test_spam_complaint_unsubscribes(reader, sent):
    handling.handle_report(
        parse_bounce_message(ABUSE.format(message_id=sent.extra_headers["Message-ID"]).encode())
    )
    assert state(reader) == SubscriberState.UNSUBSCRIBED
    assert Recipient.objects.get().state == RecipientState.COMPLAINED
    assert reader.consents.last().kind == "complained"


def test_bounced_subscriber_may_subscribe_again(client, reader, sent):
    handling.handle_report(parse_bounce_message(dsn(sent)))
    client.post("/infolettre/", {"email": reader.email}, headers={"Origin": "http://testserver"})
    assert state(reader) == SubscriberState.PENDING


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_delayed_or_delivered_message_is_no_bounce(sent, action):
    assert parse_bounce_message(dsn(sent, action=action)) is None


def test_forged_bounce_report_changes_nothing(reader, sent):
    pk = Recipient.objects.get().pk
    for mark in (f"{pk}-{'0' * 16}", f"{pk + 1}-{'a' * 16}"):
        handling.handle_report(parse_bounce_message(dsn(sent, message_id=f"<letter-{mark}@testserver>")))
    assert state(reader) == SubscriberState.CONFIRMED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: Absent jusqu'au 3\r\n\r\nBonjour",
        b"Content-Type: multipart/report\r\n\r\n--",
    ],
)
def test_message_without_a_report_is_ignored(raw):
    assert parse_bounce_message(raw) is None


def test_bounce_reason_has_no_control_characters(sent):
    told = dsn(sent).replace(b"no such user", b"no \x00such\x07 user")
    assert parse_bounce_message(told).reason == "5.1.1 smtp; 550 5.1.1 no such user"


@pytest.mark.parametrize(
    "to",
    [
        b'greffe: multipart/report; report-type=a; boundary="b"',
        b'"a\x00b" <x@',
        b"<@>",
        b"=?utf-8?B?////?= <x",
        b"\xff\xfe <>",
    ],
)
def test_bounce_report_with_a_broken_address_is_read(reader, sent, to):
    handling.handle_report(parse_bounce_message(dsn(sent).replace(b"greffe@orvenay.example", to)))
    assert state(reader) == SubscriberState.BOUNCED


def test_bounce_before_a_new_consent_is_ignored(client, reader, sent):
    handling.handle_report(parse_bounce_message(dsn(sent)))
    subscribers.confirm_subscription(subscriber=Subscriber.objects.get())
    handling.handle_report(parse_bounce_message(dsn(sent)))  # reported late or again
    early = timezone.now() - timedelta(days=3)
    assert postmark(client, bounce(reader.email) | {"BouncedAt": early.isoformat()}).status_code == 200
    assert state(reader) == SubscriberState.CONFIRMED


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("5.1.1", BounceVerdict.GONE),
        ("5.1.10", BounceVerdict.GONE),
        ("5.2.1", BounceVerdict.GONE),
        ("5.2.2", BounceVerdict.FAILED),
        ("5.7.1", BounceVerdict.FAILED),
        ("4.4.1", BounceVerdict.FAILED),
    ],
)
def test_only_a_missing_mailbox_counts_as_gone(code, what):
    assert verdict_for_status(code) is what


# -- The mailbox ---------------------------------------------------------------------------------------------
def test_maildir_is_read_once_and_a_bad_message_blocks_no_other(tmp_path, settings, reader, sent):
    box = mailbox.Maildir(tmp_path / "box")
    box.add(b"Content-Type: multipart/report; boundary=\r\n\r\n\xff")
    box.add(dsn(sent))
    settings.BOUNCE_MAILBOX_URL = f"maildir://{tmp_path}/box"
    assert handling.read_mailbox() == 1
    assert state(reader) == SubscriberState.BOUNCED
    assert handling.read_mailbox() == 0
    assert len(mailbox.Maildir(tmp_path / "box")) == 2


def test_mailbox_check_marks_no_message_as_read(tmp_path, settings, reader, sent):
    def check_ids() -> list[str]:
        return [warning.id for warning in check_newsletter_backend(None)]

    mailbox.Maildir(tmp_path / "box").add(dsn(sent))
    settings.BOUNCE_MAILBOX_URL = f"maildir://{tmp_path}/box"
    assert check_ids() == []
    assert handling.read_mailbox() == 1
    settings.NEWSLETTER_BOUNCE_ADDRESS = ""
    assert check_ids() == ["newsletter.W002"]
    settings.NEWSLETTER_BOUNCE_ADDRESS = "retours@orvenay.example"
    for away in (f"maildir://{tmp_path}/none", "imap://retours:secret@127.0.0.1:9/INBOX"):
        settings.BOUNCE_MAILBOX_URL = away
        assert check_ids() == ["newsletter.W003"]


def test_bounce_that_cannot_be_stored_blocks_no_other(tmp_path, settings, reader, sent, monkeypatch):
    """PostgreSQL refuses some characters, for example: such a message must not be read again forever.

    Otherwise no later message would be read.
    """
    box = mailbox.Maildir(tmp_path / "box")
    box.add(dsn(sent, status="4.2.2"))
    box.add(dsn(sent))
    settings.BOUNCE_MAILBOX_URL = f"maildir://{tmp_path}/box"
    kept, faults = handling.record_bounce, [ValueError("NUL"), None, None]

    def keep(*args):
        if fault := faults.pop(0):
            raise fault
        kept(*args)

    monkeypatch.setattr(handling, "record_bounce", keep)
    assert handling.read_mailbox() == 1
    assert handling.read_mailbox() == 0


def test_bounces_are_not_lost_while_the_database_is_unavailable(
    tmp_path, settings, reader, sent, monkeypatch
):
    box = mailbox.Maildir(tmp_path / "box")
    box.add(dsn(sent))
    settings.BOUNCE_MAILBOX_URL = f"maildir://{tmp_path}/box"
    with monkeypatch.context() as away:
        away.setattr(handling, "record_bounce", Mock(side_effect=OperationalError))
        with pytest.raises(OperationalError):
            handling.read_mailbox()
    assert handling.read_mailbox() == 1
    assert state(reader) == SubscriberState.BOUNCED


class Imap(socketserver.StreamRequestHandler):
    """The used part of an IMAP server (RFC 9051)."""

    def handle(self):
        self.say(b"* OK ready")
        for line in self.rfile:
            tag, command, *words = line.decode().split()
            if command == "SEARCH":
                self.say(b"* SEARCH " + b" ".join(b"%d" % one for one in self.server.unread))
            elif command == "FETCH":
                raw = self.server.messages[int(words[0])]
                self.say(b"* %s FETCH (BODY[]<0> {%d}\r\n%s)" % (words[0].encode(), len(raw), raw))
            elif command == "STORE":
                self.server.unread.discard(int(words[0]))
            elif command == "SELECT":
                self.say(b"* 2 EXISTS")
            elif command == "CAPABILITY":
                self.say(b"* CAPABILITY IMAP4rev1")
            self.say(f"{tag} OK {command} completed".encode())
            if command == "LOGOUT":
                return

    def say(self, line: bytes):
        self.wfile.write(line + b"\r\n")


def test_imap_messages_are_read_and_marked():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap) as server:
        server.daemon_threads = True
        server.messages, server.unread = {1: b"Subject: one\r\n\r\n", 2: b"Subject: two\r\n\r\n"}, {1, 2}
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"imap://retours:secret@127.0.0.1:{server.server_address[1]}/INBOX"
        assert list(unread_messages(url)) == list(server.messages.values())
        assert server.unread == set()
        assert list(unread_messages(url)) == []
        server.shutdown()


# -- E-mails about cases -------------------------------------------------------------------------------------
@pytest.fixture
def about_a_case(django_capture_on_commit_callbacks):
    """Send an e-mail about a case."""
    with django_capture_on_commit_callbacks(execute=True):
        delivery = queue_email(
            to="someone@courriel.example",
            template="newsletter/emails/opt_in",
            context={},
            language="fr",
            subject=f"case:{uuid4()}",
        )
    assert Delivery.objects.get().state == Delivery.State.DONE
    return delivery


def came_back(delivery):
    return Delivery.objects.get(pk=delivery.pk).state == Delivery.State.STUCK


@pytest.mark.parametrize("by_its_envelope", [True, False])
def test_bounced_email_about_a_case_is_stuck_and_alerts_staff(about_a_case, by_its_envelope):
    keeper, letter = SuperuserFactory(), mail.outbox[-1]
    assert letter.from_email == f"retours+{about_a_case.pk.hex}@orvenay.example"
    assert letter.message()["From"] == settings.DEFAULT_FROM_EMAIL
    if by_its_envelope:
        raw = dsn(letter, to=letter.from_email, message_id="<elsewhere@mx.example>")
    else:
        raw = dsn(letter, headers=True)
    handling.handle_report(parse_bounce_message(raw))
    handling.handle_report(parse_bounce_message(raw))
    assert came_back(about_a_case)
    assert "550 5.1.1 no such user" in Delivery.objects.get(pk=about_a_case.pk).reason
    assert Delivery.objects.filter(subject="alert:email", recipient=keeper.email).count() == 1


def test_delayed_complained_or_forged_email_is_not_stuck(about_a_case, client):
    letter = mail.outbox[-1]
    assert parse_bounce_message(dsn(letter, action="delayed")) is None
    handling.handle_report(
        parse_bounce_message(ABUSE.format(message_id=letter.extra_headers["Message-ID"]).encode())
    )
    handling.handle_report(parse_bounce_message(dsn(letter, message_id=f"<{uuid4().hex}@testserver>")))
    postmark(client, bounce("other@courriel.example"))
    assert not came_back(about_a_case)


def test_webhook_bounce_belongs_to_the_latest_message(about_a_case, client):
    reader = SubscriberFactory(email=about_a_case.recipient)
    mailed(CampaignFactory())
    postmark(client, bounce(reader.email, "SoftBounce", 4096))
    assert not came_back(about_a_case)
    Recipient.objects.update(at=timezone.now() - timedelta(hours=1))
    postmark(client, bounce("Someone@courriel.example") | {"ID": 2})
    assert came_back(about_a_case)
    assert state(reader) == SubscriberState.BOUNCED


# -- Services ------------------------------------------------------------------------------------------------
def postmark(client, data, user="service:of-the-tests"):
    credentials = b64encode(user.encode()).decode()
    return client.post(
        "/courrier/postmark/tracking/",
        data,
        content_type="application/json",
        headers={"Authorization": f"Basic {credentials}"},
    )


def bounce(email, kind="HardBounce", code=1):
    return {
        "RecordType": "Bounce",
        "Type": kind,
        "TypeCode": code,
        "Email": email,
        "BouncedAt": timezone.now().isoformat(),
        "MessageID": "x",
        "ID": 1,
        "Details": "smtp;550 5.1.1 no such user" if kind == "HardBounce" else "",
    }


def test_webhook_of_a_service_reports_bounces_and_complaints(client, reader, sent):
    other = SubscriberFactory()
    assert postmark(client, bounce(reader.email)).status_code == 200
    assert state(reader) == SubscriberState.BOUNCED
    complaint = {
        "RecordType": "SpamComplaint",
        "Type": "SpamComplaint",
        "TypeCode": 512,
        "Email": other.email,
    }
    postmark(client, complaint | {"BouncedAt": timezone.now().isoformat(), "MessageID": "y", "ID": 2})
    assert state(other) == SubscriberState.UNSUBSCRIBED


def test_unsubscribing_at_a_service_is_no_complaint(client, reader, sent):
    change = {"RecordType": "SubscriptionChange", "SuppressSending": True, "Recipient": reader.email}
    postmark(client, change | {"ChangedAt": timezone.now().isoformat(), "MessageID": "z"})
    assert state(reader) == SubscriberState.UNSUBSCRIBED
    assert reader.consents.last().kind == ConsentEvent.Kind.UNSUBSCRIBED
    assert Recipient.objects.get().state == RecipientState.SENT


def test_address_refused_by_a_service_gets_no_more_mailings(client, reader, sent):
    assert postmark(client, bounce(reader.email, "BadEmailAddress", 100000)).status_code == 200
    assert state(reader) == SubscriberState.BOUNCED
    other = SubscriberFactory()
    for number in range(4):  # our own error, not one of the address
        mailed(CampaignFactory())
        postmark(client, bounce(other.email, "DMARCPolicy", 100009) | {"ID": number})
    assert state(other) == SubscriberState.CONFIRMED


def test_forged_webhook_changes_nothing(client, reader, sent):
    assert postmark(client, bounce(reader.email), user="service:guessed").status_code == 400
    assert (
        client.post("/courrier/postmark/tracking/", "{}", content_type="application/json").status_code == 400
    )
    assert state(reader) == SubscriberState.CONFIRMED


def test_bounce_of_an_unknown_address_stores_nothing(client):
    assert postmark(client, bounce("personne@ailleurs.example")).status_code == 200
    assert not Subscriber.objects.exists()

"""Letters that come back: read from a mailbox or told by a service, believed only where they prove to be ours."""

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
    """The letter that a reader got."""
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
def test_a_letter_that_comes_back_for_good_ends_the_letters_to_that_address(reader, sent, headers):
    handling.handle_report(parse_bounce_message(dsn(sent, headers=headers)))
    assert Recipient.objects.get().state == RecipientState.BOUNCED
    assert state(reader) == SubscriberState.BOUNCED
    handling.handle_report(parse_bounce_message(dsn(sent)))
    assert reader.consents.filter(kind="bounced").count() == 1
    mailed(CampaignFactory())
    assert len(mail.outbox) == 1


def test_an_id_of_a_server_on_the_way_hides_no_mark(reader, sent):
    raw = dsn(sent, headers=True).replace(
        b"Message-ID:", b"X-Id: <0123456789abcdef0123456789abcdef@mx>\nMessage-ID:"
    )
    handling.handle_report(parse_bounce_message(raw))
    assert state(reader) == SubscriberState.BOUNCED


def test_the_address_that_a_letter_comes_back_to_says_whose_it_was(reader, sent):
    assert sent.from_email.startswith("retours+")
    handling.handle_report(
        parse_bounce_message(dsn(sent, to=sent.from_email, message_id="<lost@mx.example>"))
    )
    assert state(reader) == SubscriberState.BOUNCED


def test_a_full_mailbox_ends_nothing_until_several_letters_in_a_row_came_back(reader):
    for number in range(IN_A_ROW):
        assert state(reader) == SubscriberState.CONFIRMED, number
        mailed(CampaignFactory())
        handling.handle_report(parse_bounce_message(dsn(mail.outbox[-1], status="4.2.2")))
    assert state(reader) == SubscriberState.BOUNCED


def test_that_our_own_domain_proves_nothing_ends_nobody_s_letters(reader):
    for _letter in range(IN_A_ROW + 1):
        mailed(CampaignFactory())
        handling.handle_report(parse_bounce_message(dsn(mail.outbox[-1], status="5.7.26")))
    assert state(reader) == SubscriberState.CONFIRMED
    assert set(Recipient.objects.values_list("state", flat=True)) == {RecipientState.BOUNCED}


def test_who_calls_a_letter_unwanted_is_unsubscribed(reader, sent):
    handling.handle_report(
        parse_bounce_message(ABUSE.format(message_id=sent.extra_headers["Message-ID"]).encode())
    )
    assert state(reader) == SubscriberState.UNSUBSCRIBED
    assert Recipient.objects.get().state == RecipientState.COMPLAINED
    assert reader.consents.last().kind == "complained"


def test_whose_address_came_back_may_subscribe_again(client, reader, sent):
    handling.handle_report(parse_bounce_message(dsn(sent)))
    client.post("/infolettre/", {"email": reader.email}, headers={"Origin": "http://testserver"})
    assert state(reader) == SubscriberState.PENDING


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_a_letter_that_is_late_or_arrived_is_no_failure(sent, action):
    assert parse_bounce_message(dsn(sent, action=action)) is None


def test_a_forged_report_changes_nothing(reader, sent):
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
def test_what_reports_nothing_is_nothing(raw):
    assert parse_bounce_message(raw) is None


def test_a_reason_is_text_whatever_a_mail_server_says(sent):
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
def test_a_report_with_a_broken_address_is_read_all_the_same(reader, sent, to):
    handling.handle_report(parse_bounce_message(dsn(sent).replace(b"greffe@orvenay.example", to)))
    assert state(reader) == SubscriberState.BOUNCED


def test_what_came_back_before_the_reader_agreed_anew_ends_nothing(client, reader, sent):
    handling.handle_report(parse_bounce_message(dsn(sent)))
    subscribers.confirm_subscription(subscriber=Subscriber.objects.get())
    handling.handle_report(parse_bounce_message(dsn(sent)))  # told late, or told again
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
def test_only_a_mailbox_that_is_not_there_is_gone(code, what):
    assert verdict_for_status(code) is what


# -- The mailbox ---------------------------------------------------------------------------------------------
def test_a_maildir_is_read_once_and_one_bad_message_holds_up_no_other(tmp_path, settings, reader, sent):
    box = mailbox.Maildir(tmp_path / "box")
    box.add(b"Content-Type: multipart/report; boundary=\r\n\r\n\xff")
    box.add(dsn(sent))
    settings.BOUNCE_MAILBOX_URL = f"maildir://{tmp_path}/box"
    assert handling.read_mailbox() == 1
    assert state(reader) == SubscriberState.BOUNCED
    assert handling.read_mailbox() == 0
    assert len(mailbox.Maildir(tmp_path / "box")) == 2


def test_before_going_live_the_mailbox_is_looked_at_and_nothing_in_it_taken_as_read(
    tmp_path, settings, reader, sent
):
    def said() -> list[str]:
        return [warning.id for warning in check_newsletter_backend(None)]

    mailbox.Maildir(tmp_path / "box").add(dsn(sent))
    settings.BOUNCE_MAILBOX_URL = f"maildir://{tmp_path}/box"
    assert said() == []
    assert handling.read_mailbox() == 1
    settings.NEWSLETTER_BOUNCE_ADDRESS = ""
    assert said() == ["newsletter.W002"]
    settings.NEWSLETTER_BOUNCE_ADDRESS = "retours@orvenay.example"
    for away in (f"maildir://{tmp_path}/none", "imap://retours:secret@127.0.0.1:9/INBOX"):
        settings.BOUNCE_MAILBOX_URL = away
        assert said() == ["newsletter.W003"]


def test_what_cannot_be_kept_of_one_message_holds_up_no_other(tmp_path, settings, reader, sent, monkeypatch):
    """As a reason with a sign that PostgreSQL does not take: it would be read again for ever, and nothing after it."""
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


def test_while_the_database_is_away_no_report_is_lost(tmp_path, settings, reader, sent, monkeypatch):
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
    """As much of an IMAP server (RFC 9051) as is asked of it."""

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


def test_a_mailbox_is_read_by_imap_and_what_was_read_is_marked():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap) as server:
        server.daemon_threads = True
        server.messages, server.unread = {1: b"Subject: one\r\n\r\n", 2: b"Subject: two\r\n\r\n"}, {1, 2}
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"imap://retours:secret@127.0.0.1:{server.server_address[1]}/INBOX"
        assert list(unread_messages(url)) == list(server.messages.values())
        assert server.unread == set()
        assert list(unread_messages(url)) == []
        server.shutdown()


# -- Letters about requests ----------------------------------------------------------------------------------
@pytest.fixture
def about_a_case(django_capture_on_commit_callbacks):
    """A letter about a request, as it left."""
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
def test_a_letter_about_a_request_that_comes_back_waits_for_a_person_who_hears_of_it(
    about_a_case, by_its_envelope
):
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


def test_what_is_late_or_called_unwanted_or_forged_is_no_letter_that_came_back(about_a_case, client):
    letter = mail.outbox[-1]
    assert parse_bounce_message(dsn(letter, action="delayed")) is None
    handling.handle_report(
        parse_bounce_message(ABUSE.format(message_id=letter.extra_headers["Message-ID"]).encode())
    )
    handling.handle_report(parse_bounce_message(dsn(letter, message_id=f"<{uuid4().hex}@testserver>")))
    postmark(client, bounce("other@courriel.example"))
    assert not came_back(about_a_case)


def test_a_service_tells_of_a_letter_about_a_request_too_unless_a_newsletter_went_there_later(
    about_a_case, client
):
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


def test_a_service_s_webhook_tells_of_bounces_and_complaints(client, reader, sent):
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


def test_who_unsubscribes_at_a_service_is_not_said_to_have_called_a_letter_unwanted(client, reader, sent):
    change = {"RecordType": "SubscriptionChange", "SuppressSending": True, "Recipient": reader.email}
    postmark(client, change | {"ChangedAt": timezone.now().isoformat(), "MessageID": "z"})
    assert state(reader) == SubscriberState.UNSUBSCRIBED
    assert reader.consents.last().kind == ConsentEvent.Kind.UNSUBSCRIBED
    assert Recipient.objects.get().state == RecipientState.SENT


def test_an_address_that_a_service_takes_no_letter_for_is_written_to_no_more(client, reader, sent):
    assert postmark(client, bounce(reader.email, "BadEmailAddress", 100000)).status_code == 200
    assert state(reader) == SubscriberState.BOUNCED
    other = SubscriberFactory()
    for number in range(4):  # our own fault, and not the address's
        mailed(CampaignFactory())
        postmark(client, bounce(other.email, "DMARCPolicy", 100009) | {"ID": number})
    assert state(other) == SubscriberState.CONFIRMED


def test_a_forged_webhook_changes_nothing(client, reader, sent):
    assert postmark(client, bounce(reader.email), user="service:guessed").status_code == 400
    assert (
        client.post("/courrier/postmark/tracking/", "{}", content_type="application/json").status_code == 400
    )
    assert state(reader) == SubscriberState.CONFIRMED


def test_of_an_address_that_we_do_not_know_nothing_is_kept(client):
    assert postmark(client, bounce("personne@ailleurs.example")).status_code == 200
    assert not Subscriber.objects.exists()

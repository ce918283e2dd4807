import smtplib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from eservices.deliveries import actions, attempts, circuit_breaker
from eservices.deliveries.attempts import attempt_delivery, recover_abandoned
from eservices.deliveries.jobs import erase_old_deliveries, wake_deliveries
from eservices.deliveries.models import Delivery, DeliveryEvent, MailboxEntry
from eservices.deliveries.transports import sms_gateways, transports
from tests.factories.accounts import SuperuserFactory
from tests.factories.deliveries import DeliveryFactory, SmsFactory

pytestmark = pytest.mark.django_db
State = Delivery.State


class Server:
    """A mail server with a configurable error that counts messages."""

    def __init__(self):
        self.fault, self.accepted = None, []

    def send_messages(self, messages):
        if self.fault:
            raise self.fault
        self.accepted += messages
        return len(messages)


@pytest.fixture
def server(monkeypatch):
    server = Server()
    monkeypatch.setattr("eservices.deliveries.transports.mailers", SimpleNamespace(default=server))
    return server


def queue(template, **changes):
    fields = {"to": "elodie@example.org", "context": {"name": "Élodie"}, "language": "fr"}
    return actions.queue_email(template=template, **fields | changes)


def fresh(delivery):
    return Delivery.objects.get(pk=delivery.pk)


# -- Queueing -----------------------------------------------------------------------------------------------
def test_email_is_rendered_and_sent_after_the_transaction(letters, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        delivery = queue(letters, subject="case:1")
        assert not mail.outbox
    assert fresh(delivery).state == State.DONE
    [letter] = mail.outbox
    assert letter.subject == "Hello Élodie"
    assert letter.to == ["elodie@example.org"]
    assert "Good day Élodie" in letter.body
    assert "<p>Good day Élodie</p>" in letter.alternatives[0].content


def test_email_of_a_failed_transaction_is_never_sent(letters, django_capture_on_commit_callbacks):
    def fail_after_queueing():
        with transaction.atomic():
            queue(letters)
            raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        fail_after_queueing()
    assert not mail.outbox
    assert not Delivery.objects.exists()


def test_error_while_waking_the_worker_does_not_reach_the_caller(
    letters, monkeypatch, django_capture_on_commit_callbacks
):
    def no_queue(*args):
        raise ConnectionError

    monkeypatch.setattr(type(actions.tasks.attempt_delivery), "enqueue", no_queue)
    with django_capture_on_commit_callbacks(execute=True):
        delivery = queue(letters)
    assert fresh(delivery).state == State.PENDING


def test_html_is_escaped_and_text_is_not(letters):
    payload = queue(letters, context={"name": "l’<b>été</b> d'Anna"}).payload
    assert payload["subject"] == "Hello l’<b>été</b> d'Anna"
    assert "l’<b>été</b> d'Anna" in payload["text"]
    assert "l’&lt;b&gt;été&lt;/b&gt; d&#x27;Anna" in payload["html"]


def test_name_with_a_line_break_adds_no_header(letters):
    delivery = queue(letters, context={"name": "Anna\r\nBcc: all@example.org"})
    attempt_delivery(delivery.pk)
    assert mail.outbox[0].subject == "Hello Anna Bcc: all@example.org"
    assert "Bcc" not in mail.outbox[0].message()


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "anna@example.org\nBcc: all@example.org"},
        {"reply_to": "a@example.org\r\nX: 1"},
        {"headers": {"List-Id": "a\nX: 1"}},
        {"headers": {"List-Id\nX: 1": "a"}},
    ],
)
def test_line_break_in_an_address_or_header_is_refused(letters, changes):
    with pytest.raises(ValueError, match="Line breaks"):
        queue(letters, **changes)


def test_attachment_is_read_when_the_email_is_sent(letters):
    path = storages["private"].save("report.pdf", ContentFile(b"%PDF-1.7"))
    attachment = {
        "name": "report.pdf",
        "storage": "private",
        "path": path,
        "content_type": "application/pdf",
    }
    attempt_delivery(queue(letters, attachments=[attachment]).pk)
    assert mail.outbox[0].attachments[0].content == b"%PDF-1.7"


def test_rehearsal_email_goes_to_the_demo_mailbox(letters):
    attempt_delivery(queue(letters, rehearsal=True).pk)
    assert not mail.outbox
    assert MailboxEntry.objects.get().subject == "Hello Élodie"


@pytest.mark.parametrize("carrier", ["sms", "a-carrier-of-another-app"])
def test_rehearsal_goes_to_the_demo_mailbox_for_any_transport(carrier):
    delivery = SmsFactory(carrier=carrier, rehearsal=True)
    for _ in range(2):
        Delivery.objects.update(state=State.PENDING, due_at=timezone.now())
        attempt_delivery(delivery.pk)
    assert MailboxEntry.objects.get().text == "Your room is booked"
    assert fresh(delivery).state == State.DONE


def test_rehearsal_deliveries_are_deleted_without_real_ones(letters):
    real, rehearsed = (queue(letters, rehearsal=rehearsal, subject="case:1") for rehearsal in (False, True))
    attempt_delivery(rehearsed.pk)
    actions.delete_rehearsal_deliveries(actor=None, subject="case:1")
    assert Delivery.objects.get() == real
    assert not MailboxEntry.objects.exists()


@pytest.mark.parametrize(
    ("days", "about", "state", "kept"),
    [
        (31, "proposal:1", State.DONE, False),
        (31, "", State.SKIPPED, False),
        (29, "proposal:1", State.DONE, True),
        (31, "case:1", State.DONE, True),
        (31, "proposal:1", State.STUCK, True),
    ],
)
def test_delivery_about_no_case_is_erased_after_a_month(days, about, state, kept):
    done_at = None if state == State.STUCK else timezone.now() - timedelta(days=days)
    sent = DeliveryFactory(subject=about, state=state, done_at=done_at)
    erase_old_deliveries(timezone.now())
    now = fresh(sent)
    assert (bool(now.recipient), bool(now.payload), bool(now.title)) == (kept, kept, kept)
    assert now.done_at == done_at


def test_confidential_email_leaves_no_content(letters):
    delivery = queue(letters, confidential=True)
    attempt_delivery(delivery.pk)
    assert mail.outbox
    assert fresh(delivery).payload == {}


def test_sms_is_sent_through_its_gateway():
    delivery = actions.queue_sms(to="+41 79 123 45 67", text="Your code is 123")
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.DONE
    assert MailboxEntry.objects.get(channel="sms").text == "Your code is 123"


# -- Sending ------------------------------------------------------------------------------------------------
def test_email_is_sent_once_however_often_a_worker_is_woken(server):
    delivery = DeliveryFactory()
    for _ in range(3):
        attempt_delivery(delivery.pk)
    assert len(server.accepted) == 1
    assert fresh(delivery).attempts == 1


def test_second_copy_has_the_same_message_id(server):
    delivery = DeliveryFactory()
    server.fault = smtplib.SMTPServerDisconnected("after the last byte")
    attempt_delivery(delivery.pk)
    server.fault = None
    first = transports["email"].message(delivery)
    actions.retry_now(actor=None, delivery=delivery)
    attempt_delivery(delivery.pk)
    assert server.accepted[0].extra_headers["Message-ID"] == first.extra_headers["Message-ID"]
    assert delivery.pk.hex in first.extra_headers["Message-ID"]


def test_delivery_waits_with_back_off_while_the_server_is_down(server):
    server.fault = ConnectionRefusedError("no answer")
    with time_machine.travel("2026-11-24 08:00Z", tick=False) as clock:
        delivery = DeliveryFactory()
        attempt_delivery(delivery.pk)
        waiting = fresh(delivery)
        assert (waiting.state, waiting.attempts) == (State.PENDING, 1)
        assert waiting.due_at == timezone.now() + timedelta(minutes=1)
        assert "no answer" in waiting.reason

        attempt_delivery(delivery.pk)  # too early: nothing happens
        assert fresh(delivery).attempts == 1

        server.fault = None
        clock.shift(timedelta(minutes=1))
        wake_deliveries(timezone.now())
        assert fresh(delivery).state == State.DONE
    assert len(server.accepted) == 1


def test_delivery_is_stuck_after_a_week_without_success(server):
    server.fault = ConnectionRefusedError("no answer")
    with time_machine.travel("2026-11-24 08:00Z", tick=False) as clock:
        delivery = DeliveryFactory()
        while fresh(delivery).state == State.PENDING:
            clock.move_to(fresh(delivery).due_at)
            attempt_delivery(delivery.pk)
        assert fresh(delivery).state == State.STUCK
        assert timezone.now() - delivery.created_at > timedelta(days=6)
        assert delivery.events.filter(kind=DeliveryEvent.Kind.FAILED).count() == fresh(delivery).attempts


def test_unknown_address_is_stuck_at_once(server):
    server.fault = smtplib.SMTPRecipientsRefused({"x@example.org": (550, b"no such user")})
    delivery = DeliveryFactory()
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.STUCK


def test_stuck_delivery_alerts_staff_but_a_stuck_alert_does_not(server):
    SuperuserFactory(email="greffe@example.org")
    server.fault = smtplib.SMTPRecipientsRefused({"x@example.org": (550, b"no such user")})
    delivery = DeliveryFactory(title="Votre attestation")
    attempt_delivery(delivery.pk)
    [alert] = Delivery.objects.filter(subject="alert:email")
    assert alert.recipient == "greffe@example.org"
    assert "Votre attestation" in alert.payload["text"]
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        attempt_delivery(alert.pk)
    assert fresh(alert).state == State.STUCK
    assert Delivery.objects.filter(subject="alert:email").count() == 1


def alerts(carrier="email"):
    return Delivery.objects.filter(subject=f"alert:{carrier}")


def test_waiting_delivery_alerts_staff_once_per_outage(server):
    SuperuserFactory(email="greffe@example.org")
    server.fault = ConnectionRefusedError("no answer")
    with time_machine.travel("2026-11-24 08:00Z", tick=False) as clock:
        begun, delivery = timezone.now(), DeliveryFactory(title="Votre attestation")
        while not alerts().exists():
            attempt_delivery(delivery.pk)
            clock.move_to(max(timezone.now(), fresh(delivery).due_at))
        [alert] = alerts()
        assert alert.created_at - begun < timedelta(minutes=10)
        assert "Votre attestation" in alert.payload["text"]
        assert "no answer" in alert.payload["text"]
        for _time in range(4):  # for hours, while other deliveries wait too
            other = DeliveryFactory()
            for _try in range(2):
                for one in (delivery, other):
                    circuit_breaker.allow_next_attempt("email", timezone.now())
                    Delivery.objects.filter(pk=one.pk).update(due_at=timezone.now())
                    attempt_delivery(one.pk)
                clock.shift(timedelta(minutes=20))
        assert fresh(other).attempts == 2
        assert alerts().count() == 1

        server.fault = None
        circuit_breaker.allow_next_attempt("email", timezone.now())
        actions.retry_now(actor=None, delivery=delivery)
        attempt_delivery(delivery.pk)
        assert fresh(delivery).state == State.DONE

        server.fault = ConnectionRefusedError("down again")
        third = DeliveryFactory()
        for _time in range(3):
            attempt_delivery(third.pk)
            clock.move_to(max(timezone.now(), fresh(third).due_at))
        assert alerts().count() == 2


def test_delivery_that_kills_its_workers_alerts_staff(server):
    SuperuserFactory(email="greffe@example.org")
    with time_machine.travel("2026-11-24 08:00Z", tick=False) as clock:
        delivery = DeliveryFactory(title="Votre attestation")
        while not alerts().exists():  # each worker dies before it records the result
            Delivery.objects.filter(pk=delivery.pk).update(
                state=State.CARRYING, attempts=F("attempts") + 1, due_at=timezone.now()
            )
            recover_abandoned(timezone.now())
            clock.move_to(max(timezone.now() + timedelta(seconds=1), fresh(delivery).due_at))
            assert timezone.now() < datetime(2026, 11, 24, 9, tzinfo=UTC)
        attempt_delivery(delivery.pk)
        assert fresh(delivery).state == State.DONE

        clock.shift(timedelta(days=60))
        server.fault = ConnectionRefusedError("no answer")
        later = DeliveryFactory()
        for _time in range(3):
            attempt_delivery(later.pk)
            clock.move_to(max(timezone.now(), fresh(later).due_at))
        assert alerts().count() == 2


def test_short_delay_or_rehearsal_alerts_nobody(server, monkeypatch):
    SuperuserFactory(email="greffe@example.org")
    server.fault = ConnectionRefusedError("no answer")
    with time_machine.travel("2026-11-24 08:00Z", tick=False) as clock:
        delivery = DeliveryFactory(created_at=timezone.now() - timedelta(days=1))  # it was planned for now
        rehearsed = DeliveryFactory(rehearsal=True)
        monkeypatch.setattr(
            "eservices.deliveries.transports.RehearsalTransport.deliver", lambda self, one: 1 / 0
        )
        for minutes in (1, 5, 15):
            attempt_delivery(rehearsed.pk)
            if minutes == 5:
                server.fault = None
            attempt_delivery(delivery.pk)
            clock.shift(timedelta(minutes=minutes))
    assert fresh(delivery).state == State.DONE
    assert fresh(rehearsed).attempts == 3
    assert not alerts().exists()


@pytest.mark.parametrize("answer", [(554, b"5.7.1 Relay access denied"), (550, b"5.7.26 unauthenticated")])
def test_server_that_refuses_the_sender_is_retried(server, answer):
    delivery = DeliveryFactory()
    server.fault = smtplib.SMTPRecipientsRefused({delivery.recipient: answer})
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.PENDING


def test_temporary_refusal_is_retried(server):
    server.fault = smtplib.SMTPRecipientsRefused({"x@example.org": (451, b"greylisted")})
    delivery = DeliveryFactory()
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.PENDING


def test_missing_attachment_is_stuck_at_once(server):
    gone = {"name": "a.pdf", "storage": "private", "path": "gone.pdf", "content_type": "application/pdf"}
    delivery = DeliveryFactory(payload={"subject": "A", "text": "a", "attachments": [gone]})
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.STUCK
    assert not server.accepted


def test_delivery_of_a_missing_transport_waits():
    delivery = DeliveryFactory(carrier="pigeon")
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.PENDING


def test_delivery_claimed_by_a_dead_worker_is_sent_by_the_job(server):
    now = timezone.now()
    delivery = DeliveryFactory(
        state=State.CARRYING, attempts=1, due_at=now - timedelta(seconds=1), woken_at=now
    )
    wake_deliveries(now)
    assert fresh(delivery).state == State.DONE
    assert [event.kind for event in delivery.events.all()] == ["lost", "sent"]


def test_delivery_that_kills_every_worker_is_stuck_after_a_week(server):
    with time_machine.travel("2026-11-24 08:00Z", tick=False) as clock:
        delivery = DeliveryFactory()
        while fresh(delivery).state == State.PENDING:
            clock.move_to(max(timezone.now(), fresh(delivery).due_at))
            assert attempts._claim(delivery.pk, timezone.now())  # and then the worker dies
            clock.shift(attempts.CLAIM)
            recover_abandoned(timezone.now())
        stuck = fresh(delivery)
        assert stuck.state == State.STUCK
        assert stuck.reason
        assert timedelta(days=6) < timezone.now() - delivery.created_at < timedelta(days=8)
    assert {event.kind for event in delivery.events.all()} == {DeliveryEvent.Kind.LOST}
    assert stuck.attempts < 30


def test_delivery_in_progress_is_left_alone(server):
    now = timezone.now()
    delivery = DeliveryFactory(state=State.CARRYING, attempts=1, due_at=now + timedelta(minutes=9))
    wake_deliveries(now)
    assert fresh(delivery).state == State.CARRYING
    assert not server.accepted


def test_late_worker_changes_nothing(server):
    delivery = DeliveryFactory()
    late = attempts._claim(delivery.pk, timezone.now())
    Delivery.objects.update(state=State.PENDING, due_at=timezone.now())
    assert attempts._claim(delivery.pk, timezone.now()).attempts == 2
    attempts._failed(late, RuntimeError("late"))
    assert fresh(delivery).state == State.CARRYING


def test_job_does_not_wake_a_delivery_twice(monkeypatch):
    woken = []
    monkeypatch.setattr(type(actions.tasks.attempt_delivery), "enqueue", lambda self, pk: woken.append(pk))
    now = timezone.now()
    DeliveryFactory(due_at=now)
    for seconds in (0, 15, 30):
        wake_deliveries(now + timedelta(seconds=seconds))
    assert len(woken) == 1
    wake_deliveries(now + timedelta(minutes=11))  # the first wake-up counts as lost
    assert len(woken) == 2


# -- Staff --------------------------------------------------------------------------------------------------
def test_staff_retry_a_stuck_delivery(server, admin_user):
    delivery = DeliveryFactory(state=State.STUCK, attempts=9)
    assert actions.retry_now(actor=admin_user, delivery=delivery)
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.DONE
    assert delivery.events.first().actor == admin_user


def test_manual_retry_begins_a_new_week(server, admin_user):
    server.fault = ConnectionRefusedError("no answer")
    delivery = DeliveryFactory(state=State.STUCK, created_at=timezone.now() - timedelta(days=30))
    actions.retry_now(actor=admin_user, delivery=delivery)
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.PENDING


def test_sent_delivery_is_not_retried(server, admin_user):
    delivery = DeliveryFactory(state=State.DONE)
    assert not actions.retry_now(actor=admin_user, delivery=delivery)
    assert not actions.skip_delivery(actor=admin_user, delivery=delivery, reason="late")
    assert fresh(delivery).state == State.DONE


def test_delivery_is_skipped_with_a_reason(server, admin_user):
    delivery = DeliveryFactory(state=State.STUCK)
    assert actions.skip_delivery(actor=admin_user, delivery=delivery, reason="Told by telephone")
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.SKIPPED
    assert delivery.events.get().text == "Told by telephone"
    assert not server.accepted


def test_delivery_is_not_skipped_without_a_reason(admin_user):
    delivery = DeliveryFactory(state=State.STUCK)
    with pytest.raises(ValueError, match="reason"):
        actions.skip_delivery(actor=admin_user, delivery=delivery, reason="  ")
    assert fresh(delivery).state == State.STUCK


def test_a_text_message_stays_due_while_its_gateway_is_down(settings, monkeypatch):
    monkeypatch.setitem(sms_gateways._offers, "deaf", DeafGateway)
    settings.SMS_GATEWAY = "deaf"
    delivery = SmsFactory()
    attempt_delivery(delivery.pk)
    assert fresh(delivery).state == State.PENDING


class DeafGateway:
    def send(self, **message):
        raise TimeoutError

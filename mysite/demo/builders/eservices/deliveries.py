"""The outbox after the build: past deliveries are sent, except a few."""

from datetime import date, timedelta

from django.db.models import F
from django.utils import timezone

from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery, DeliveryEvent
from eservices.deliveries.print_queue import actions as paper

from ... import clock
from ..context import DemoContext

SHOWN = 40  # e-mails that the demo mailbox shows
A_DAY = timedelta(days=1)
STUCK = "OSError: [Errno 111] Connection refused"
ON_PAPER = 6  # paper letters that wait in the mailroom
LATEST = (
    "-created_at",
    "recipient",
    "title",
    "pk",
)  # an order that is the same in every build, because ids are random


def build(world: DemoContext) -> None:
    post_past_letters(world.today)
    queued = Delivery.objects.filter(state=Delivery.State.PENDING).order_by(*LATEST)
    latest = list(queued[:SHOWN])
    mark_all_sent(queued.exclude(pk__in=[one.pk for one in latest]))
    for delivery in reversed(latest[2:]):
        with clock.clock_at(delivery.created_at + timedelta(seconds=2)):
            attempt_delivery(delivery.pk)
    for delivery in latest[:2]:
        leave_one_stuck(delivery)


def mark_all_sent(queued) -> None:
    """Mark queued deliveries as sent at the time they were created."""
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(delivery=one, kind=DeliveryEvent.Kind.SENT, at=one.created_at) for one in queued
    )
    queued.update(state=Delivery.State.DONE, attempts=1, done_at=F("created_at"), woken_at=F("created_at"))


def post_past_letters(today: date) -> None:
    """Mark past paper letters as posted on the next day; the latest wait to be printed."""
    before = clock.local_moment(today, 0) - A_DAY
    waiting = Delivery.objects.filter(state=Delivery.State.TO_PRINT)
    latest = waiting.order_by(*LATEST).values_list("pk", flat=True)[:ON_PAPER]
    past = waiting.filter(created_at__lt=before).exclude(pk__in=list(latest))
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(delivery=one, kind=DeliveryEvent.Kind.SENT, at=one.created_at + A_DAY) for one in past
    )
    past.update(state=Delivery.State.DONE, done_at=F("created_at") + A_DAY)
    decided = Delivery.objects.filter(formal_decision__isnull=False, done_at__lt=before)
    for number, letter in enumerate(decided.order_by("done_at", "recipient"), 1):
        prove_delivery(letter, f"98.00.119900.{number:08}")


def prove_delivery(letter: Delivery, number: str) -> None:
    """Record that a registered letter with a decision was delivered the day after posting, which notifies it."""
    arrived = letter.done_at + A_DAY
    with clock.clock_at(arrived):
        agent, day = letter.formal_decision.by, timezone.localdate(arrived)
        paper.save_delivery_proof(actor=agent, letter=letter, number=number, delivered_on=day)


def leave_one_stuck(delivery: Delivery) -> None:
    """Mark a delivery as stuck at the mail server, so that staff see one."""
    at = delivery.created_at
    DeliveryEvent.objects.create(
        delivery=delivery, kind=DeliveryEvent.Kind.FAILED, text=STUCK, at=at + timedelta(seconds=2)
    )
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.STUCK, attempts=9, reason=STUCK, due_at=timezone.now(), woken_at=at
    )

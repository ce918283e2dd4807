"""All writes to the outbox but those of attempts: queue deliveries, retry and skip them by hand, erase them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User

from . import circuit_breaker, rendering, tasks
from .attempts import record_delivery_event
from .models import Delivery, DeliveryEvent, DeliveryQuerySet, PaperLetter
from .paragraphs import paragraphs_to_text
from .signals import delivery_ended, delivery_stuck
from .transports import circuit_key, transports

REMEMBERED = timedelta(
    days=30
)  # e-mails and SMS about no case are erased after this; until then staff can answer questions about them
BATCH_SIZE = 1_000
State, Kind = Delivery.State, DeliveryEvent.Kind


def queue_delivery(
    *,
    carrier: str,
    recipient: str,
    title: str,
    payload: dict[str, Any],
    due_at: datetime | None = None,
    **fields: Any,
) -> Delivery:
    """Queue a delivery in the caller's transaction; a worker sends it later.

    ``due_at``: send it not before.
    """
    now = timezone.now()
    delivery = Delivery.objects.create(
        carrier=carrier,
        recipient=recipient,
        title=title[:255],
        payload=payload,
        created_at=now,
        due_at=due_at or now,
        waits_since=due_at or now,
        woken_at=now,
        **fields,
    )
    if delivery.state == State.PENDING and delivery.due_at <= now:
        _wake_on_commit(delivery)
    return delivery


def queue_email(
    *,
    actor: User | None = None,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str,
    subject: str = "",
    attachments: list[Any] | tuple[Any, ...] = (),
    reply_to: str = "",
    headers: dict[str, Any] | None = None,
    confidential: bool = False,
    rehearsal: bool = False,
) -> Delivery:
    """Queue an e-mail in the caller's transaction; a worker sends it later.

    ``template`` is rendered now, in ``language``. ``subject``: what it is about (``case:UUID``). An attachment is
    ``{name, storage, path, content_type}``, a file that is read when the e-mail is sent; or it is short and has its
    content in ``text``. A ``confidential`` e-mail (a sign-in code) is not shown to staff and its content is deleted
    when it is sent.
    """
    payload = rendering.render_email(template, context, language) | {
        "language": language,
        "reply_to": _header(reply_to),
        "headers": {_header(name): _header(value) for name, value in (headers or {}).items()},
        "attachments": [attachment | {"name": _header(attachment["name"])} for attachment in attachments],
    }
    return queue_delivery(
        carrier="email",
        recipient=stored_form(_header(to)),
        title=payload["subject"],
        payload=payload,
        subject=subject,
        confidential=confidential,
        rehearsal=rehearsal,
    )


def queue_sms(
    *,
    actor: User | None = None,
    to: str,
    text: str,
    subject: str = "",
    confidential: bool = False,
    rehearsal: bool = False,
    due_at: datetime | None = None,
) -> Delivery:
    """Queue an SMS in the caller's transaction.

    ``due_at``: send it not before.
    """
    title = _("SMS") if confidential else rendering.single_line(text)
    return queue_delivery(
        carrier="sms",
        recipient=_header(to),
        title=title,
        payload={"text": text},
        subject=subject,
        confidential=confidential,
        rehearsal=rehearsal,
        due_at=due_at,
    )


def queue_paper_letter(
    *,
    actor: User | None = None,
    address: list[str],
    title: str,
    paragraphs: list[Any],
    language: str,
    subject: str = "",
    office: str = "",
    sender: str = "",
    registered: bool = False,
    enclosures: list[Any] | tuple[Any, ...] = (),
    slip: dict[str, Any] | None = None,
    confidential: bool = False,
    rehearsal: bool = False,
) -> Delivery:
    """Add a paper letter to the print queue, in the caller's transaction. Staff print and post it.

    ``address``: the lines in the envelope's window, the name first; if empty, staff must add them before printing.
    ``paragraphs`` are data, see the module ``paragraphs``. ``office``: key of the team that posts it; ``sender``:
    its name on the letterhead. An enclosure, ``{name, storage, path}``, is a PDF that is printed after the letter;
    ``slip``, ``{svg, alt}``, a payment part of 210 mm width at the bottom. The content of a ``confidential`` letter
    is deleted when it is posted. A letter of a rehearsal goes to the demo mailbox.
    """
    lines = [line for line in map(rendering.single_line, address) if line]
    payload = {
        "address": lines,
        "paragraphs": paragraphs,
        "text": paragraphs_to_text(paragraphs),
        "language": language,
        "sender": sender,
        "enclosures": list(enclosures),
        "slip": slip,
    }
    delivery = queue_delivery(
        carrier="print",
        state=State.PENDING if rehearsal else State.TO_PRINT,
        recipient=", ".join(lines)[:320],
        title=rendering.single_line(title),
        payload=payload,
        subject=subject,
        confidential=confidential,
        rehearsal=rehearsal,
    )
    if not rehearsal:
        PaperLetter.objects.create(delivery=delivery, office=office, registered=registered)
    return delivery


def wake_due_deliveries(now: datetime) -> None:
    """Enqueue a task for each delivery that is due and has none in progress, at most 500."""
    for delivery in Delivery.objects.due(now).needing_wake_up(now).order_by("due_at")[:500]:
        woken = Delivery.objects.due(now).needing_wake_up(now).filter(pk=delivery.pk).update(woken_at=now)
        if woken:
            tasks.attempt_delivery.enqueue(str(delivery.pk))


@transaction.atomic
def retry_now(*, actor: User | None, delivery: Delivery) -> bool:
    """Make the delivery due now, even if its next attempt is later. Return False if it is in progress or finished."""
    now = timezone.now()
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=[State.PENDING, State.STUCK])
    if not waiting.update(state=State.PENDING, due_at=now, waits_since=now, woken_at=now):
        return False
    circuit_breaker.allow_next_attempt(circuit_key(delivery), now)
    record_delivery_event(delivery, Kind.RETRIED, actor=actor)
    _wake_on_commit(delivery)
    return True


@transaction.atomic
def hasten_delivery(*, actor: object, delivery: Delivery) -> None:
    """Make a delivery due now that its transport had asked to wait. Its week of trying does not begin again."""
    now = timezone.now()
    waiting = Delivery.objects.filter(pk=delivery.pk, state=State.PENDING, due_at__gt=now)
    if waiting.update(due_at=now, woken_at=now):
        _wake_on_commit(delivery)


@transaction.atomic
def resume_transport(*, actor: User, carrier: str) -> None:
    """Make pending deliveries of a transport due now, after a successful test of it.

    Deliveries scheduled for later and stuck ones do not change.
    """
    now = timezone.now()
    circuit_breaker.record_success(carrier)
    waiting = Delivery.objects.filter(carrier=carrier, state=State.PENDING, waits_since__lte=now)
    waiting.filter(due_at__gt=now).update(due_at=now, woken_at=None)
    if hasten := getattr(transports.get(carrier), "hasten", None):
        hasten(now)
    transaction.on_commit(partial(wake_due_deliveries, now), robust=True)


@transaction.atomic
def resume_receiver(*, actor: User, circuit: str, waiting: DeliveryQuerySet) -> None:
    """Make the pending deliveries to one receiver of a transport due now, after a successful test of it.

    ``circuit``: the key of its circuit breaker. ``waiting``: its deliveries.
    """
    now = timezone.now()
    circuit_breaker.record_success(circuit)
    waiting.filter(state=State.PENDING, due_at__gt=now).update(due_at=now, woken_at=None)
    transaction.on_commit(partial(wake_due_deliveries, now), robust=True)


@transaction.atomic
def mark_bounced(*, letter: Delivery, reason: str) -> bool:
    """Mark an e-mail that a mail server had accepted as stuck, because it bounced.

    Return False if the delivery cannot bounce or is marked already.
    """
    now, reason = timezone.now(), f"{_('The letter was returned.')} {reason}".strip()[:2000]
    left = Delivery.objects.may_come_back().filter(pk=letter.pk)
    if not left.update(state=State.STUCK, done_at=None, due_at=now, woken_at=None, reason=reason):
        return False
    record_delivery_event(letter, Kind.FAILED, text=reason)
    delivery_stuck.send(sender=Delivery, delivery=letter)
    return True


@transaction.atomic
def skip_delivery(*, actor: User | None, delivery: Delivery, reason: str) -> bool:
    """Skip the delivery for a reason. Return False if it is in progress or finished.

    Raise ValueError if the reason is empty.
    """
    if not reason.strip():
        raise ValueError("A delivery is skipped for a reason.")
    skippable = [State.PENDING, State.STUCK, State.TO_PRINT, State.PRINTED]
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=skippable)
    if not waiting.update(state=State.SKIPPED, reason=reason, done_at=timezone.now()):
        return False
    record_delivery_event(delivery, Kind.SKIPPED, actor=actor, text=reason)
    delivery_ended.send(sender=Delivery, delivery=delivery)
    return True


@transaction.atomic
def rewrite(
    *, actor: User | None = None, subject: str, content: Callable[[Delivery], tuple[str, dict[str, Any]]]
) -> None:
    """Give all unfinished deliveries about ``subject`` the title and payload that ``content`` returns.

    This includes a delivery that a worker is sending: it goes out with the old content, or is retried with the new.
    """
    waiting = list(Delivery.objects.for_subject(subject).open().select_for_update())
    for delivery in waiting:
        title, delivery.payload = content(delivery)
        delivery.title = title[:255]
    Delivery.objects.bulk_update(waiting, ["title", "payload"], batch_size=500)


def delete_rehearsal_deliveries(*, actor: object, subject: str) -> None:
    """Delete the deliveries of rehearsals about ``subject``, also from the demo mailbox. Real ones remain."""
    Delivery.objects.for_subject(subject).filter(rehearsal=True).delete()


@transaction.atomic
def erase_deliveries_about(*, actor: object, subject: str) -> None:
    """Erase recipient and content of finished deliveries about ``subject``.

    The rows remain, with the dates on which they were sent. Unfinished deliveries do not change.
    """
    ended = Delivery.objects.for_subject(subject).finished()
    PaperLetter.objects.filter(delivery__in=ended).update(number="")
    _empty(ended)


@transaction.atomic
def withdraw_deliveries_about(*, actor: User | None, subject: str, reason: str) -> None:
    """Skip the open deliveries about ``subject``, and erase recipient and content of all of them."""
    for delivery in Delivery.objects.for_subject(subject).open():
        skip_delivery(actor=actor, delivery=delivery, reason=reason)
    erase_deliveries_about(actor=actor, subject=subject)


@transaction.atomic
def erase_recipient(*, actor: User | None = None, carrier: str, recipient: str) -> None:
    """Erase recipient and content of the finished deliveries of one transport to ``recipient``."""
    _empty(Delivery.objects.filter(carrier=carrier, recipient=recipient).finished())


@transaction.atomic
def erase_emails_to(*, actor: User | None = None, recipient: str) -> None:
    """Erase recipient and content of the finished e-mails to an address that are about no case.

    Those about a case are erased with it.
    """
    sent = Delivery.objects.filter(carrier="email", recipient=recipient).finished()
    _empty(sent.exclude(subject__startswith="case:"))


@transaction.atomic
def erase_old_deliveries(*, now: datetime) -> int:
    """Erase recipient and content of e-mails and SMS sent some time ago. Return how many.

    Deliveries about cases are erased with their case.
    """
    old = [*Delivery.objects.due_for_erasure(now - REMEMBERED).values_list("pk", flat=True)[:BATCH_SIZE]]
    _empty(Delivery.objects.filter(pk__in=old))
    return len(old)


def _empty(ended: DeliveryQuerySet) -> None:
    DeliveryEvent.objects.filter(delivery__in=ended).update(text="")
    ended.update(recipient="", title="", payload={}, reason="")


def erase_contents_about(*, actor: object, subject: str) -> None:
    """Erase the content of finished deliveries about ``subject``; recipients remain."""
    Delivery.objects.for_subject(subject).finished().update(payload={})


def _header(value: str) -> str:
    """Return the stripped value. Raise ValueError if it contains control characters, which could add a header."""
    value = str(value).strip()
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("Line breaks have no place in an address or a header.")
    return value


def _wake_on_commit(delivery: Delivery) -> None:
    """Enqueue an attempt on commit.

    Errors are ignored (``robust``): the task may be lost, because a job enqueues it again; the row is safe.
    """
    transaction.on_commit(partial(tasks.attempt_delivery.enqueue, str(delivery.pk)), robust=True)

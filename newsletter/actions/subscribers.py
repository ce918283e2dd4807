"""Every write to a subscriber. ``actor`` is a member of staff, or None: the person by the mailed link."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery

from .. import consent_wording, emails, mail_backend
from ..models import ConsentEvent, Subscriber, Subscription
from ..states import SubscriberState, is_allowed

LINK_LIFETIME = timedelta(days=7)


class IllegalTransition(ValueError):
    """The subscriber's state does not allow this."""


def request_subscription(
    *, actor=None, email: str, language: str, topic_keys, page: str = "", listed: bool = False
) -> None:
    """Mails the opt-in link, or the own page to an address that already subscribed.

    Answers nothing, so that a caller cannot tell a known address from a new one. What a confirmed
    subscriber chose is not touched: anybody may type an address. ``listed``: it stands in a file of the commune, and
    the letter says so; whom we know in any way hears nothing, as where a file is imported twice at once.
    """
    email = stored_form(email)
    try:
        _ask(actor, email, language, topic_keys, page, listed)
    except IntegrityError:  # the same address asked twice at once: the other request made the row
        _ask(actor, email, language, topic_keys, page, listed)


@transaction.atomic
def _ask(actor, email, language, topic_keys, page, listed) -> None:
    now = timezone.now()
    subscriber = Subscriber.objects.select_for_update().filter(email=email).first()
    if subscriber and listed:
        return
    if subscriber and subscriber.state == SubscriberState.CONFIRMED:
        emails.send_already_subscribed(subscriber)
        return
    subscriber = subscriber or Subscriber(email=email, created_at=now)
    _move(subscriber, SubscriberState.PENDING)
    subscriber.language = language
    subscriber.link_expires_at = now + LINK_LIFETIME
    subscriber.save()
    _choose(subscriber, topic_keys)
    _record(subscriber, ConsentEvent.Kind.ASKED, actor, page=page, wording=consent_wording.VERSION)
    emails.send_opt_in(subscriber, listed=listed)


def send_preferences_link(*, actor=None, email: str) -> None:
    """Mails the own page to who is subscribed. Answers nothing, and to nobody else does a letter go."""
    if subscriber := Subscriber.objects.filter(email=email, state=SubscriberState.CONFIRMED).first():
        emails.send_already_subscribed(subscriber)


@transaction.atomic
def confirm_subscription(*, actor=None, subscriber: Subscriber) -> Subscriber:
    """The owner of the address agrees. A second time changes nothing."""
    subscriber = _lock(subscriber)
    if subscriber.state == SubscriberState.CONFIRMED:
        return subscriber
    _move(subscriber, SubscriberState.CONFIRMED)
    subscriber.confirmed_at = timezone.now()
    subscriber.save()
    _record(subscriber, ConsentEvent.Kind.CONFIRMED, actor)
    emails.send_welcome(subscriber)
    return subscriber


@transaction.atomic
def change_subscription(*, actor=None, subscriber: Subscriber, language: str, topic_keys) -> Subscriber:
    """Other topics or another language; who had unsubscribed is subscribed again."""
    subscriber = _lock(subscriber)
    again = subscriber.state != SubscriberState.CONFIRMED
    _move(subscriber, SubscriberState.CONFIRMED)
    subscriber.language = language
    subscriber.unsubscribed_at = None
    subscriber.save()
    _choose(subscriber, topic_keys)
    kind = ConsentEvent.Kind.RESUBSCRIBED if again else ConsentEvent.Kind.CHANGED
    _record(subscriber, kind, actor, wording=consent_wording.VERSION if again else "")
    return subscriber


@transaction.atomic
def unsubscribe(*, actor=None, subscriber: Subscriber) -> Subscriber:
    """No more letters. A second time changes nothing."""
    return _end(subscriber, ConsentEvent.Kind.UNSUBSCRIBED, actor)


@transaction.atomic
def mark_bounced(*, actor=None, subscriber: Subscriber, reason: str) -> Subscriber:
    """Nobody is there: nothing is written to this address until its owner asks for it again."""
    subscriber = _lock(subscriber)
    if (
        not is_allowed(subscriber.state, SubscriberState.BOUNCED)
        or subscriber.state == SubscriberState.BOUNCED
    ):
        return subscriber
    _move(subscriber, SubscriberState.BOUNCED)
    subscriber.save()
    _record(subscriber, ConsentEvent.Kind.BOUNCED, actor, page=reason)
    return subscriber


@transaction.atomic
def mark_complained(*, actor=None, subscriber: Subscriber) -> Subscriber:
    """The reader called a letter unwanted: they are unsubscribed, and it is kept why."""
    return _end(subscriber, ConsentEvent.Kind.COMPLAINED, actor)


@transaction.atomic
def import_subscriber(
    *, actor=None, email: str, language: str, topic_keys, agreed_at: datetime, proof: str
) -> Subscriber:
    """Somebody agreed elsewhere, and it is known when and how: their address counts, with that proof."""
    now = timezone.now()
    email = stored_form(email)
    subscriber = Subscriber.objects.select_for_update().filter(email=email).first()
    subscriber = subscriber or Subscriber(email=email, created_at=now, link_expires_at=now)
    _move(subscriber, SubscriberState.CONFIRMED)
    subscriber.language, subscriber.confirmed_at, subscriber.unsubscribed_at = language, agreed_at, None
    subscriber.save()
    _choose(subscriber, topic_keys)
    _record(subscriber, ConsentEvent.Kind.IMPORTED, actor, page=proof)
    return subscriber


def import_subscribers(*, actor, lines, proof: str) -> int:
    """Everybody of a file whose consent is known, and whom we do not know yet; how many they were.

    Who left, did not answer or could not be reached stays as they are: a file subscribes nobody again.
    """
    try:
        return _take_over_all(actor, lines, proof)
    except IntegrityError:  # the button was pressed twice: the other request took them over
        return _take_over_all(actor, lines, proof)


@transaction.atomic
def _take_over_all(actor, lines, proof: str) -> int:
    now = timezone.now()
    known = set(
        Subscriber.objects.filter(email__in=[line.email for line in lines]).values_list("email", flat=True)
    )
    new = {line.email: line for line in lines if line.email not in known and line.agreed_on and not line.left}
    made = Subscriber.objects.bulk_create(
        Subscriber(
            email=line.email,
            language=line.language,
            state=SubscriberState.CONFIRMED,
            created_at=now,
            link_expires_at=now,
            confirmed_at=line.agreed_at,
        )
        for line in new.values()
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=one, topic_key=key) for one in made for key in new[one.email].topic_keys
    )
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber=one,
            kind=ConsentEvent.Kind.IMPORTED,
            at=now,
            actor=actor,
            page=(new[one.email].proof or proof)[:255],
            topics=sorted(map(str, new[one.email].topic_keys)),
        )
        for one in made
    )
    for one in made:
        mail_backend.sync_subscriber(one)
    return len(made)


@transaction.atomic
def erase_subscriber(*, actor=None, subscriber: Subscriber) -> None:
    """Forgets the address, its choices and its proof of consent, and what the outbox brought there."""
    subscriber = _lock(subscriber)
    mail_backend.sync_erasure(subscriber.email)
    about = emails.subscriber_subject(subscriber)
    for letter in Delivery.objects.about(about).open():
        outbox.skip_delivery(actor=actor, delivery=letter, reason=_("The address was deleted."))
    outbox.erase_deliveries_about(actor=actor, subject=about)
    subscriber.delete()


@transaction.atomic
def delete_unconfirmed(before: datetime) -> None:
    """Addresses that never confirmed are not kept. Whoever was subscribed once is known to have left: anybody may
    type their address, and a file would subscribe them again if nobody knew them."""
    unanswered = Subscriber.objects.forgotten(before)
    unanswered.once_subscribed().update(state=SubscriberState.UNSUBSCRIBED)
    unanswered.delete()


def _lock(subscriber: Subscriber) -> Subscriber:
    return Subscriber.objects.select_for_update().get(pk=subscriber.pk)


def _move(subscriber: Subscriber, target: SubscriberState) -> None:
    if not is_allowed(subscriber.state, target):
        raise IllegalTransition(f"{subscriber.state} → {target}")
    subscriber.state = target


def _end(subscriber: Subscriber, kind: ConsentEvent.Kind, actor) -> Subscriber:
    """They are unsubscribed, and it is kept why; a second time changes nothing."""
    subscriber = _lock(subscriber)
    if subscriber.state == SubscriberState.UNSUBSCRIBED:
        return subscriber
    _move(subscriber, SubscriberState.UNSUBSCRIBED)
    subscriber.unsubscribed_at = timezone.now()
    subscriber.save()
    _record(subscriber, kind, actor)
    return subscriber


def _choose(subscriber: Subscriber, topic_keys) -> None:
    wanted = {UUID(str(key)) for key in topic_keys}
    subscriber.subscriptions.exclude(topic_key__in=wanted).delete()
    Subscription.objects.bulk_create(
        [Subscription(subscriber=subscriber, topic_key=key) for key in wanted - subscriber.topic_keys]
    )


def _record(subscriber: Subscriber, kind, actor, page: str = "", wording: str = "") -> None:
    ConsentEvent.objects.create(
        subscriber=subscriber,
        kind=kind,
        actor=actor,
        page=page[:255],
        wording=wording,
        topics=sorted(map(str, subscriber.topic_keys)),
    )
    if kind != ConsentEvent.Kind.ASKED:
        mail_backend.sync_subscriber(subscriber)

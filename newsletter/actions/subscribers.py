"""Every write on subscribers.

``actor`` is a user of the admin; None for the subscriber through an e-mailed link.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from eservices.deliveries import actions as outbox
from home.exceptions import ActionRefused
from home.models import ConsentText
from home.runtime.write_conflicts import retry_on_conflict

from .. import consent_wording, emails
from ..mail_backend import configured_backend
from ..models import ConsentEvent, Subscriber, Subscription
from ..models.reader_choices import replace_topics
from ..states import SubscriberState, is_allowed
from ..subscriber_files.importer import ImportLine


class IllegalTransition(ActionRefused):
    """The subscriber's state does not allow this."""


@retry_on_conflict
@transaction.atomic
def request_subscription(
    *,
    actor: User | None = None,
    email: str,
    language: str,
    topic_keys: Iterable[str],
    page: str = "",
    listed: bool = False,
) -> None:
    """Send the opt-in link, or the link to the preferences page if the address is already subscribed.

    Returns nothing, so that a caller cannot distinguish a known address from a new one. The topics of a confirmed
    subscriber stay unchanged, because anybody can type an address. ``listed``: the address is from a file of the
    commune, and the e-mail says so; a known subscriber then gets no e-mail, for example if a file is imported twice
    at once.
    """
    email = stored_form(email)
    subscriber = Subscriber.objects.select_for_update().filter(email=email).first()
    if subscriber and listed:
        return
    if subscriber and subscriber.state == SubscriberState.CONFIRMED:
        emails.send_already_subscribed(subscriber)
        return
    subscriber = subscriber or Subscriber(email=email)
    _move(subscriber, SubscriberState.PENDING)
    subscriber.language = language
    subscriber.renew_link()
    subscriber.save()
    replace_topics(subscriber.subscriptions, topic_keys)
    _record(subscriber, ConsentEvent.Kind.ASKED, actor, page=page, wording=_shown_wording(language))
    emails.send_opt_in(subscriber, listed=listed)


def send_preferences_link(*, actor: User | None = None, email: str) -> None:
    """Send the link to the preferences page to a confirmed subscriber.

    Returns nothing and sends nothing to other addresses, so that the caller learns nothing.
    """
    if subscriber := Subscriber.objects.filter(email=email, state=SubscriberState.CONFIRMED).first():
        emails.send_already_subscribed(subscriber)


@transaction.atomic
def confirm_subscription(*, actor: User | None = None, subscriber: Subscriber) -> Subscriber:
    """Confirm the subscription by the owner of the address. A second call changes nothing."""
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
def change_subscription(
    *, actor: User | None = None, subscriber: Subscriber, language: str, topic_keys: Iterable[str]
) -> Subscriber:
    """Change topics and language. A subscriber who had unsubscribed is subscribed again."""
    subscriber = _lock(subscriber)
    again = subscriber.state != SubscriberState.CONFIRMED
    _move(subscriber, SubscriberState.CONFIRMED)
    subscriber.language = language
    subscriber.unsubscribed_at = None
    subscriber.save()
    replace_topics(subscriber.subscriptions, topic_keys)
    kind = ConsentEvent.Kind.RESUBSCRIBED if again else ConsentEvent.Kind.CHANGED
    _record(subscriber, kind, actor, wording=_shown_wording(language) if again else "")
    return subscriber


@transaction.atomic
def unsubscribe(*, actor: User | None = None, subscriber: Subscriber) -> Subscriber:
    """Unsubscribe. A second call changes nothing."""
    return _end(subscriber, ConsentEvent.Kind.UNSUBSCRIBED, actor)


@transaction.atomic
def mark_bounced(*, actor: User | None = None, subscriber: Subscriber, reason: str) -> Subscriber:
    """Stop e-mails to an unreachable address until its owner subscribes again."""
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
def mark_complained(*, actor: User | None = None, subscriber: Subscriber) -> Subscriber:
    """Unsubscribe a subscriber who marked an e-mail as spam, and record the reason."""
    return _end(subscriber, ConsentEvent.Kind.COMPLAINED, actor)


@transaction.atomic
def import_subscriber(
    *,
    actor: User | None = None,
    email: str,
    language: str,
    topic_keys: Iterable[str],
    agreed_at: datetime,
    proof: str,
) -> Subscriber:
    """Subscribe an address whose consent was given to another system, with its date and proof."""
    now = timezone.now()
    email = stored_form(email)
    subscriber = Subscriber.objects.select_for_update().filter(email=email).first()
    subscriber = subscriber or Subscriber(email=email, created_at=now, link_expires_at=now)
    _move(subscriber, SubscriberState.CONFIRMED)
    subscriber.language, subscriber.confirmed_at, subscriber.unsubscribed_at = language, agreed_at, None
    subscriber.save()
    replace_topics(subscriber.subscriptions, topic_keys)
    _record(subscriber, ConsentEvent.Kind.IMPORTED, actor, page=proof)
    return subscriber


@retry_on_conflict  # the button was pressed twice
@transaction.atomic
def import_subscribers(*, actor: User, lines: Sequence[ImportLine], proof: str) -> int:
    """Subscribe the unknown addresses of a file whose consent is dated. Return their number.

    Subscribers who unsubscribed, did not confirm or were unreachable stay unchanged: a file subscribes nobody
    again.
    """
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
    backend = configured_backend()
    for one in made:
        backend.sync_subscriber(one)
    return len(made)


@transaction.atomic
def erase_subscriber(*, actor: User | None = None, subscriber: Subscriber) -> None:
    """Erase a subscriber: address, topics, proof of consent, and deliveries to the address."""
    subscriber = _lock(subscriber)
    configured_backend().sync_erasure(subscriber.email)
    about = emails.subscriber_subject(subscriber)
    outbox.withdraw_deliveries_about(actor=actor, subject=about, reason=_("The address was deleted."))
    subscriber.delete()


@transaction.atomic
def delete_unconfirmed(before: datetime) -> None:
    """Delete addresses that were never confirmed; mark those subscribed earlier as unsubscribed.

    The latter are kept, because anybody could have typed their address, and a file would subscribe an unknown
    address again.
    """
    unanswered = Subscriber.objects.expired(before)
    unanswered.once_subscribed().update(state=SubscriberState.UNSUBSCRIBED)
    unanswered.delete()


def _lock(subscriber: Subscriber) -> Subscriber:
    return Subscriber.objects.select_for_update().get(pk=subscriber.pk)


def _move(subscriber: Subscriber, target: SubscriberState) -> None:
    if not is_allowed(subscriber.state, target):
        raise IllegalTransition(_("This is not possible any more."))
    subscriber.state = target


def _end(subscriber: Subscriber, kind: ConsentEvent.Kind, actor: User | None) -> Subscriber:
    """Unsubscribe and record the reason. A second call changes nothing."""
    subscriber = _lock(subscriber)
    if subscriber.state == SubscriberState.UNSUBSCRIBED:
        return subscriber
    _move(subscriber, SubscriberState.UNSUBSCRIBED)
    subscriber.unsubscribed_at = timezone.now()
    subscriber.save()
    _record(subscriber, kind, actor)
    return subscriber


def _shown_wording(language: str) -> str:
    """Return the version of the text of consent that is shown in a language."""
    return ConsentText.record(consent_wording.SUBJECT, consent_wording.WORDING, language)


def _record(subscriber: Subscriber, kind: str, actor: User | None, page: str = "", wording: str = "") -> None:
    ConsentEvent.objects.create(
        subscriber=subscriber,
        kind=kind,
        actor=actor,
        page=page[:255],
        wording=wording,
        topics=sorted(map(str, subscriber.topic_keys)),
    )
    if kind != ConsentEvent.Kind.ASKED:
        configured_backend().sync_subscriber(subscriber)

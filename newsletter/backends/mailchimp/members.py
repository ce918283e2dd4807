"""Synchronization with Mailchimp: changes one by one through the outbox, a full comparison every night."""

from datetime import datetime

from django.conf import settings
from django.utils.dateparse import parse_datetime

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries.actions import queue_delivery
from eservices.deliveries.models import Delivery

from ...actions import subscribers
from ...models import Subscriber, Topic
from ...states import SubscriberState
from .api import AudienceMembers, Campaigns, member_hash
from .comparison import OurState, SyncStep, TheirState, next_sync_step

CARRIER = "mailchimp"
TAGS = "tags"  # recipient of deliveries that concern all members with a tag


def queue_member_update(subscriber: Subscriber) -> None:
    """Queue an update of the member, in the caller's transaction.

    The delivery holds no address.
    """
    _queue(member_hash(subscriber.email), {"subscriber": subscriber.pk})


def queue_member_deletion(email: str) -> None:
    """Queue the deletion of a member whose address was erased."""
    _queue(member_hash(email), {"forget": True})


def queue_member_lookup(email: str) -> None:
    """Queue a lookup of a member. A webhook is only a reason to look, because it can be forged."""
    _queue(member_hash(email), {"ask": True})


def queue_address_change_lookup(old: str, new: str) -> None:
    """Queue a lookup of whether a member has another address now."""
    if subscriber := _found(old):
        _queue(member_hash(old), {"ask": True, "moved": subscriber.pk, "to": member_hash(new)})


def queue_tag_rename(old: str, new: str) -> None:
    """Queue the renaming of a topic's tag."""
    _queue(TAGS, {"rename": [old, new]})


def _queue(hash_: str, payload: dict) -> None:
    queue_delivery(carrier=CARRIER, recipient=hash_, title="Mailchimp", payload=payload)


# -- Workers -------------------------------------------------------------------------------------------------
def push_member(subscriber: Subscriber) -> None:
    """Update the member at Mailchimp with the current state of the subscriber."""
    theirs, hash_ = AudienceMembers(), member_hash(subscriber.email)
    if subscriber.state != SubscriberState.CONFIRMED:
        theirs.leave(hash_)
        return
    theirs.put(subscriber.email, "subscribed", subscriber.language)
    chosen = subscriber.topic_keys
    theirs.tag(hash_, {name: key in chosen for key, name in tags_by_topic().items()})


def delete_member(hash_: str) -> None:
    AudienceMembers().delete_permanently(hash_)


def rename_tag(old: str, new: str) -> None:
    Campaigns().rename(old, new)


def pull_member(hash_: str) -> None:
    """Look up one member at Mailchimp and apply the resulting step here."""
    if member := AudienceMembers().get(hash_):
        apply_sync_step(_found(member["email_address"]), member, tags_by_topic())


def apply_address_change(subscriber: Subscriber | None, old: str, new: str) -> None:
    """Unsubscribe the former address of a member who changed it at Mailchimp.

    Otherwise the former address would become a member again, and get e-mails too.
    """
    theirs = AudienceMembers()
    if subscriber and theirs.get(new) and not theirs.get(old):
        subscribers.unsubscribe(subscriber=subscriber)


def reconcile_members() -> dict[str, int]:
    """Compare all subscribers and members. Return how often each step was taken."""
    names, done, seen = tags_by_topic(), {}, set()
    for member in AudienceMembers().all():
        seen.add(member_hash(stored_form(member["email_address"])))
        what = apply_sync_step(_found(member["email_address"]), member, names)
        done[what.name.lower()] = done.get(what.name.lower(), 0) + 1
    # Open deliveries are skipped, so that staff are notified of a refusal once, not every night.
    seen |= set(_waiting().values_list("recipient", flat=True))
    for subscriber in Subscriber.objects.confirmed().iterator(chunk_size=1000):
        if member_hash(subscriber.email) not in seen:
            queue_member_update(subscriber)
            done["tell"] = done.get("tell", 0) + 1
    return done


def apply_sync_step(subscriber: Subscriber | None, member: dict, names: dict) -> SyncStep:
    """Apply the step that follows from one comparison, and return it."""
    theirs = _theirs(member, names)
    what = next_sync_step(_ours(subscriber, names) if subscriber else None, theirs)
    if what is SyncStep.CHANGE and _knows_less_than_we(subscriber):
        return SyncStep.NOTHING
    keys = [key for key, name in names.items() if name in theirs.topics]
    match what:
        case SyncStep.TELL:
            queue_member_update(subscriber)
        case SyncStep.UNSUBSCRIBE:
            subscribers.unsubscribe(subscriber=subscriber)
        case SyncStep.BOUNCE:
            subscribers.mark_bounced(subscriber=subscriber, reason="Mailchimp")
        case SyncStep.CHANGE:
            subscribers.change_subscription(subscriber=subscriber, language=theirs.language, topic_keys=keys)
        case SyncStep.TAKE_OVER:
            subscribers.import_subscriber(
                email=member["email_address"],
                language=theirs.language,
                topic_keys=keys,
                agreed_at=theirs.opted_at,
                proof="Mailchimp",
            )
    return what


def _knows_less_than_we(subscriber: Subscriber) -> bool:
    """Return whether updates of the subscriber still wait: until then a difference is no choice at Mailchimp."""
    addressed = [member_hash(subscriber.email), TAGS]
    return any("ask" not in one.payload for one in _waiting().filter(recipient__in=addressed))


def _waiting():
    """Return the open deliveries to Mailchimp."""
    return Delivery.objects.filter(carrier=CARRIER).open()


def tags_by_topic() -> dict:
    """Return the tag of each topic, its name in the default language, by the topic's key."""
    return {topic.translation_key: topic.name for topic in Topic.objects.in_language(settings.LANGUAGE_CODE)}


def _found(email: str) -> Subscriber | None:
    return Subscriber.objects.filter(email=email).first()


def _ours(subscriber: Subscriber, names: dict) -> OurState:
    said = subscriber.consents.last()
    return OurState(
        state=subscriber.state,
        language=subscriber.language,
        topics=frozenset(names[key] for key in subscriber.topic_keys if key in names),
        changed_at=said.at if said else subscriber.created_at,
        unsubscribed_at=subscriber.unsubscribed_at,
    )


def _theirs(member: dict, names: dict) -> TheirState:
    language = member.get("language", "")[:2]
    known = dict(settings.LANGUAGES)
    return TheirState(
        status=member["status"],
        language=language if language in known else settings.LANGUAGE_CODE,
        topics=frozenset(tag["name"] for tag in member.get("tags", [])) & frozenset(names.values()),
        changed_at=_moment(member["last_changed"]),
        opted_at=_moment(member.get("timestamp_opt")),
    )


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None

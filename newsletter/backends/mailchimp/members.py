"""Members and subscribers in step: told one by one through the outbox, compared as a whole every night."""

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
TAGS = "tags"  # as a recipient: everybody who bears one


def queue_member_update(subscriber: Subscriber) -> None:
    """Mailchimp will be told how a subscriber stands, in the caller's transaction. No address waits with it."""
    _queue(member_hash(subscriber.email), {"subscriber": subscriber.pk})


def queue_member_deletion(email: str) -> None:
    """Mailchimp will be told to forget somebody whose address was deleted."""
    _queue(member_hash(email), {"forget": True})


def queue_member_lookup(email: str) -> None:
    """Mailchimp will be asked how a member stands: a webhook is a reason to ask, never the truth."""
    _queue(member_hash(email), {"ask": True})


def queue_address_change_lookup(old: str, new: str) -> None:
    """Mailchimp will be asked whether a member has another address now."""
    if subscriber := _found(old):
        _queue(member_hash(old), {"ask": True, "moved": subscriber.pk, "to": member_hash(new)})


def queue_tag_rename(old: str, new: str) -> None:
    """Mailchimp will be told that a topic, and so its tag, has another name."""
    _queue(TAGS, {"rename": [old, new]})


def _queue(hash_: str, payload: dict) -> None:
    queue_delivery(carrier=CARRIER, recipient=hash_, title="Mailchimp", payload=payload)


# -- What a worker does --------------------------------------------------------------------------------------
def push_member(subscriber: Subscriber) -> None:
    """Tells Mailchimp how a subscriber stands now."""
    theirs, hash_ = AudienceMembers(), member_hash(subscriber.email)
    if subscriber.state != SubscriberState.CONFIRMED:
        theirs.leave(hash_)
        return
    theirs.put(subscriber.email, "subscribed", subscriber.language)
    chosen = subscriber.topic_keys
    theirs.tag(hash_, {name: key in chosen for key, name in tags_by_topic().items()})


def delete_member(hash_: str) -> None:
    AudienceMembers().forget(hash_)


def rename_tag(old: str, new: str) -> None:
    Campaigns().rename(old, new)


def pull_member(hash_: str) -> None:
    """Asks Mailchimp about one member, and does here what follows."""
    if member := AudienceMembers().get(hash_):
        apply_sync_step(_found(member["email_address"]), member, tags_by_topic())


def apply_address_change(subscriber: Subscriber | None, old: str, new: str) -> None:
    """Who has another address there does not get letters at the old one as well: this would make it a member again."""
    theirs = AudienceMembers()
    if subscriber and theirs.get(new) and not theirs.get(old):
        subscribers.unsubscribe(subscriber=subscriber)


def reconcile_members() -> dict[str, int]:
    """Compares everybody; how often what was done."""
    names, done, seen = tags_by_topic(), {}, set()
    for member in AudienceMembers().all():
        seen.add(member_hash(stored_form(member["email_address"])))
        what = apply_sync_step(_found(member["email_address"]), member, names)
        done[what.name.lower()] = done.get(what.name.lower(), 0) + 1
    # A refusal is told to staff once, not nightly.
    seen |= set(_waiting().values_list("recipient", flat=True))
    for subscriber in Subscriber.objects.confirmed().iterator(chunk_size=1000):
        if member_hash(subscriber.email) not in seen:
            queue_member_update(subscriber)
            done["tell"] = done.get("tell", 0) + 1
    return done


def apply_sync_step(subscriber: Subscriber | None, member: dict, names: dict) -> SyncStep:
    """Does what follows from one comparison."""
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
    """Whether something waits to be told to Mailchimp: until then, what is missing there is no choice of theirs."""
    addressed = [member_hash(subscriber.email), TAGS]
    return any("ask" not in one.payload for one in _waiting().filter(recipient__in=addressed))


def _waiting():
    """What is to be told to Mailchimp, or asked."""
    return Delivery.objects.filter(carrier=CARRIER).open()


def tags_by_topic() -> dict:
    """The tag of each topic, which is its name in the first language, by the topic's key."""
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

"""Members and subscribers in step: told one by one through the outbox, compared as a whole every night."""

from datetime import datetime

from django.conf import settings
from django.utils.dateparse import parse_datetime

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries.actions import queue
from eservices.deliveries.models import Delivery

from ...actions import subscribers
from ...models import Subscriber, Topic
from ...states import State
from .api import Campaigns, Members, member_hash
from .comparing import Do, Ours, Theirs, compare

CARRIER = "mailchimp"
TAGS = "tags"  # as a recipient: everybody who bears one


def tell(subscriber: Subscriber) -> None:
    """Mailchimp will be told how a subscriber stands, in the caller's transaction. No address waits with it."""
    _queue(member_hash(subscriber.email), {"subscriber": subscriber.pk})


def tell_that_gone(email: str) -> None:
    """Mailchimp will be told to forget somebody whose address was deleted."""
    _queue(member_hash(email), {"forget": True})


def ask(email: str) -> None:
    """Mailchimp will be asked how a member stands: a webhook is a reason to ask, never the truth."""
    _queue(member_hash(email), {"ask": True})


def ask_whether_moved(old: str, new: str) -> None:
    """Mailchimp will be asked whether a member has another address now."""
    if subscriber := _found(old):
        _queue(member_hash(old), {"ask": True, "moved": subscriber.pk, "to": member_hash(new)})


def tell_new_name(old: str, new: str) -> None:
    """Mailchimp will be told that a topic, and so its tag, has another name."""
    _queue(TAGS, {"rename": [old, new]})


def _queue(hash_: str, payload: dict) -> None:
    queue(carrier=CARRIER, recipient=hash_, title="Mailchimp", payload=payload)


# -- What a worker does --------------------------------------------------------------------------------------
def push(subscriber: Subscriber) -> None:
    """Tells Mailchimp how a subscriber stands now."""
    theirs, hash_ = Members(), member_hash(subscriber.email)
    if subscriber.state != State.CONFIRMED:
        theirs.leave(hash_)
        return
    theirs.put(subscriber.email, "subscribed", subscriber.language)
    chosen = subscriber.topic_keys
    theirs.tag(hash_, {name: key in chosen for key, name in tags().items()})


def forget(hash_: str) -> None:
    Members().forget(hash_)


def rename(old: str, new: str) -> None:
    Campaigns().rename(old, new)


def pull(hash_: str) -> None:
    """Asks Mailchimp about one member, and does here what follows."""
    if member := Members().get(hash_):
        settle(_found(member["email_address"]), member, tags())


def move(subscriber: Subscriber | None, old: str, new: str) -> None:
    """Who has another address there does not get letters at the old one as well: this would make it a member again."""
    theirs = Members()
    if subscriber and theirs.get(new) and not theirs.get(old):
        subscribers.unsubscribe(subscriber=subscriber)


def reconcile() -> dict[str, int]:
    """Compares everybody; how often what was done."""
    names, done, seen = tags(), {}, set()
    for member in Members().all():
        seen.add(member_hash(stored_form(member["email_address"])))
        what = settle(_found(member["email_address"]), member, names)
        done[what.name.lower()] = done.get(what.name.lower(), 0) + 1
    # A refusal is told to staff once, not nightly.
    seen |= set(_waiting().values_list("recipient", flat=True))
    for subscriber in Subscriber.objects.confirmed().iterator(chunk_size=1000):
        if member_hash(subscriber.email) not in seen:
            tell(subscriber)
            done["tell"] = done.get("tell", 0) + 1
    return done


def settle(subscriber: Subscriber | None, member: dict, names: dict) -> Do:
    """Does what follows from one comparison."""
    theirs = _theirs(member, names)
    what = compare(_ours(subscriber, names) if subscriber else None, theirs)
    if what is Do.CHANGE and _knows_less_than_we(subscriber):
        return Do.NOTHING
    keys = [key for key, name in names.items() if name in theirs.topics]
    match what:
        case Do.TELL:
            tell(subscriber)
        case Do.UNSUBSCRIBE:
            subscribers.unsubscribe(subscriber=subscriber)
        case Do.BOUNCE:
            subscribers.bounced(subscriber=subscriber, reason="Mailchimp")
        case Do.CHANGE:
            subscribers.change(subscriber=subscriber, language=theirs.language, topic_keys=keys)
        case Do.TAKE_OVER:
            subscribers.take_over(
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


def tags() -> dict:
    """The tag of each topic, which is its name in the first language, by the topic's key."""
    return {topic.translation_key: topic.name for topic in Topic.objects.in_language(settings.LANGUAGE_CODE)}


def _found(email: str) -> Subscriber | None:
    return Subscriber.objects.filter(email=email).first()


def _ours(subscriber: Subscriber, names: dict) -> Ours:
    said = subscriber.consents.last()
    return Ours(
        state=subscriber.state,
        language=subscriber.language,
        topics=frozenset(names[key] for key in subscriber.topic_keys if key in names),
        changed_at=said.at if said else subscriber.created_at,
        unsubscribed_at=subscriber.unsubscribed_at,
    )


def _theirs(member: dict, names: dict) -> Theirs:
    language = member.get("language", "")[:2]
    known = dict(settings.LANGUAGES)
    return Theirs(
        status=member["status"],
        language=language if language in known else settings.LANGUAGE_CODE,
        topics=frozenset(tag["name"] for tag in member.get("tags", [])) & frozenset(names.values()),
        changed_at=_moment(member["last_changed"]),
        opted_at=_moment(member.get("timestamp_opt")),
    )


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None

"""Every write to a post: chosen, sent on its way, out, changed, withdrawn, not sent.

What is done on a network is a delivery in the outbox, one for each act, written in the transaction of what it
follows from. ``carrying`` does it and tells here how it went.
"""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery
from home.models.base import is_open, with_guards

from . import announcements, channels
from .announcements import Announcement
from .models import Post
from .states import PUBLIC, State

PUBLISH, EDIT, WITHDRAW = "publish", "edit", "withdraw"


@transaction.atomic
def choose(*, actor, page, choices: dict[str, tuple[bool, str]]) -> None:
    """What the editor ticked for a page, and the own text of each channel. Nothing goes out yet."""
    known = {post.channel: post for post in Post.objects.select_for_update().of(page)}
    for channel, (ticked, text) in choices.items():
        post = known.get(channel) or Post(page_id=page.pk, channel=channel)
        if post.pk is None and not ticked:
            continue
        if post.may_choose and not ticked:
            _forget(post)
            continue
        if post.may_choose and post.state != State.FAILED and (post.pk is None or not post.ticked):
            post.state, post.planned_by, post.planned_at = State.PLANNED, actor, timezone.now()
        post.text, post.title = text, page.title
        post.save()


def _forget(post: Post) -> None:
    """Unticked: what never was out is forgotten, what was withdrawn stays known."""
    for delivery in _deliveries(post).open():
        outbox.skip(actor=None, delivery=delivery, reason=_("No longer wanted."))
    if post.state != State.WITHDRAWN:
        post.delete()


@transaction.atomic
def follow(*, actor=None, page) -> None:
    """The page was published: what is ticked goes out, and what is out follows the change."""
    announcement = announcements.published(page.pk)
    if announcement is None:
        return
    follow_translations(page=page)
    for post in Post.objects.select_for_update().of(page):
        _keep_own_text(post)
        if post.state in {State.PLANNED, State.FAILED}:
            _send(post, announcement)
        elif post.state == State.STAYS:
            _move(post, State.OUT)
        elif post.state == State.OUT and post.channel in channels.READERS:
            _change_messages(post, announcement)
        elif post.state == State.OUT:
            _change(post, announcement)


@transaction.atomic
def follow_translations(*, actor=None, page) -> None:
    """Bring messages that wait up to date if they are about a translation of ``page``.

    They show the page to its readers if it is published, and another language if it is not.
    """
    others = Page.objects.filter(translation_key=page.translation_key).exclude(pk=page.pk)
    posts = Post.objects.select_for_update().filter(page__in=others, channel__in=channels.READERS)
    for post in posts.filter(state=State.OUT):
        if announcement := announcements.published(post.page_id):
            _change_messages(post, announcement)


@transaction.atomic
def withdraw(*, actor=None, page) -> None:
    """The page is public no more: what is out is taken back where the channel lets us."""
    for post in Post.objects.select_for_update().of(page).filter(state__in=PUBLIC):
        _withdraw(post)
    follow_translations(page=page)


@transaction.atomic
def withdraw_closed(*, actor=None, branch: Page) -> None:
    """Who may read the pages of a branch changed: what not everybody may read any more is taken back."""
    out = Page.objects.descendant_of(branch, inclusive=True).filter(channel_posts__state__in=PUBLIC)
    for page in with_guards(out).distinct():
        if not is_open(page):
            withdraw(page=page)


def send_forgotten(now: datetime) -> None:
    """Sends what a publication should have sent, had nobody pulled the plug."""
    for post in Post.objects.forgotten(channels.READERS).select_related("page")[:100]:
        follow(page=post.page)


@transaction.atomic
def retry(*, actor, post: Post) -> bool:
    """Tries again now what did not work; False where nothing waits."""
    post = _lock(post.pk)
    tried = [outbox.retry(actor=actor, delivery=one) for one in _deliveries(post).open() if one.waits]
    if any(tried) and post.state == State.FAILED:
        _move(post, State.GOING)
    if any(tried) or post.state != State.FAILED:
        return any(tried)
    if (announcement := announcements.published(post.page_id)) is None:
        return False
    _send(post, announcement)
    return True


# -- What carrying tells ---------------------------------------------------------------------------------------
@transaction.atomic
def went_out(*, post_id: int, remote_id: str, url: str, announcement: Announcement) -> None:
    """It is out. Where it was withdrawn in between, the withdrawal that waits finds it now."""
    post = _lock(post_id)
    post.remote_id, post.url, post.digest = remote_id[:255], url[:500], digest_of(announcement)
    post.out_at, post.fault = timezone.now(), ""
    if post.state != State.LEAVING:
        post.state = State.OUT
    post.save()


@transaction.atomic
def was_edited(*, post_id: int, announcement: Announcement) -> None:
    post = _lock(post_id)
    post.digest, post.edited_at, post.fault = digest_of(announcement), timezone.now(), ""
    post.save()


@transaction.atomic
def was_withdrawn(*, post_id: int) -> None:
    post = _lock(post_id)
    post.state, post.remote_id, post.url, post.digest, post.fault = State.WITHDRAWN, "", "", "", ""
    post.save()


@transaction.atomic
def stop(*, post_id: int, but: Delivery) -> None:
    """What was to be posted is not: it is withdrawn before it went out."""
    for delivery in _deliveries(_lock(post_id)).open().exclude(pk=but.pk):
        outbox.skip(actor=None, delivery=delivery, reason=_("Withdrawn before it went out."))


@transaction.atomic
def did_not_work(*, delivery: Delivery) -> None:
    """Nobody tries it again by themselves: the editor reads why."""
    post = Post.objects.select_for_update().filter(pk=delivery.payload.get("post")).first()
    if post is None:
        return
    act, post.fault = delivery.payload.get("act"), delivery.reason
    if act == PUBLISH and post.state == State.GOING:
        post.state = State.FAILED
    if act == WITHDRAW and post.state == State.LEAVING:
        post.state = State.STAYS
    post.save()


def digest_of(announcement: Announcement) -> str:
    """By which a change is known: the words and the picture."""
    picture = announcement.picture.pk if announcement.picture else ""
    told = "\0".join([announcement.text, announcement.link, str(picture), announcement.alt])
    return hashlib.sha256(told.encode()).hexdigest()


def _send(post: Post, announcement: Announcement) -> None:
    """On its way, or not, and why. What waits in the outbox already is tried again, not written twice."""
    channel = channels.channel(post.channel)
    if channel is None:
        return _move(post, State.FAILED, _("This channel is not set up."))
    said = announcement.saying(channel.compose(announcement, post.text))
    if faults := channel.faults(said):
        return _move(post, State.FAILED, " ".join(faults))
    waiting = [one for one in _deliveries(post).open() if one.payload.get("act") == PUBLISH]
    if not waiting:
        _queue(post, PUBLISH, announcement.title, own=post.text, is_past=announcement.is_past)
    for delivery in waiting:
        outbox.retry(actor=None, delivery=delivery)
    return _move(post, State.GOING)


def _keep_own_text(post: Post) -> None:
    """What waits to be posted or changed on a channel takes the own text that is published with the page."""
    outbox.rewrite(
        subject=post.subject, content=lambda delivery: (delivery.title, delivery.payload | {"own": post.text})
    )


def _change(post: Post, announcement: Announcement) -> None:
    channel = channels.channel(post.channel)
    if channel is None or not channel.edits:
        return
    said = announcement.saying(channel.compose(announcement, post.text))
    changed = digest_of(said) != post.digest
    if changed and not any(one.payload.get("act") == EDIT for one in _deliveries(post).open()):
        _queue(post, EDIT, announcement.title, own=post.text)


def _change_messages(post: Post, announcement: Announcement) -> None:
    """What people have stays as it is; what waits for its hour says what the page says now."""
    if channel := channels.channel(post.channel):
        said = announcement.saying(channel.compose(announcement, post.text))
        for delivery in _deliveries(post):
            if delivery.payload.get("act") == PUBLISH:
                channel.follow(said, delivery.pk.hex)
    post.edited_at = timezone.now()
    post.save(update_fields=["edited_at"])


def _withdraw(post: Post) -> None:
    if channels.withdraws(post.channel):
        _queue(post, WITHDRAW, post.title)
        return _move(post, State.LEAVING)
    if post.channel in channels.READERS and _stop_messages(post):
        return was_withdrawn(post_id=post.pk)
    if post.state == State.OUT:
        return _move(post, State.STAYS)
    for delivery in _deliveries(post).open():  # it may still be stopped
        outbox.skip(actor=None, delivery=delivery, reason=_("The page is public no more."))
    return None


def _stop_messages(post: Post) -> bool:
    """Stops the messages to people that still wait for the morning; whether none had left."""
    for delivery in post.messages.open():
        outbox.skip(actor=None, delivery=delivery, reason=_("The page is public no more."))
    tried = post.state == State.OUT or post.messages.exists()
    return tried and not post.messages.exclude(state=Delivery.State.SKIPPED).exists()


def _queue(post: Post, act: str, title: str, **told) -> None:
    channel = channels.channel(post.channel)
    outbox.queue(
        carrier=post.channel,
        recipient=channel.label if channel else post.channel,
        title=title,
        payload={"post": post.pk, "act": act, "text": title} | told,
        subject=post.subject,
    )


def _move(post: Post, state: State, fault: str = "") -> None:
    post.state, post.fault = state, fault
    post.save()


def _lock(post_id: int) -> Post:
    return Post.objects.select_for_update().get(pk=post_id)


def _deliveries(post: Post):
    return Delivery.objects.about(post.subject).order_by("created_at")

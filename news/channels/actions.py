"""All writes to channel posts: choose, send, mark as published, edit, withdraw, mark as failed.

Each act on a network is a delivery in the outbox, written in the transaction that causes it.
``news.channels.delivery`` does it and reports the result to this module.
"""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from eservices.accounts.models import User
from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery, DeliveryQuerySet
from home.models.base import is_public, with_restriction_data

from . import announcements, lookup
from .announcements import Announcement
from .models import ChannelPost
from .states import PUBLIC, PostState

PUBLISH, EDIT, WITHDRAW = "publish", "edit", "withdraw"


@transaction.atomic
def save_channel_choices(*, actor: User, page: Page, choices: dict[str, tuple[bool, str]]) -> None:
    """Save which channels the editor ticked for a page, and the own text of each. Nothing is sent yet."""
    known = {post.channel: post for post in ChannelPost.objects.select_for_update().of(page)}
    for channel, (ticked, text) in choices.items():
        post = known.get(channel) or ChannelPost(page_id=page.pk, channel=channel)
        if post.pk is None and not ticked:
            continue
        if post.may_choose and not ticked:
            _forget(post)
            continue
        if post.may_choose and post.state != PostState.FAILED and (post.pk is None or not post.is_selected):
            post.state, post.planned_by, post.planned_at = PostState.PLANNED, actor, timezone.now()
        post.text, post.title = text, page.title
        post.save()


def _forget(post: ChannelPost) -> None:
    """Delete a post that is not ticked. A withdrawn post stays, so that its history is known."""
    for delivery in _deliveries(post).open():
        outbox.skip_delivery(actor=None, delivery=delivery, reason=_("No longer wanted."))
    if post.state != PostState.WITHDRAWN:
        post.delete()


@transaction.atomic
def sync_posts(*, actor: User | None = None, page: Page) -> None:
    """Send the ticked posts of a published page, and update those that are out."""
    announcement = announcements.published_announcement(page.pk)
    if announcement is None:
        return
    follow_translations(page=page)
    for post in ChannelPost.objects.select_for_update().of(page):
        _keep_own_text(post)
        if post.state in {PostState.PLANNED, PostState.FAILED}:
            _send(post, announcement)
        elif post.state == PostState.STAYS:
            _move(post, PostState.OUT)
        elif post.state == PostState.OUT and post.channel in lookup.READERS:
            _change_messages(post, announcement)
        elif post.state == PostState.OUT:
            _change(post, announcement)


@transaction.atomic
def follow_translations(*, actor: User | None = None, page: Page) -> None:
    """Update waiting messages about the other translations of ``page``.

    They announce the page to its readers if it is published in their language, and another language if it is not.
    """
    others = Page.objects.filter(translation_key=page.translation_key).exclude(pk=page.pk)
    posts = ChannelPost.objects.select_for_update().filter(page__in=others, channel__in=lookup.READERS)
    for post in posts.filter(state=PostState.OUT):
        if announcement := announcements.published_announcement(post.page_id):
            _change_messages(post, announcement)


@transaction.atomic
def withdraw_posts(*, actor: User | None = None, page: Page) -> None:
    """Withdraw the posts of a page that is not public any more, on the channels that allow it."""
    for post in ChannelPost.objects.select_for_update().of(page).filter(state__in=PUBLIC):
        _withdraw(post)
    follow_translations(page=page)


@transaction.atomic
def withdraw_restricted(*, actor: User | None = None, branch: Page) -> None:
    """Withdraw the posts of pages in ``branch`` that are not public any more, after its view restrictions changed."""
    out = Page.objects.descendant_of(branch, inclusive=True).filter(channel_posts__state__in=PUBLIC)
    for page in with_restriction_data(out).distinct():
        if not is_public(page):
            withdraw_posts(page=page)


def send_missed_posts(now: datetime) -> None:
    """Send what a publication did not send, for example because the process was stopped."""
    for post in ChannelPost.objects.forgotten(lookup.READERS).select_related("page")[:100]:
        sync_posts(page=post.page)


@transaction.atomic
def retry_post(*, actor: User, post: ChannelPost) -> bool:
    """Retry now the deliveries of a post that failed. Return False if nothing waits."""
    post = _lock(post.pk)
    tried = [outbox.retry_now(actor=actor, delivery=one) for one in _deliveries(post).open() if one.waits]
    if any(tried) and post.state == PostState.FAILED:
        _move(post, PostState.GOING)
    if any(tried) or post.state != PostState.FAILED:
        return any(tried)
    if (announcement := announcements.published_announcement(post.page_id)) is None:
        return False
    _send(post, announcement)
    return True


# -- Results of deliveries -------------------------------------------------------------------------------------
@transaction.atomic
def mark_published(*, post_id: int, remote_id: str, url: str, announcement: Announcement) -> None:
    """Record that the post is out.

    If it was withdrawn since it was sent, its state stays: the withdrawal that waits in the outbox removes it.
    """
    post = _lock(post_id)
    post.remote_id, post.url, post.digest = remote_id[:255], url[:500], announcement_digest(announcement)
    post.out_at, post.fault = timezone.now(), ""
    if post.state != PostState.LEAVING:
        post.state = PostState.OUT
    post.save()


@transaction.atomic
def mark_edited(*, post_id: int, announcement: Announcement) -> None:
    post = _lock(post_id)
    post.digest, post.edited_at, post.fault = announcement_digest(announcement), timezone.now(), ""
    post.save()


@transaction.atomic
def mark_withdrawn(*, post_id: int) -> None:
    post = _lock(post_id)
    post.state, post.remote_id, post.url, post.digest, post.fault = PostState.WITHDRAWN, "", "", "", ""
    post.save()


@transaction.atomic
def cancel_unpublished(*, post_id: int, but: Delivery) -> None:
    """Skip the other deliveries of a post that was withdrawn before it went out."""
    for delivery in _deliveries(_lock(post_id)).open().exclude(pk=but.pk):
        outbox.skip_delivery(actor=None, delivery=delivery, reason=_("Withdrawn before publication."))


@transaction.atomic
def mark_failed(*, delivery: Delivery) -> None:
    """Record a delivery that failed for good, with the reason for the editor. It is not retried automatically."""
    post = ChannelPost.objects.select_for_update().filter(pk=delivery.payload.get("post")).first()
    if post is None:
        return
    act, post.fault = delivery.payload.get("act"), delivery.reason
    if act == PUBLISH and post.state == PostState.GOING:
        post.state = PostState.FAILED
    if act == WITHDRAW and post.state == PostState.LEAVING:
        post.state = PostState.STAYS
    post.save()


def announcement_digest(announcement: Announcement) -> str:
    """Return the hash by which a change is detected: of the text, the link, the picture and its description."""
    picture = announcement.picture.pk if announcement.picture else ""
    told = "\0".join([announcement.text, announcement.link, str(picture), announcement.alt])
    return hashlib.sha256(told.encode()).hexdigest()


def _send(post: ChannelPost, announcement: Announcement) -> None:
    """Send a post, or record why it cannot be sent.

    A delivery that is already in the outbox is retried instead of written twice.
    """
    channel = lookup.channel_by_key(post.channel)
    if channel is None:
        return _move(post, PostState.FAILED, _("This channel is not set up."))
    said = announcement.with_text(channel.compose(announcement, post.text))
    if faults := channel.faults(said):
        return _move(post, PostState.FAILED, " ".join(faults))
    waiting = [one for one in _deliveries(post).open() if one.payload.get("act") == PUBLISH]
    if not waiting:
        _queue(post, PUBLISH, announcement.title, own=post.text, is_past=announcement.is_past)
    for delivery in waiting:
        outbox.retry_now(actor=None, delivery=delivery)
    return _move(post, PostState.GOING)


def _keep_own_text(post: ChannelPost) -> None:
    """Update waiting deliveries of a post with the own text that is published with the page."""
    outbox.rewrite(
        subject=post.subject, content=lambda delivery: (delivery.title, delivery.payload | {"own": post.text})
    )


def _change(post: ChannelPost, announcement: Announcement) -> None:
    channel = lookup.channel_by_key(post.channel)
    if channel is None or not channel.edits:
        return
    said = announcement.with_text(channel.compose(announcement, post.text))
    changed = announcement_digest(said) != post.digest
    if changed and not any(one.payload.get("act") == EDIT for one in _deliveries(post).open()):
        _queue(post, EDIT, announcement.title, own=post.text)


def _change_messages(post: ChannelPost, announcement: Announcement) -> None:
    """Update the messages that are not sent yet to what the page says now. Sent messages stay unchanged."""
    if channel := lookup.channel_by_key(post.channel):
        said = announcement.with_text(channel.compose(announcement, post.text))
        for delivery in _deliveries(post):
            if delivery.payload.get("act") == PUBLISH:
                channel.follow(said, delivery.pk.hex)
    post.edited_at = timezone.now()
    post.save(update_fields=["edited_at"])


def _withdraw(post: ChannelPost) -> None:
    if lookup.can_withdraw(post.channel):
        _queue(post, WITHDRAW, post.title)
        return _move(post, PostState.LEAVING)
    if post.channel in lookup.READERS and _stop_messages(post):
        return mark_withdrawn(post_id=post.pk)
    if post.state == PostState.OUT:
        return _move(post, PostState.STAYS)
    for delivery in _deliveries(post).open():  # it can still be stopped
        outbox.skip_delivery(actor=None, delivery=delivery, reason=_("The page is public no more."))
    return None


def _stop_messages(post: ChannelPost) -> bool:
    """Stop the messages that are not sent yet. Return whether none was sent."""
    for delivery in post.messages.open():
        outbox.skip_delivery(actor=None, delivery=delivery, reason=_("The page is public no more."))
    tried = post.state == PostState.OUT or post.messages.exists()
    return tried and not post.messages.exclude(state=Delivery.State.SKIPPED).exists()


def _queue(post: ChannelPost, act: str, title: str, **told: Any) -> None:
    channel = lookup.channel_by_key(post.channel)
    outbox.queue_delivery(
        carrier=post.channel,
        recipient=channel.label if channel else post.channel,
        title=title,
        payload={"post": post.pk, "act": act, "text": title} | told,
        subject=post.subject,
    )


def _move(post: ChannelPost, state: PostState, fault: str = "") -> None:
    post.state, post.fault = state, fault
    post.save()


def _lock(post_id: int) -> ChannelPost:
    return ChannelPost.objects.select_for_update().get(pk=post_id)


def _deliveries(post: ChannelPost) -> DeliveryQuerySet:
    return Delivery.objects.for_subject(post.subject).order_by("created_at")

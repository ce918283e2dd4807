"""Work of a delivery for a channel post: publish, edit or withdraw it, and report the result to ``actions``."""

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import Obsolete, PermanentFailure, RetryLater

from . import actions, announcements, lookup
from .models import ChannelPost
from .networks.base import PostGone, PublishedPost
from .states import PostState

RECHECK_AFTER = timedelta(minutes=1)


class ChannelTransport:
    """A transport for the posts of one channel, so that each channel has its own circuit breaker."""

    def __init__(self, key: str, label: str):
        self.key, self.label = key, label

    @property
    def ready(self) -> bool:
        """True if the channel can be probed.

        Channels that write to readers leave that to the transport of each message.
        """
        return hasattr(lookup.channel_by_key(self.key), "probe")

    def probe(self) -> None:
        lookup.channel_by_key(self.key).probe()

    def deliver(self, delivery: Delivery) -> None:
        post = ChannelPost.objects.filter(pk=delivery.payload["post"]).first()
        if post is None:
            return
        channel = lookup.channel_by_key(self.key)
        if channel is None:
            raise PermanentFailure(f"{self.label} is not set up.")
        ACTS[delivery.payload["act"]](channel, post, delivery)


def publish_post(channel, post: ChannelPost, delivery: Delivery) -> None:
    """Publish what is public now.

    After the first attempt it is searched for first, because that attempt may have succeeded without an answer.
    """
    if post.state != PostState.GOING or post.remote_id:
        return
    announcement = _said(channel, post, delivery)
    if announcement is None:
        raise Obsolete(_("The page is public no more."))
    announcements.check_not_over(delivery.payload, announcement)
    posted = channel.find(announcement) if delivery.attempts > 1 else None
    if posted is None:
        posted = channel.publish(announcement, delivery.pk.hex)
    _went_out(post, posted, announcement)


def edit_post(channel, post: ChannelPost, delivery: Delivery) -> None:
    if post.state != PostState.OUT or not post.remote_id:
        return
    announcement = _said(channel, post, delivery)
    if announcement is None or actions.announcement_digest(announcement) == post.digest:
        return
    channel.edit(post.remote_id, announcement)
    actions.mark_edited(post_id=post.pk, announcement=announcement)


def withdraw_post(channel, post: ChannelPost, delivery: Delivery) -> None:
    """Withdraw a post.

    Wait while a worker is publishing it. Stop the delivery if it was never published.
    """
    if post.state != PostState.LEAVING:
        return
    if not post.remote_id:
        first = [one for one in Delivery.objects.for_subject(post.subject).open() if one.pk != delivery.pk]
        if any(one.state == Delivery.State.CARRYING for one in first):
            raise RetryLater(timezone.now() + RECHECK_AFTER)
        actions.cancel_unpublished(post_id=post.pk, but=delivery)
        post.refresh_from_db()
    if post.remote_id:
        with suppress(PostGone):  # deleted by hand on the network
            channel.withdraw(post.remote_id)
    actions.mark_withdrawn(post_id=post.pk)


ACTS = {actions.PUBLISH: publish_post, actions.EDIT: edit_post, actions.WITHDRAW: withdraw_post}


def _said(channel, post: ChannelPost, delivery: Delivery):
    """Return the public announcement of the page with the own text that was published; None if it is not public.

    A draft may have another text by now. Raise PermanentFailure if the channel does not accept it.
    """
    announcement = announcements.published_announcement(post.page_id)
    if announcement is None:
        return None
    said = announcement.with_text(channel.compose(announcement, delivery.payload.get("own", post.text)))
    if faults := channel.faults(said):
        raise PermanentFailure(" ".join(faults))
    return said


def _went_out(post: ChannelPost, posted: PublishedPost, announcement) -> None:
    actions.mark_published(post_id=post.pk, remote_id=posted.id, url=posted.url, announcement=announcement)

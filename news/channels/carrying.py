"""What a worker does for a post: posts it, changes it or takes it back, and tells ``actions`` how it went."""

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.deliveries.carriers import CannotCarry, NotAnyMore, NotNow
from eservices.deliveries.models import Delivery

from . import actions, announcements, channels
from .models import Post
from .networks.network import Gone, Posted
from .states import State

SOON = timedelta(minutes=1)


class ChannelCarrier:
    """Carries the posts of one channel, so that each channel has a circuit of its own."""

    def __init__(self, key: str, label: str):
        self.key, self.label = key, label

    @property
    def ready(self) -> bool:
        """Whether it can be asked: channels that write to readers leave that to the carrier of each message."""
        return hasattr(channels.channel(self.key), "probe")

    def probe(self) -> None:
        channels.channel(self.key).probe()

    def carry(self, delivery: Delivery) -> None:
        post = Post.objects.filter(pk=delivery.payload["post"]).first()
        if post is None:
            return
        channel = channels.channel(self.key)
        if channel is None:
            raise CannotCarry(f"{self.label} is not set up.")
        ACTS[delivery.payload["act"]](channel, post, delivery)


def publish(channel, post: Post, delivery: Delivery) -> None:
    """Posts what is public now. After a first attempt it is looked up whether that one arrived after all."""
    if post.state != State.GOING or post.remote_id:
        return
    announcement = _said(channel, post, delivery)
    if announcement is None:
        raise NotAnyMore(_("The page is public no more."))
    announcements.must_not_have_passed(delivery.payload, announcement)
    posted = channel.find(announcement) if delivery.attempts > 1 else None
    if posted is None:
        posted = channel.publish(announcement, delivery.pk.hex)
    _went_out(post, posted, announcement)


def edit(channel, post: Post, delivery: Delivery) -> None:
    if post.state != State.OUT or not post.remote_id:
        return
    announcement = _said(channel, post, delivery)
    if announcement is None or actions.digest_of(announcement) == post.digest:
        return
    channel.edit(post.remote_id, announcement)
    actions.was_edited(post_id=post.pk, announcement=announcement)


def withdraw(channel, post: Post, delivery: Delivery) -> None:
    """Takes it back. While a worker is posting it, it waits; what never went out is stopped."""
    if post.state != State.LEAVING:
        return
    if not post.remote_id:
        first = [one for one in Delivery.objects.about(post.subject).open() if one.pk != delivery.pk]
        if any(one.state == Delivery.State.CARRYING for one in first):
            raise NotNow(timezone.now() + SOON)
        actions.stop(post_id=post.pk, but=delivery)
        post.refresh_from_db()
    if post.remote_id:
        with suppress(Gone):  # somebody took it back by hand
            channel.withdraw(post.remote_id)
    actions.was_withdrawn(post_id=post.pk)


ACTS = {actions.PUBLISH: publish, actions.EDIT: edit, actions.WITHDRAW: withdraw}


def _said(channel, post: Post, delivery: Delivery):
    """Return what is public of the page, with the own text that was published: a draft may have another by now."""
    announcement = announcements.published(post.page_id)
    if announcement is None:
        return None
    said = announcement.saying(channel.compose(announcement, delivery.payload.get("own", post.text)))
    if faults := channel.faults(said):
        raise CannotCarry(" ".join(faults))
    return said


def _went_out(post: Post, posted: Posted, announcement) -> None:
    actions.went_out(post_id=post.pk, remote_id=posted.id, url=posted.url, announcement=announcement)

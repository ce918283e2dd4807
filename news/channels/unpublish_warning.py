"""Warnings before a page with channel posts is unpublished: what is withdrawn, and what is not."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eservices.deliveries.models import Delivery

from . import lookup
from .models import ChannelPost
from .states import PUBLIC


def unpublish_consequences(page) -> list[str]:
    """Return a sentence for each effect, or missing effect, on the channels of the page's posts."""
    posts = ChannelPost.objects.of(page).filter(state__in=PUBLIC)
    readers = [post for post in posts if post.channel in lookup.READERS]
    elsewhere = [post for post in posts if post.channel not in lookup.READERS]
    return [*_networks(elsewhere), *_messages(readers)]


def _networks(posts: list[ChannelPost]) -> Iterator[str]:
    follow = [post for post in posts if lookup.can_withdraw(post.channel)]
    if gone := _names(follow):
        yield _("Also taken back from: %(channels)s.") % {"channels": gone}
    if stays := _names(post for post in posts if post not in follow):
        yield _("To be removed there by hand: %(channels)s.") % {"channels": stays}


def _messages(posts: list[ChannelPost]) -> Iterator[str]:
    for post in posts:
        if left := post.messages.filter(state=Delivery.State.DONE).count():
            yield ngettext(
                "%(channel)s: %(number)s message has been sent and cannot be taken back.",
                "%(channel)s: %(number)s messages have been sent and cannot be taken back.",
                left,
            ) % {"channel": lookup.channel_labels()[post.channel], "number": left}


def _names(posts) -> str:
    return ", ".join(str(lookup.channel_labels()[post.channel]) for post in posts)

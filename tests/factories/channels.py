"""Articles with chosen channels, and their channel posts."""

from datetime import datetime

import time_machine

from eservices.deliveries import actions as outbox
from news.articles.models import NewsPage
from news.channels import actions
from news.channels.models import ChannelPost
from tests.factories.news import NewsPageFactory


def draft(index, *channels: str, text: str = "", **fields) -> NewsPage:
    """Create an unpublished article with these channels chosen."""
    page = NewsPageFactory(parent=index, live=False, **fields)
    tick(page, *channels, text=text)
    return page


def tick(page, *channels: str, text: str = "") -> None:
    actions.save_channel_choices(actor=None, page=page, choices=dict.fromkeys(channels, (True, text)))


def publish(page) -> None:
    page.save_revision().publish()
    page.refresh_from_db()


def post_of(page, channel: str) -> ChannelPost:
    return ChannelPost.objects.get(page_id=page.pk, channel=channel)


def wake(at: datetime) -> None:
    """Send all deliveries that are due at a time."""
    with time_machine.travel(at, tick=False):
        outbox.wake_due_deliveries(at)

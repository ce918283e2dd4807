"""Articles, what is ticked for them, and when that leaves."""

from datetime import datetime

import time_machine

from eservices.deliveries import actions as outbox
from news.articles.models import NewsPage
from news.channels import actions
from news.channels.models import ChannelPost
from tests.factories.news import NewsPageFactory


def draft(index, *channels: str, text: str = "", **fields) -> NewsPage:
    """An article that is not published yet, with these channels ticked."""
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
    """Lets everything leave that is due at a moment."""
    with time_machine.travel(at, tick=False):
        outbox.wake_due_deliveries(at)

"""News on channels: SMS subscribers, and an article with channel posts."""

import re
from datetime import timedelta

from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from news.articles.models import NewsPage
from news.channels import actions
from news.channels.models import ChannelPost
from news.channels.sms import actions as sms

from ... import clock
from ..context import DemoContext

READERS = 9
TICKED = {
    "mastodon": (True, ""),
    "facebook": (True, ""),
    "by_sms": (True, ""),
    "linkedin": (False, ""),
}
TOLD = "chauffage-a-distance"


def build(world: DemoContext) -> None:
    topics = [world.topics[key, "fr"].translation_key for key in ("chantiers", "politique", "agenda")]
    for number in range(READERS):
        add_sms_readers(number, topics, world)
    publish_on_channels(world)


def add_sms_readers(number: int, topics: list, world: DemoContext) -> None:
    """Create an SMS subscriber. All but the last one confirmed; one unsubscribed since."""
    asked = clock.local_moment(world.today - timedelta(days=200 - number * 20), 10 + number)
    phone = f"+4179000{1000 + number * 37:04}"
    with clock.clock_at(asked):
        reader = sms.request_subscription(
            number=phone,
            language="de" if number % 4 == 3 else "fr",
            topic_keys=topics[: 1 + number % 3],
            alerts=number % 3 != 2,
        )
        [sent] = Delivery.objects.for_subject(f"phone:{reader.pk}")
        code = re.search(r"\d{6}", sent.payload["text"])[0]
        attempt_delivery(sent.pk)
        if number < READERS - 1:
            sms.confirm_by_code(reader=reader, code=code)
    if number == 4:
        with clock.clock_at(asked + timedelta(days=9)):
            sms.unsubscribe(reader=reader, replied=True)


def publish_on_channels(world: DemoContext) -> None:
    """Send the channel posts of an article, as of the day of its publication."""
    page = NewsPage.objects.get(pk=world.pages[TOLD])
    with clock.clock_at(page.first_published_at + timedelta(hours=1)):
        actions.save_channel_choices(actor=None, page=page, choices=TICKED)
        actions.sync_posts(page=page)
        for post in ChannelPost.objects.of(page).order_by("pk"):
            send_all(Delivery.objects.for_subject(post.subject))
        send_all(Delivery.objects.filter(carrier=sms.CARRIER))


def send_all(deliveries) -> None:
    for delivery in deliveries.order_by("recipient"):
        attempt_delivery(delivery.pk)

"""News beside the site: readers by SMS, and an article that went out on some channels."""

import re
from datetime import timedelta

from eservices.deliveries.actions import attempt
from eservices.deliveries.models import Delivery
from news.channels import actions
from news.channels.models import Post
from news.channels.sms import actions as sms
from news.models import NewsPage

from .. import clock
from .world import World

READERS = 9
TICKED = {
    "mastodon": (True, ""),
    "facebook": (True, ""),
    "by_sms": (True, ""),
    "linkedin": (False, ""),
}
TOLD = "chauffage-a-distance"


def build(world: World) -> None:
    topics = [world.topics[key, "fr"].translation_key for key in ("chantiers", "politique", "agenda")]
    for number in range(READERS):
        join(number, topics, world)
    tell(world)


def join(number: int, topics: list, world: World) -> None:
    """Most typed the code; one stopped since."""
    asked = clock.at(world.today - timedelta(days=200 - number * 20), 10 + number)
    phone = f"+4179000{1000 + number * 37:04}"
    with clock.set_to(asked):
        reader = sms.ask(
            number=phone,
            language="de" if number % 4 == 3 else "fr",
            topic_keys=topics[: 1 + number % 3],
            alerts=number % 3 != 2,
        )
        [sent] = Delivery.objects.about(f"phone:{reader.pk}")
        code = re.search(r"\d{6}", sent.payload["text"])[0]
        attempt(sent.pk)
        if number < READERS - 1:
            sms.confirm(reader=reader, code=code)
    if number == 4:
        with clock.set_to(asked + timedelta(days=9)):
            sms.stop(reader=reader, replied=True)


def tell(world: World) -> None:
    """What was ticked for an article leaves as on the day on which it was published."""
    page = NewsPage.objects.get(pk=world.pages[TOLD])
    with clock.set_to(page.first_published_at + timedelta(hours=1)):
        actions.choose(actor=None, page=page, choices=TICKED)
        actions.follow(page=page)
        for post in Post.objects.of(page).order_by("pk"):
            carry(Delivery.objects.about(post.subject))
        carry(Delivery.objects.filter(carrier=sms.CARRIER))


def carry(deliveries) -> None:
    for delivery in deliveries.order_by("recipient"):
        attempt(delivery.pk)

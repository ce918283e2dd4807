"""Subscribers of the newsletter, in every state, through the newsletter's own actions."""

from datetime import timedelta

from newsletter.actions import subscribers as actions
from newsletter.models import Subscriber

from .. import clock
from .residents import Residents
from .world import World

COUNT = 60


def build(world: World) -> None:
    """Most confirmed, a few still to confirm, a few who left."""
    residents = Residents(world.random)
    keys = [world.topics[key, "fr"].translation_key for key in ("chantiers", "politique", "agenda")]
    for number in range(COUNT):
        who = residents.draw()
        asked = clock.at(world.today - timedelta(days=600 - number * 10), world.random.randint(7, 22))
        chosen = world.random.sample(keys, world.random.randint(1, 3))
        join(who, asked, chosen, confirms=number < COUNT - 2, leaves=number % 12 == 5)


def join(who, asked, chosen, *, confirms: bool, leaves: bool) -> None:
    with clock.set_to(asked):
        actions.ask(email=who.email, language=who.language, topic_keys=chosen, page="/")
    subscriber = Subscriber.objects.get(email=who.email)
    if confirms:
        with clock.set_to(asked + timedelta(minutes=12)):
            actions.confirm(subscriber=subscriber)
    if confirms and leaves:
        with clock.set_to(asked + timedelta(days=30)):
            actions.unsubscribe(subscriber=subscriber)

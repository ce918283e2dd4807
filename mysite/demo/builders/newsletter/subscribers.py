"""Newsletter subscribers in every state, and subscribers of waste reminders."""

from datetime import timedelta

from news.waste import actions as waste
from news.waste.models import WasteDistrict, WasteReminder
from news.waste.reminder_times import ReminderTime
from newsletter.actions import subscribers as actions
from newsletter.models import Subscriber

from ... import clock
from ..context import DemoContext
from ..eservices.residents import Residents

COUNT = 60


def build(world: DemoContext) -> None:
    """Create subscribers: most confirmed, a few to confirm, a few unsubscribed."""
    residents = Residents(world.random)
    keys = [world.topics[key, "fr"].translation_key for key in ("chantiers", "politique", "agenda")]
    for number in range(COUNT):
        who = residents.draw()
        asked = clock.local_moment(
            world.today - timedelta(days=600 - number * 10), world.random.randint(7, 22)
        )
        chosen = world.random.sample(keys, world.random.randint(1, 3))
        add_subscriber(who, asked, chosen, confirms=number < COUNT - 2, leaves=number % 12 == 5)
    add_waste_reminders(world)


def add_subscriber(who, asked, chosen, *, confirms: bool, leaves: bool) -> None:
    with clock.clock_at(asked):
        actions.request_subscription(email=who.email, language=who.language, topic_keys=chosen, page="/")
    subscriber = Subscriber.objects.get(email=who.email)
    if confirms:
        with clock.clock_at(asked + timedelta(minutes=12)):
            actions.confirm_subscription(subscriber=subscriber)
    if confirms and leaves:
        with clock.clock_at(asked + timedelta(days=30)):
            actions.unsubscribe(subscriber=subscriber)


def add_waste_reminders(world: DemoContext) -> None:
    """Create a waste reminder for every sixth subscriber, alternately in the evening and in the morning."""
    districts = [one.translation_key for one in WasteDistrict.in_language("fr")]
    asked = clock.local_moment(world.today - timedelta(days=90), 19)
    for number, reader in enumerate(Subscriber.objects.exclude(email="").order_by("pk")[::6]):
        when = (ReminderTime.EVENING, ReminderTime.MORNING)[number % 2]
        with clock.clock_at(asked + timedelta(days=number * 7)):
            waste.request_reminder(
                email=reader.email,
                language=reader.language,
                district=districts[number % len(districts)],
                when=when,
            )
            reminder = WasteReminder.objects.get(email=reader.email)
            waste.confirm_reminder(reminder=reminder, language=reader.language, when=when)

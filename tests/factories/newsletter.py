"""Topics, subscribers and campaigns in any situation."""

from datetime import timedelta

import factory
from django.utils import timezone
from wagtail.blocks import StreamValue

from newsletter import sending
from newsletter.actions import mailings as actions
from newsletter.models import Campaign, Mailing, Subscriber, Subscription, Topic
from newsletter.states import SubscriberState
from tests.factories.home import locale


class TopicFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda number: f"Thème {number}")
    locale = factory.LazyFunction(locale)
    order = factory.Sequence(int)

    class Meta:
        model = Topic


class SubscriberFactory(factory.django.DjangoModelFactory):
    """A confirmed subscriber. ``topics=[…]`` subscribes to topics, ``pending=True`` waits for confirmation."""

    email = factory.Sequence(lambda number: f"abonnee{number}@courriel.example")
    language = "fr"
    state = SubscriberState.CONFIRMED
    link_expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    confirmed_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Subscriber
        skip_postgeneration_save = True

    class Params:
        pending = factory.Trait(state=SubscriberState.PENDING, confirmed_at=None)
        gone = factory.Trait(
            state=SubscriberState.UNSUBSCRIBED, unsubscribed_at=factory.LazyFunction(timezone.now)
        )

    @factory.post_generation
    def topics(self, create, topics, **kwargs):
        for topic in topics or []:
            Subscription.objects.create(subscriber=self, topic_key=topic.translation_key)


def translated_topic(topic: Topic, code: str, name: str) -> Topic:
    """Return a topic in another language."""
    copy = topic.copy_for_translation(locale(code))
    copy.name = name
    copy.save()
    return copy


class CampaignFactory(factory.django.DjangoModelFactory):
    """An approved campaign with a text. ``pages=[…]`` adds pages; ``topics=[…]`` selects their subscribers."""

    title = factory.Sequence(lambda number: f"Lettre {number}")
    locale = factory.LazyFunction(locale)

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(live=False)

    @classmethod
    def _create(
        cls, model, *args, pages=(), blocks=(("text", "<p>Bonjour à tous.</p>"),), topics=(), **fields
    ):
        campaign = model(**fields)
        kinds = {"NewsPage": "news", "EventPage": "event", "OfficialNoticePage": "notice"}
        chosen = [(kinds[type(page).__name__], page.pk) for page in pages]
        raw = [{"type": kind, "value": value} for kind, value in [*chosen, *blocks]]
        campaign.body = StreamValue(campaign._meta.get_field("body").stream_block, raw, is_lazy=True)
        campaign.topics = list(topics)
        campaign.save()
        return campaign


def mailed(campaign: Campaign, **options) -> Mailing:
    """Send a campaign with one worker. Return its mailing."""
    mailing = actions.schedule_mailing(actor=None, campaign=campaign, **options)
    sending.run_mailing(mailing.pk)
    mailing.refresh_from_db()
    return mailing


def translated_campaign(campaign: Campaign, code: str, **changes) -> Campaign:
    """Return a campaign in another language, approved."""
    copy = campaign.copy_for_translation(locale(code))
    for name, value in ({"live": True} | changes).items():
        setattr(copy, name, value)
    copy.save()
    return copy

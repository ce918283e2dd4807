"""The channels of the demo, created by the same actions as elsewhere."""

from types import SimpleNamespace

import pytest
from django.test.utils import override_settings

from eservices.deliveries.models import Delivery, MailboxEntry
from mysite.demo import clock
from mysite.demo.builders import BY_HAND
from mysite.demo.builders.news import channels
from news.channels.models import ChannelPost
from news.channels.models.sms import PhoneReader
from news.channels.states import PostState
from tests.deliveries.test_demo_mailbox import demo  # noqa: F401
from tests.factories.channels import publish
from tests.factories.news import NewsPageFactory, moment
from tests.factories.newsletter import TopicFactory

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.mark.usefixtures("demo")
def test_demo_article_is_posted_and_its_readers_are_confirmed(index):
    topics = {(key, "fr"): TopicFactory() for key in ("chantiers", "politique", "agenda")}
    page = NewsPageFactory(parent=index, live=False)
    page.topics = [topics["chantiers", "fr"]]
    page.save()
    with clock.clock_at(moment(2026, 11, 20, 8)):
        publish(page)
    world = SimpleNamespace(
        topics=topics, pages={channels.TOLD: page.pk}, today=moment(2026, 11, 26, 0).date()
    )
    with override_settings(TASKS=BY_HAND):
        channels.build(world)
    assert set(ChannelPost.objects.values_list("state", flat=True)) == {PostState.OUT}
    assert PhoneReader.objects.confirmed().count() == channels.READERS - 2
    assert MailboxEntry.objects.filter(channel="mastodon").count() == 1
    assert MailboxEntry.objects.filter(channel="sms").count() == 2 * channels.READERS - 2
    assert not Delivery.objects.open().exists()

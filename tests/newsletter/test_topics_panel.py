"""Panel of topics: each topic once, in the language of the page."""

import pytest
from django.urls import reverse

from newsletter.models import Topic
from tests.factories import home as make
from tests.factories import news
from tests.factories.accounts import SuperuserFactory
from tests.factories.newsletter import TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def works():
    """Create a topic in two languages, beside one in French only."""
    topic = TopicFactory(name="Rues")
    german = topic.copy_for_translation(make.locale("de"))
    german.name = "Gassen"
    german.save()
    TopicFactory(name="Votations")
    return topic


def names_offered(client, address: str) -> list[str]:
    client.force_login(SuperuserFactory())
    page = client.get(address).content.decode()
    return [name for name in ("Rues", "Gassen", "Votations") if name in page]


def edit(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def test_article_offers_each_topic_in_its_language(client, works):
    page = news.NewsPageFactory(parent=news.NewsIndexPageFactory(parent=make.make_site()))
    assert names_offered(client, edit(page)) == ["Rues", "Votations"]


def test_translated_article_offers_topics_in_its_language(client, works):
    index = make.translated(news.NewsIndexPageFactory(parent=make.make_site()), "de", title="Aktuell")
    page = news.NewsPageFactory(parent=index, locale=index.locale)
    assert names_offered(client, edit(page)) == ["Gassen", "Votations"]


def test_chosen_topic_of_another_language_can_be_unselected(client, works):
    page = news.NewsPageFactory(parent=news.NewsIndexPageFactory(parent=make.make_site()))
    page.topics = [Topic.objects.get(name="Gassen")]
    page.save_revision().publish()
    assert names_offered(client, edit(page)) == ["Rues", "Gassen", "Votations"]


@pytest.mark.parametrize("kind", ["campaign", "digest"])
def test_campaigns_and_digests_offer_topics_in_their_language(client, works, kind):
    make.make_site()
    assert names_offered(client, reverse(f"wagtailsnippets_newsletter_{kind}:add")) == [
        "Rues",
        "Votations",
    ]

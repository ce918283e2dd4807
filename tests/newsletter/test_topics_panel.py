"""Whoever ticks a topic is shown each once, in the language that is written."""

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
    """A topic in two languages, and one that is in French only."""
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


def test_an_article_is_asked_for_each_topic_in_its_language(client, works):
    page = news.NewsPageFactory(parent=news.NewsIndexPageFactory(parent=make.make_site()))
    assert names_offered(client, edit(page)) == ["Rues", "Votations"]


def test_a_translation_is_asked_in_its_own_and_else_in_the_first_language(client, works):
    index = make.translated(news.NewsIndexPageFactory(parent=make.make_site()), "de", title="Aktuell")
    page = news.NewsPageFactory(parent=index, locale=index.locale)
    assert names_offered(client, edit(page)) == ["Gassen", "Votations"]


def test_what_is_ticked_already_is_there_to_be_unticked(client, works):
    page = news.NewsPageFactory(parent=news.NewsIndexPageFactory(parent=make.make_site()))
    page.topics = [Topic.objects.get(name="Gassen")]
    page.save_revision().publish()
    assert names_offered(client, edit(page)) == ["Rues", "Gassen", "Votations"]


@pytest.mark.parametrize("kind", ["campaign", "digest"])
def test_letters_are_asked_the_same_way(client, works, kind):
    make.make_site()
    assert names_offered(client, reverse(f"wagtailsnippets_newsletter_{kind}:add")) == [
        "Rues",
        "Votations",
    ]

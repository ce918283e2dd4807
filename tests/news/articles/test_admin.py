"""Articles and subscribers in the admin."""

import pytest
from django.urls import reverse
from django.utils.translation import ngettext
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from news.articles.models import NewsPage
from tests.factories.accounts import AgentFactory, SuperuserFactory
from tests.factories.news import NewsCategoryFactory, NewsPageFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory


@pytest.fixture
def editor(client, index):
    user = SuperuserFactory()
    client.force_login(user)
    return user


def form(**fields):
    return nested_form_data(
        {
            "title": "Le Vieux-Port retrouve sa plage",
            "slug": "vieux-port",
            "lead": "Les travaux commencent.",
            "date": "2026-11-24",
            "author": "",
            "picture": "",
            "picture_alt": "",
            "picture_caption": "",
            "body": streamfield([("text", rich_text("<p>On comblait la plage.</p>"))]),
            "related_services": inline_formset([]),
            "comments": inline_formset([]),
            "keywords": "",
            "share_image": "",
            "seo_title": "",
            "search_description": "",
            "go_live_at": "",
            "expire_at": "",
        }
        | fields
    )


def test_editor_publishes_article_that_reaches_subscribers(client, editor, index):
    topic = TopicFactory(name="Chantiers")
    category = NewsCategoryFactory()
    SubscriberFactory(topics=[topic])
    address = reverse("wagtailadmin_pages:add", args=["news_articles", "newspage", index.pk])
    assert "Chantiers" in client.get(address).content.decode()
    data = form(category=category.pk) | {"topics": [topic.pk], "action-publish": "1"}
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.context["form"].errors
    page = NewsPage.objects.get()
    assert page.live
    assert page.reach() == 1
    assert "On comblait la plage." in client.get(page.url).content.decode()


def test_article_without_category_keeps_typed_text(client, editor, index):
    address = reverse("wagtailadmin_pages:add", args=["news_articles", "newspage", index.pk])
    answer = client.post(address, form(category="") | {"action-publish": "1"})
    assert answer.status_code == 200
    assert "category" in answer.context["form"].errors
    assert "On comblait la plage." in answer.content.decode()
    assert not NewsPage.objects.exists()


def test_article_editor_shows_number_of_subscribers(client, editor, index):
    topic = TopicFactory()
    SubscriberFactory.create_batch(2, topics=[topic])
    page = NewsPageFactory(parent=index)
    assert (
        "personne n’y est donc abonné" in client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text
    )
    page.topics = [topic]
    page.save()
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert shown.status_code == 200
    said = ngettext(
        "Its topics in the last saved version reach %(number)s subscriber in this language.",
        "Its topics in the last saved version reach %(number)s subscribers in this language.",
        2,
    )
    assert said % {"number": 2} in shown.content.decode()


def test_subscribers_can_be_erased_but_not_added_in_admin(client, editor):
    subscriber = SubscriberFactory()
    listed = client.get(reverse("subscribers:index"))
    assert subscriber.email in listed.content.decode()
    assert subscriber.secret not in listed.content.decode()
    assert client.get(reverse("subscribers:inspect", args=[subscriber.pk])).status_code == 200
    assert client.get(reverse("subscribers:add")).status_code == 302
    assert client.get(reverse("subscribers:edit", args=[subscriber.pk])).status_code == 302
    client.post(reverse("subscribers:delete", args=[subscriber.pk]))
    assert not type(subscriber).objects.exists()


def test_agent_cannot_see_subscribers(client, index):
    client.force_login(AgentFactory())
    answer = client.get(reverse("subscribers:index"))
    assert answer.status_code == 302

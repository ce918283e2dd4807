"""Channels in the page editor: selection, previews and repetition."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield
from wagtail_factories import ImageFactory

from eservices.deliveries.models import MailboxEntry
from eservices.deliveries.transports import transport_label
from news.agenda.models import EventPage
from news.articles.models import NewsPage
from news.channels import announcements
from news.channels.models import ChannelPost
from news.channels.states import PostState
from newsletter.content_types import content_types
from tests.deliveries.test_demo_mailbox import demo  # noqa: F401
from tests.factories.accounts import AgentFactory, SuperuserFactory
from tests.factories.channels import draft, post_of, publish, tick
from tests.factories.home import translated
from tests.factories.news import EventIndexPageFactory, EventPageFactory, NewsCategoryFactory, NewsPageFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory
from tests.news.channels.network_double import keys_for

pytestmark = pytest.mark.usefixtures("transactional_db")


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
            "category": NewsCategoryFactory(slug=f"c{NewsPage.objects.count()}").pk,
            "body": streamfield([]),
            "related_services": inline_formset([]),
            "comments": inline_formset([]),
        }
        | fields
    )


def add(client, index, **fields):
    return client.post(
        reverse("wagtailadmin_pages:add", args=["news_articles", "newspage", index.pk]), form(**fields)
    )


def test_selected_channel_is_posted_on_publication(client, editor, index, outside):
    answer = add(client, index, channel_mastodon="on", **{"action-publish": "1"})
    assert answer.status_code == 302, answer.context["form"].errors
    assert len(outside.on("mastodon")) == 1
    post = ChannelPost.objects.get()
    assert (post.state, post.planned_by) == (PostState.OUT, editor)


def test_draft_keeps_selected_channel_and_posts_nothing(client, editor, index, outside):
    add(client, index, channel_x="on", channel_x_text="Court.")
    page = NewsPage.objects.get()
    assert not outside.asked
    assert post_of(page, "x").text == "Court."
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert 'name="channel_x" id="id_channel_x" checked' in shown
    client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form(**{"action-publish": "1"}))
    assert not outside.posts  # deselected before publication
    assert not ChannelPost.objects.exists()


def test_editor_shows_previews_with_length_and_missing_parts(client, editor, index, outside):
    page = draft(index, title="La plage ouvre", lead="Dès lundi.")
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert f"La plage ouvre\n\nDès lundi.\n\n{page.full_url}" in shown
    assert " / 280" in shown
    assert "Instagram" in shown


def test_editor_contains_each_channel_field_once(client, editor, index, outside):
    page = client.get(reverse("wagtailadmin_pages:add", args=["news_articles", "newspage", index.pk])).text
    assert [page.count(f'name="channel_mastodon{part}"') for part in ("", "_text")] == [1, 1]
    assert (
        f'data-above="{index.full_url}"' in page
    )  # the start of the address of a page that is not saved yet


def test_sent_channel_post_cannot_be_deselected(client, editor, index, outside):
    page = draft(index, "mastodon")
    publish(page)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    shown = client.get(edit).content.decode()
    assert post_of(page, "mastodon").url in shown
    client.post(edit, form(slug=page.slug, **{"action-publish": "1"}))
    assert post_of(page, "mastodon").state == PostState.OUT
    assert len(outside.on("mastodon")) == 1


@pytest.mark.parametrize("text", ["é" * 10_000, "🎉" * 281, "NUL\0"])
def test_too_long_own_text_is_refused_at_its_field(client, editor, index, outside, text):
    answer = add(client, index, channel_x="on", channel_x_text=text, **{"action-publish": "1"})
    assert answer.status_code == 200
    assert "channel_x_text" in answer.context["form"].errors
    assert not NewsPage.objects.exists()


def test_channel_previews_store_nothing(client, editor, index, outside):
    typed = {"title": "Titre", "lead": "mot " * 300, "link": "http://testserver/a/", "x": "🎉" * 10_000}
    shown = client.post(reverse("news_channels:previews"), typed).json()
    assert shown["mastodon"]["length"] <= 500
    assert shown["x"]["faults"]
    assert shown["instagram"]["faults"]
    assert not ChannelPost.objects.exists()
    assert client.get(reverse("news_channels:previews")).status_code == 405


def test_only_configured_channels_are_offered(client, editor, index, outside, settings):
    settings.SOCIAL_NETWORKS = keys_for(outside, "mastodon")
    shown = client.get(
        reverse("wagtailadmin_pages:add", args=["news_articles", "newspage", index.pk])
    ).content.decode()
    assert "channel_mastodon" in shown
    assert "channel_facebook" not in shown


@pytest.mark.usefixtures("demo")
def test_channel_preview_shows_picture_if_channel_does(client, editor, index):
    page = draft(index, picture=ImageFactory(title="La plage"), picture_alt="La plage")
    soup = BeautifulSoup(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text, "html.parser")
    shown = {one["data-channel"]: one.select(".channel-picture") for one in soup.select("[data-channel]")}
    assert shown["instagram"]
    assert not shown["by_sms"]


@pytest.mark.usefixtures("demo")
def test_demo_stores_posts_in_mailbox_only(client, editor, index):
    add(client, index, channel_facebook="on", **{"action-publish": "1"})
    entry = MailboxEntry.objects.get()
    assert (entry.channel, entry.subject) == ("facebook", "Le Vieux-Port retrouve sa plage")
    assert transport_label(entry.channel) == "Facebook"
    NewsPage.objects.get().unpublish()
    assert MailboxEntry.objects.count() == 2


def test_editor_retries_failed_channel_post(client, index, outside):
    client.force_login(SuperuserFactory())
    outside.faults = [401]
    page = draft(index, "facebook")
    publish(page)
    address = reverse("news_channels:posts", args=[page.pk])
    assert "Facebook 401" in client.get(address).content.decode()
    again = reverse("news_channels:retry", args=[page.pk, post_of(page, "facebook").pk])
    assert client.get(again).status_code == 405
    assert client.post(again).status_code == 302
    assert post_of(page, "facebook").state == PostState.OUT


def test_channel_posts_require_permission_to_edit_page(client, index, outside):
    page = NewsPageFactory(parent=index)
    address = reverse("news_channels:posts", args=[page.pk])
    client.force_login(AgentFactory())
    assert client.get(address).status_code == 404
    client.force_login(SuperuserFactory())
    assert client.get(address).status_code == 200
    assert client.get(reverse("news_channels:posts", args=[10**17])).status_code == 404


# -- Events ----------------------------------------------------------------------------------------------------
@pytest.fixture
def agenda(index):
    return EventIndexPageFactory(parent=index.get_parent())


def event_form(**fields):
    return nested_form_data(
        {
            "title": "Fête du lac",
            "slug": "fete-du-lac",
            "lead": "Trois barques et un feu.",
            "start": "2026-12-06 17:00",
            "end": "2026-12-06 19:00",
            "place": "Débarcadère",
            "exceptions": streamfield([]),
            "body": streamfield([]),
            "comments": inline_formset([]),
        }
        | fields
    )


def test_event_post_contains_time_and_place(client, editor, agenda, outside, settings):
    url = reverse("wagtailadmin_pages:add", args=["news_agenda", "eventpage", agenda.pk])
    answer = client.post(url, event_form(channel_mastodon="on", **{"action-publish": "1"}))
    assert answer.status_code == 302, answer.context["form"].errors
    page = EventPage.objects.get()
    occasion = "6 décembre 2026, 17\N{NO-BREAK SPACE}h, Débarcadère."
    said = f"Fête du lac\n\n{occasion} Trois barques et un feu.\n\n{page.full_url}"
    assert outside.on("mastodon")[0]["text"] == said


def test_event_editor_opens_before_start_is_known(client, editor, agenda, outside):
    assert (
        client.get(
            reverse("wagtailadmin_pages:add", args=["news_agenda", "eventpage", agenda.pk])
        ).status_code
        == 200
    )
    assert not EventPage().is_past


def test_cancelled_event_changes_its_channel_post(client, editor, agenda, outside):
    page = EventPageFactory(parent=agenda, live=False, title="Fête du lac")
    tick(page, "mastodon")
    publish(page)
    page.cancelled = True
    publish(page)
    assert outside.on("mastodon")[0]["text"].startswith("Annulé\N{NO-BREAK SPACE}: Fête du lac")
    page.unpublish()
    assert not outside.on("mastodon")


def test_event_topics_reach_their_subscribers(client, editor, agenda, outside):
    topic = TopicFactory()
    SubscriberFactory(topics=[topic])
    SubscriberFactory()
    page = EventPageFactory(parent=agenda, topics=[topic])
    assert page.reach() == 1
    assert announcements.announcement_from_page(page).topics == {topic.translation_key}
    assert content_types.get("event").entries([page], "fr")[page.pk].topics == {topic.translation_key}


@pytest.mark.parametrize("way", ["unpublish", "delete"])
def test_unpublish_and_delete_list_affected_channels(client, editor, index, outside, way):
    page = draft(index, "mastodon", "instagram", picture=ImageFactory(), picture_alt="La plage")
    asked = reverse(f"wagtailadmin_pages:{way}", args=[page.pk])
    assert "À retirer" not in client.get(asked).text
    publish(page)
    said = client.get(asked).text
    assert "Sera aussi retiré de\u00a0: Mastodon." in said
    assert "À retirer là-bas à la main\u00a0: Instagram." in said


def test_unpublish_lists_affected_channels_of_translations(client, editor, index, outside):
    page = draft(index)
    publish(page)
    german = translated(page, "de")
    tick(german, "mastodon")
    publish(german)
    said = client.get(reverse("wagtailadmin_pages:unpublish", args=[page.pk])).text
    assert "<strong>Deutsch</strong> – Sera aussi retiré de\u00a0: Mastodon." in said

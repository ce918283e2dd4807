"""Posts on social networks: sent once, updated with the article, and independent of each other's failures."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from wagtail.images.models import Rendition
from wagtail.models import PageViewRestriction
from wagtail_factories import ImageFactory

from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import PermanentFailure, RetryLater, transports
from home.jobs import publish_scheduled
from news.channels import actions
from news.channels.models import ChannelPost
from news.channels.networks import social_networks
from news.channels.networks.base import NetworkError
from news.channels.states import PostState
from tests.factories.channels import draft, post_of, publish, tick
from tests.factories.news import (
    EventIndexPageFactory,
    EventPageFactory,
    NewsIndexPageFactory,
    NewsPageFactory,
)
from tests.news.channels.network_double import KEYS, keys_for

pytestmark = pytest.mark.usefixtures("transactional_db")
ALL = tuple(KEYS)
CHANGING = ("mastodon", "linkedin", "facebook")


def deliver_all(ahead=timedelta()):
    """Run due deliveries as the scheduler and a worker do."""
    now = timezone.now() + ahead
    with time_machine.travel(now, tick=False):
        outbox.wake_due_deliveries(now)


def illustrated(index, *channels, **fields):
    return draft(index, *channels, picture=ImageFactory(), picture_alt="La plage", **fields)


def test_article_is_posted_on_selected_channels_when_published(index, outside):
    page = illustrated(index, *ALL, title="La plage ouvre", lead="Dès le 7 décembre.")
    assert not outside.posts
    publish(page)
    assert {post["network"] for post in outside.posts.values()} == set(ALL)
    assert set(ChannelPost.objects.values_list("state", flat=True)) == {PostState.OUT}
    [toot] = outside.on("mastodon")
    assert toot["text"] == f"La plage ouvre\n\nDès le 7 décembre.\n\n{page.full_url}"
    assert toot["media"] == ["m1"]
    [picture] = outside.on("instagram")
    assert picture["picture"].startswith("http")
    assert (
        outside.on("linkedin")[0]["picture"] == "urn:li:image:1"
    )  # LinkedIn fetches no picture from the linked page
    assert post_of(page, "mastodon").url.startswith("https://social.example/")


def test_draft_is_not_posted(index, outside):
    page = draft(index, "mastodon")
    page.save_revision()
    deliver_all()
    assert not outside.asked
    assert post_of(page, "mastodon").state == PostState.PLANNED


def test_unselected_channel_gets_no_post(index, outside):
    publish(draft(index, "mastodon"))
    assert [post["network"] for post in outside.posts.values()] == ["mastodon"]


def test_publishing_twice_posts_once(index, outside):
    page = illustrated(index, *ALL)
    publish(page)
    publish(page)
    actions.sync_posts(page=page)
    assert len(outside.posts) == len(ALL)
    assert Delivery.objects.count() == len(ALL)


def test_scheduled_article_is_posted_at_its_time(index, outside):
    page = draft(index, "mastodon")
    page.go_live_at = timezone.now() + timedelta(hours=1)
    page.save_revision().publish()
    assert not outside.posts
    later = timezone.now() + timedelta(hours=2)
    with time_machine.travel(later, tick=False):
        publish_scheduled(later)
    assert len(outside.on("mastodon")) == 1


def test_missed_publication_is_posted_by_job(index, outside):
    page = draft(index, "mastodon")
    ChannelPost.objects.update(planned_at=timezone.now() - timedelta(minutes=1))
    type(page).objects.filter(pk=page.pk).update(live=True, last_published_at=timezone.now())
    actions.send_missed_posts(timezone.now())
    assert len(outside.on("mastodon")) == 1


def test_channel_selected_after_publication_waits_for_next_one(index, outside):
    page = NewsPageFactory(parent=index)
    publish(page)
    tick(page, "mastodon")
    actions.send_missed_posts(timezone.now())
    assert not outside.posts
    publish(page)
    assert len(outside.on("mastodon")) == 1


def test_restricted_article_is_not_posted(index, outside):
    PageViewRestriction.objects.create(page=index, restriction_type="login")
    page = draft(index, "mastodon")
    publish(page)
    assert not outside.posts


def test_change_is_posted_where_channel_allows_it(index, outside):
    page = illustrated(index, *ALL, title="La plage ouvre")
    publish(page)
    page.title = "La plage ouvre plus tard"
    publish(page)
    changed = {post["network"] for post in outside.posts.values() if "plus tard" in post["text"]}
    assert changed == set(CHANGING)
    assert len(outside.posts) == len(ALL)


def test_publication_without_text_change_calls_no_network(index, outside):
    page = draft(index, "mastodon")
    publish(page)
    asked = len(outside.asked)
    page.author = "la Municipalité"
    publish(page)
    assert len(outside.asked) == asked


def test_unpublished_article_is_withdrawn_where_possible(index, outside):
    page = illustrated(index, *ALL)
    publish(page)
    page.unpublish()
    assert [post["network"] for post in outside.posts.values()] == ["instagram"]
    assert post_of(page, "mastodon").state == PostState.WITHDRAWN
    assert post_of(page, "instagram").state == PostState.STAYS
    publish(page)
    assert [post["network"] for post in outside.posts.values()] == ["instagram"]  # not selected again
    assert post_of(page, "instagram").state == PostState.OUT


def close(page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def close_above(page):
    close(page.get_parent())


def move_into_a_closed_section(page):
    closed = NewsIndexPageFactory(parent=page.get_parent().get_parent(), slug="reserve")
    close(closed)
    page.move(closed, pos="last-child")


CLOSINGS = [close, close_above, move_into_a_closed_section]


@pytest.mark.parametrize("closing", CLOSINGS)
def test_restricted_article_is_withdrawn_where_possible(index, outside, closing):
    page = illustrated(index, *ALL)
    publish(page)
    closing(page)
    assert [post["network"] for post in outside.posts.values()] == ["instagram"]
    assert post_of(page, "mastodon").state == PostState.WITHDRAWN
    assert post_of(page, "instagram").state == PostState.STAYS
    PageViewRestriction.objects.all().delete()
    publish(page)
    assert [post["network"] for post in outside.posts.values()] == ["instagram"]


@pytest.mark.parametrize("closing", CLOSINGS)
def test_article_restricted_before_delivery_is_not_posted(index, outside, closing):
    outside.faults = [503]
    page = draft(index, "mastodon")
    publish(page)
    closing(page)
    deliver_all(timedelta(minutes=2))
    assert not outside.posts
    assert post_of(page, "mastodon").state == PostState.WITHDRAWN
    assert not Delivery.objects.open().exists()


def test_unrelated_restriction_or_move_keeps_post(index, outside):
    page = draft(index, "mastodon")
    publish(page)
    other = NewsIndexPageFactory(parent=index.get_parent(), slug="autres")
    page.move(other, pos="last-child")
    close(index)
    assert len(outside.on("mastodon")) == 1
    assert post_of(page, "mastodon").state == PostState.OUT


def test_withdrawn_post_is_sent_again_only_if_selected(index, outside):
    page = draft(index, "mastodon")
    publish(page)
    page.unpublish()
    tick(page, "mastodon")
    publish(page)
    assert len(outside.on("mastodon")) == 1
    assert post_of(page, "mastodon").state == PostState.OUT


def test_deleted_article_is_withdrawn(index, outside):
    page = draft(index, "mastodon")
    publish(page)
    page.delete()
    assert not outside.posts
    assert ChannelPost.objects.get().state == PostState.WITHDRAWN


def test_post_already_deleted_by_hand_counts_as_withdrawn(index, outside):
    page = draft(index, "mastodon", "facebook")
    publish(page)
    outside.posts.clear()
    page.unpublish()
    assert {post.state for post in ChannelPost.objects.all()} == {PostState.WITHDRAWN}


def test_post_without_permission_does_not_count_as_withdrawn(index, outside):
    page = draft(index, "facebook")
    publish(page)
    not_there = {"message": "It does not exist.", "code": 100, "error_subcode": 33}
    outside.faults = [(400, {}, not_there), (400, {}, {"message": "No permission.", "code": 10})]
    page.unpublish()
    assert post_of(page, "facebook").state == PostState.STAYS


def test_failing_channel_does_not_delay_others_and_is_retried(index, outside):
    outside.faults = [503]  # for the first network that is called
    page = draft(index, "mastodon", "linkedin")
    publish(page)
    out = {post.channel for post in ChannelPost.objects.filter(state=PostState.OUT)}
    assert len(out) == 1
    [waiting] = Delivery.objects.open()
    assert waiting.attempts == 1
    assert "503" in waiting.reason
    deliver_all(timedelta(minutes=2))
    assert set(ChannelPost.objects.values_list("state", flat=True)) == {PostState.OUT}
    assert len(outside.posts) == 2


@pytest.mark.parametrize(
    "headers",
    [
        lambda at: {"Retry-After": "600"},
        lambda at: {"X-Rate-Limit-Reset": str(int(at.timestamp()))},  # as X sends it
        lambda at: {"X-RateLimit-Reset": at.isoformat()},  # as Mastodon sends it
    ],
)
def test_rate_limited_post_waits_without_losing_attempt(index, outside, headers):
    outside.faults = [(429, headers(timezone.now() + timedelta(minutes=10)))]
    page = draft(index, "mastodon")
    publish(page)
    [waiting] = Delivery.objects.open()
    assert waiting.attempts == 0
    assert timedelta(minutes=9) < waiting.due_at - timezone.now() <= timedelta(minutes=10)
    deliver_all(timedelta(minutes=11))
    assert post_of(page, "mastodon").state == PostState.OUT


@pytest.mark.parametrize(
    ("code", "counted"), [(2, 1), (-1, 1), (9007, 1), (4, 0), (9, 0), (341, 0), (368, 0)]
)
def test_temporary_error_of_meta_is_retried(index, outside, code, counted):
    outside.faults = [(400, {}, {"message": "Try again.", "code": code})]
    publish(illustrated(index, "instagram"))
    [waiting] = Delivery.objects.open()
    assert (waiting.state, waiting.attempts) == (Delivery.State.PENDING, counted)
    deliver_all(timedelta(minutes=16))
    assert len(outside.on("instagram")) == 1


def test_refused_token_fails_post_without_revealing_it(index, outside):
    outside.faults = [401]
    page = draft(index, "facebook")
    publish(page)
    post = post_of(page, "facebook")
    assert post.state == PostState.FAILED
    assert "401" in post.fault
    assert "f-token" not in post.fault
    assert actions.retry_post(actor=None, post=post)
    assert post_of(page, "facebook").state == PostState.OUT


def test_every_network_has_a_double():
    assert set(ALL) == {key for key, _network in social_networks.items()}, (
        "tests/news/channels/network_double.py"
    )


@pytest.mark.parametrize("channel", ALL)
def test_post_with_lost_answer_is_not_sent_twice(index, outside, channel):
    outside.swallow = True
    page = illustrated(index, channel)
    publish(page)
    if channel == "instagram":  # its first call only prepares the post
        outside.swallow = False
        outside.container = {"image_url": "http://x", "caption": page.full_url}
        outside.keep("instagram", text=page.full_url, picture="http://x")
    elif channel == "mastodon":  # its upload of the picture posts nothing
        outside.keep("mastodon", text=page.full_url, media=[])
    elif channel == "linkedin":
        outside.keep("linkedin", text="", link=page.full_url)
    assert len(outside.posts) == 1
    assert post_of(page, channel).state == PostState.GOING
    outside.swallow = False
    deliver_all(timedelta(minutes=2))
    assert len(outside.posts) == 1
    assert post_of(page, channel).state == PostState.OUT


def test_closed_connection_is_retried(index, outside):
    outside.down = True
    page = draft(index, "x")
    publish(page)
    [waiting] = Delivery.objects.open()
    assert "x-secret" not in waiting.reason
    page.unpublish()  # before it was posted
    outside.down = False
    deliver_all(timedelta(minutes=2))
    assert not outside.posts
    assert post_of(page, "x").state == PostState.WITHDRAWN
    assert not Delivery.objects.open().exists()


def test_late_post_of_restricted_article_fails(index, outside):
    outside.faults = [503]
    page = draft(index, "mastodon")
    publish(page)
    PageViewRestriction.objects.bulk_create(  # without its signal
        [PageViewRestriction(page=page, restriction_type="login")]
    )
    deliver_all(timedelta(minutes=2))
    assert not outside.posts
    assert post_of(page, "mastodon").state == PostState.FAILED


def test_late_post_of_ended_event_fails(index, outside):
    outside.faults = [503]
    page = EventPageFactory(
        parent=EventIndexPageFactory(parent=index.get_parent()),
        live=False,
        start=timezone.now() - timedelta(hours=1),
        end=timezone.now() + timedelta(minutes=1),
    )
    tick(page, "mastodon")
    publish(page)
    deliver_all(timedelta(minutes=2))
    assert not outside.posts
    post = post_of(page, "mastodon")
    assert (post.state, post.fault) == (PostState.FAILED, "C’est terminé entre-temps.")


def test_channel_that_requires_picture_fails_without_one(index, outside):
    page = draft(index, "instagram", "mastodon")
    publish(page)
    assert post_of(page, "instagram").state == PostState.FAILED
    assert post_of(page, "instagram").fault
    assert post_of(page, "mastodon").state == PostState.OUT
    page.picture, page.picture_alt = ImageFactory(), "La plage"
    publish(page)
    assert post_of(page, "instagram").state == PostState.OUT


@pytest.mark.parametrize(("width", "height"), [(3000, 500), (500, 3000), (1200, 800)])
def test_picture_is_cropped_to_instagram_ratio(index, outside, width, height):
    page = draft(
        index, "instagram", picture=ImageFactory(file__width=width, file__height=height), picture_alt="Vue"
    )
    publish(page)
    [picture] = outside.on("instagram")
    shown = Rendition.objects.get(file__endswith=picture["picture"].rpartition("/")[2])
    assert 0.8 <= shown.width / shown.height <= 1.91


def test_missing_picture_file_fails_post_with_explanation(index, outside):
    page = illustrated(index, "mastodon")
    page.picture.file.storage.delete(page.picture.file.name)
    publish(page)
    post = post_of(page, "mastodon")
    assert post.state == PostState.FAILED
    assert "image" in post.fault


def test_own_text_is_posted_with_link(index, outside):
    page = draft(index, "x", text="La plage 🏖️ ouvre")
    publish(page)
    assert outside.on("x")[0]["text"] == f"La plage 🏖️ ouvre\n\n{page.full_url}"


def test_linkedin_markup_is_escaped(index, outside):
    publish(draft(index, "linkedin", text="Salle (1er) @mairie #plage"))
    assert outside.on("linkedin")[0]["text"] == r"Salle \(1er\) \@mairie \#plage"


def test_network_calls_are_authenticated(index, outside):
    publish(draft(index, "mastodon", "x"))
    shown = [headers["Authorization"] for _method, _path, headers in outside.asked]
    assert "Bearer m-token" in shown
    assert any(one.startswith("OAuth ") and "oauth_signature=" in one for one in shown)


@pytest.mark.parametrize("network", ALL)
def test_network_is_probed_without_posting(outside, network):
    transports[network].probe()
    assert not outside.posts
    assert {method for method, _path, _headers in outside.asked} == {"GET"}
    for status, meaning in ((401, PermanentFailure), (429, RetryLater), (503, NetworkError)):
        outside.faults = [status]
        with pytest.raises(meaning):
            transports[network].probe()


def test_network_without_keys_is_not_ready(outside, settings):
    settings.SOCIAL_NETWORKS = keys_for(outside, "linkedin")
    assert transports["linkedin"].ready
    assert not transports["mastodon"].ready

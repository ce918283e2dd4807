"""Comments on articles: off by default, moderated, answered by the commune, and closed on a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eservices.accounts.roles import ensure_roles
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from news.participation.models import Comment, PendingAction
from news.participation.moderation import actions as moderation
from news.participation.moderation.states import ModerationState
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.home import published, second_site, translated
from tests.factories.news import NewsIndexPageFactory, NewsPageFactory
from tests.factories.participation import CommentFactory
from tests.news.participation.conftest import HERE, letters, prove

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LEA = "lea@example.org"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def index(home):
    return NewsIndexPageFactory(parent=home)


@pytest.fixture
def article(index):
    """An article with open comments."""
    return NewsPageFactory(parent=index, comments_open=True)


def form_of(page) -> str:
    return reverse("participation:comment", args=[page.pk])


def write(client, page, headers=HERE, **data):
    opened = client.get(form_of(page)).context["form"]["opened"].value()
    typed = {"text": "Bonne idée.", "shown_as": "first", "name": "Léa Rochat", "email": LEA, "opened": opened}
    return client.post(form_of(page), typed | data, **headers)


def test_article_takes_no_comments_by_default(client, index):
    page = NewsPageFactory(parent=index)
    assert "commentaires" not in client.get(page.url).content.decode()
    assert client.get(form_of(page)).status_code == 404


def test_comment_is_published_after_proof_and_moderation(client, article):
    write(client, article)
    assert not Comment.objects.exists()
    prove(client, LEA)
    one = Comment.objects.get()
    assert "Bonne idée." not in client.get(article.url).content.decode()
    moderation.publish_written(actor=None, written=one)
    text = client.get(f"{article.url}?lu").content.decode()
    assert "Bonne idée." in text
    assert "Léa R." in text
    assert LEA not in text
    assert f"#commentaire-{one.pk}" in "".join(letters(LEA))


def test_outbox_hides_confirmation_emails_and_recipients(client, article):
    write(client, article)
    [letter] = Delivery.objects.all()
    assert letter.confidential
    prove(client, LEA)
    attempt_delivery(letter.pk)
    one = Comment.objects.get()
    moderation.publish_written(actor=None, written=one)
    moderation.erase_written(written=one)
    assert not Delivery.objects.finished().exclude(recipient="").exists()


def test_comments_stay_but_are_closed_after_closing_day(client, index, clock):
    page = NewsPageFactory(parent=index, comments_open=True, comments_until=date(2026, 11, 24))
    CommentFactory(article=page.translation_key, text="Dit à temps")
    assert client.get(form_of(page)).status_code == 200
    clock.shift(timedelta(days=1))
    text = client.get(f"{page.url}?apres").content.decode()
    assert "Dit à temps" in text
    assert form_of(page) not in text
    assert client.get(form_of(page)).url == page.url


def test_comment_of_closing_day_may_be_confirmed_later(client, article, clock):
    article.comments_until = date(2026, 11, 24)
    article.save()
    write(client, article)
    clock.shift(timedelta(days=1))
    assert prove(client, LEA).status_code == 302
    assert Comment.objects.get().handed_in_at == NOW


def test_comment_after_closing_day_keeps_typed_text(client, article, clock):
    article.comments_until = date(2026, 11, 24)
    article.save()
    clock.shift(timedelta(days=1))
    late = client.post(form_of(article), {"text": "Bonne idée."}, **HERE)
    assert late.status_code == 409
    assert "Bonne idée." in late.content.decode()
    assert not PendingAction.objects.exists()


def test_reply_to_comment_notifies_author_once(client, article):
    one = CommentFactory(article=article.translation_key)
    client.force_login(SuperuserFactory())
    assert one.text in client.get(reverse("participation_desk:comments")).content.decode()
    url = reverse("participation_desk:reply", args=[one.pk])
    client.post(url, {"reply": "Merci, c’est noté."})
    client.post(url, {"reply": "Merci, c’est noté !"})
    assert len(letters(LEA)) == 1
    assert "Merci, c’est noté !" in client.get(f"{article.url}?lu").content.decode()
    assert "La réponse est retirée." in client.post(url, {"reply": ""}, follow=True).text


def test_published_comment_is_taken_down_with_reason(client, article):
    one = CommentFactory(article=article.translation_key)
    client.force_login(SuperuserFactory())
    client.post(reverse("participation_desk:refuse", args=["comment", one.pk]), {"reason": "Hors sujet."})
    assert one.text not in client.get(f"{article.url}?lu").content.decode()
    assert "Hors sujet." in "".join(letters(LEA))


def test_refused_comment_can_be_published_later(client, article):
    refused = CommentFactory(
        article=article.translation_key, state=ModerationState.WAITING, text="Et les chiens ?"
    )
    moderation.reject_written(actor=None, written=refused, reason="Hors sujet.")
    CommentFactory(article=article.translation_key, text="Bravo")
    client.force_login(SuperuserFactory())
    address = reverse("participation_desk:comments")
    assert "Et les chiens ?" not in client.get(address).text
    shown = client.get(address, {"rejected": "1"}).text
    assert "Et les chiens ?" in shown
    assert "Hors sujet." in shown
    assert "Bravo" not in shown
    client.post(reverse("participation_desk:publish"), {"one": f"comment-{refused.pk}"})
    assert "Et les chiens ?" in client.get(address).text


def test_waiting_comment_is_listed_for_moderation(client, article):
    one = CommentFactory(article=article.translation_key, state=ModerationState.WAITING)
    client.force_login(SuperuserFactory())
    text = client.get(reverse("participation_desk:waiting")).content.decode()
    assert one.text in text
    assert article.title in text


def test_waiting_comments_have_constant_query_count(client, index, article, django_assert_max_num_queries):
    def wait(number: int) -> None:
        for _one in range(number):
            page = NewsPageFactory(parent=index, comments_open=True, category=article.category)
            CommentFactory(article=page.translation_key, state=ModerationState.WAITING)

    client.force_login(SuperuserFactory())
    address = reverse("participation_desk:waiting")
    wait(1)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    most = len(one)
    wait(8)
    client.get(address)  # caches the frame of pages again
    with django_assert_max_num_queries(most):
        client.get(address)


def test_published_comments_have_constant_query_count(client, index, article, django_assert_max_num_queries):
    def publish(number: int) -> None:
        for _one in range(number):
            page = NewsPageFactory(parent=index, comments_open=True, category=article.category)
            CommentFactory(article=page.translation_key)

    client.force_login(SuperuserFactory())
    address = reverse("participation_desk:comments")
    publish(1)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    most = len(one)
    publish(8)
    client.get(address)  # caches the frame of pages again
    with django_assert_max_num_queries(most):
        shown = client.get(address).text
    assert shown.count("#commentaire-") == 9


def test_comment_list_does_not_link_unpublished_article(client, article):
    CommentFactory(article=article.translation_key)
    article.unpublish()
    client.force_login(SuperuserFactory())
    shown = client.get(reverse("participation_desk:comments")).text
    assert article.title in shown
    assert "#commentaire-" not in shown


def test_closed_comments_are_closed_in_every_language(client, article):
    german = translated(article, "de", title="Neuigkeit")
    assert client.get(f"/de/participation/commentaires/{german.pk}/ecrire/").status_code == 200
    article.comments_open = False
    published(article)
    assert client.get(f"/de/participation/commentaires/{german.pk}/ecrire/").status_code == 404


def test_comment_email_links_article_in_author_language(client, article):
    german = translated(article, "de", title="Neuigkeit")
    ours, theirs = (
        CommentFactory(article=article.translation_key, state=ModerationState.WAITING) for _each in "ab"
    )
    Comment.objects.update(language="de")
    moderation.publish_written(actor=None, written=ours)
    assert f"{german.url}#commentaire-{ours.pk}" in "".join(letters(LEA))
    german.unpublish()
    moderation.publish_written(actor=None, written=theirs)
    assert f"http://testserver{article.url}#commentaire-{theirs.pk}" in "".join(letters(LEA))


def test_comment_on_unpublished_article_notifies_nobody(client, article):
    one = CommentFactory(article=article.translation_key, state=ModerationState.WAITING)
    article.unpublish()
    moderation.publish_written(actor=None, written=one)
    assert letters(LEA) == []
    client.force_login(SuperuserFactory())
    shown = client.get(reverse("participation_desk:comments")).content.decode()
    assert article.title in shown
    assert "#commentaire-" not in shown
    own = client.get(reverse("participation:own", args=["comment", one.secret])).content.decode()
    assert f"actualites/{article.slug}" not in own


def test_comment_links_use_host_of_article(client, article):
    second_site("voisins.example")
    client.force_login(UserFactory(email=LEA))
    thanks = client.get(write(client, article).url).content.decode()
    assert f'href="http://testserver/actualites/{article.slug}/"' in thanks
    moderation.publish_written(actor=None, written=Comment.objects.get())
    assert f" http://testserver/actualites/{article.slug}/#comm" in " ".join("".join(letters(LEA)).split())
    strange = client.get(reverse("participation:thanks"), {"to": "http://voisins.example.org/"})
    assert 'href="http://voisins.example.org' not in strange.content.decode()


def test_comment_is_shown_below_translated_article(client, article):
    CommentFactory(article=article.translation_key, text="Bonjour")
    german = translated(article, "de", title="Neuigkeit")
    assert "Bonjour" in client.get(german.url).content.decode()


@pytest.mark.parametrize("text", ["", "\x00", "x" * 10_000, "http://a.ch http://b.ch http://c.ch"])
def test_invalid_comment_is_refused(client, article, text):
    assert write(client, article, text=text).status_code == 422


def test_empty_comment_request_is_refused(client, article):
    assert client.post(form_of(article), **HERE).status_code == 422


def test_comment_of_bot_or_other_site_is_dropped(client, article):
    write(client, article, website="https://spam.example")
    assert write(client, article, headers={"HTTP_SEC_FETCH_SITE": "cross-site"}).status_code == 403
    assert not letters(LEA)


def test_agent_cannot_moderate_comments(client, article):
    one = CommentFactory(article=article.translation_key)
    agent = UserFactory(is_staff=True)
    agent.groups.add(ensure_roles("agents")["agents"])
    client.force_login(agent)
    assert client.get(reverse("participation_desk:comments")).status_code == 404
    assert client.post(reverse("participation_desk:reply", args=[one.pk]), {"reply": "x"}).status_code == 404


def test_author_erases_comment_by_link(client, article):
    one = CommentFactory(article=article.translation_key)
    client.post(reverse("participation:own", args=["comment", one.secret]))
    assert not Comment.objects.exists()


def test_article_with_comments_needs_few_queries(client, article, django_assert_max_num_queries):
    for _each in range(12):
        CommentFactory(article=article.translation_key)
    client.get(article.url)
    with django_assert_max_num_queries(11):
        response = client.get(f"{article.url}?autre")
    assert "csrf" not in response.content.decode()
    assert not response.cookies

"""Whole pages are kept: for everybody alike, until something is published, and never what is somebody's own."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import PageViewRestriction

from home.models import ContentPage
from tests.factories import home as make
from tests.factories import news
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def switched_on(settings):
    settings.PAGE_CACHE = True


@pytest.fixture(scope="module")
def made(module_db):
    make.CommuneSettingsFactory()
    return make.published(make.ContentPageFactory(parent=make.make_site(), title="Le port"))


@pytest.fixture
def page(made, db):
    return ContentPage.objects.get(pk=made.pk)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def queries(visit) -> int:
    with CaptureQueriesContext(connection) as asked:
        visit()
    return len(asked)


def kept(client, address: str, **headers) -> bool:
    """Whether an address is answered without the database and without a template, once it was visited."""
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as asked:
        return not client.get(address, headers=headers).templates and not asked


def test_a_page_that_was_visited_is_answered_without_the_database(client, page, clock):
    first = client.get(page.url)
    assert queries(lambda: client.get(page.url)) == 0
    again = client.get(page.url)
    assert again.status_code == 200
    assert again.content == first.content
    for header in ("Content-Type", "Content-Security-Policy", "X-Frame-Options", "Content-Language"):
        assert again[header] == first[header]


def test_what_is_published_shows_at_the_next_visit(client, page, clock):
    assert kept(client, page.url)
    assert kept(client, "/")
    page.title = "Le vieux port"
    page.save_revision()
    assert "Le vieux port" not in client.get(page.url).text, "a draft is nobody's to see"
    page.get_latest_revision().publish()
    assert "Le vieux port" in client.get(page.url).text
    page.unpublish()
    assert client.get(page.url).status_code == 404


def test_saving_a_draft_throws_nothing_away(client, page, clock):
    assert kept(client, page.url)
    page.title = "Peut-être"
    page.save_revision()
    assert queries(lambda: client.get(page.url)) == 0


def test_a_page_made_while_another_was_published_is_not_kept(client, page, clock, monkeypatch):
    serve = type(page).serve

    def publish_meanwhile(self, request, *args, **kwargs):
        response = serve(self, request, *args, **kwargs).render()
        other = type(page).objects.get(pk=page.pk)
        other.title = "Plus neuf"
        make.published(other)
        return response

    with monkeypatch.context() as patch:
        patch.setattr(type(page), "serve", publish_meanwhile)
        assert "Plus neuf" not in client.get(page.url).text
    assert "Plus neuf" in client.get(page.url).text


def test_a_picture_that_is_replaced_shows_at_once(client, page, clock):
    from wagtail_factories import ImageFactory

    picture = ImageFactory(file=get_test_image_file(filename="avant.png", size=(640, 400)))
    page.picture, page.picture_alt = picture, "Le port"
    make.published(page)
    before = client.get(page.url).text
    picture.renditions.all().delete()  # as the admin does where the file changes
    picture.file = get_test_image_file(filename="apres.png", size=(640, 400))
    picture.save()
    assert "avant" in before
    assert "apres" in client.get(page.url).text


def test_what_holds_by_the_clock_holds_to_the_minute(client, page, clock):
    """The counter closes at 11:30 and says so, without anybody's doing."""
    clock.move_to(datetime(2026, 11, 24, 10, 29, 50, tzinfo=UTC))  # 11:29:50 in Zurich
    assert 'class="dot"' in client.get("/").text
    clock.shift(timedelta(seconds=15))
    assert 'class="dot"' not in client.get("/").text


def test_a_reader_who_has_the_page_gets_no_page(client, page, clock):
    response = client.get(page.url)
    assert response["Cache-Control"] == "no-cache"
    same = client.get(page.url, headers={"If-None-Match": response["ETag"]})
    assert same.status_code == 304
    assert same.content == b""
    assert same["ETag"] == response["ETag"]
    assert client.get(page.url, headers={"If-None-Match": 'W/"other"'}).status_code == 200
    page.title = "Le vieux port"
    make.published(page)
    assert client.get(page.url, headers={"If-None-Match": response["ETag"]}).status_code == 200


def test_browsers_get_it_compressed_and_others_as_it_is(client, page, clock):
    plain = client.get(page.url)
    packed = client.get(page.url, headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Content-Encoding" not in plain
    for response in (plain, packed):
        assert "Accept-Encoding" in response["Vary"]
        assert int(response["Content-Length"]) == len(response.content)


def test_the_first_visitor_s_compression_is_not_the_second_s(client, page, clock):
    packed = client.get(page.url, headers={"Accept-Encoding": "gzip"})
    assert client.get(page.url).content == gzip.decompress(packed.content)


def test_a_look_at_the_head_alone_fills_nothing_and_gets_no_body(client, page, clock):
    client.head(page.url)
    assert client.get(page.url).templates
    head = client.head(page.url)
    assert head.status_code == 200
    assert head.content == b""
    assert int(head["Content-Length"]) > 1000


def test_each_language_is_its_own_page(client, page, clock):
    german = make.translated(page, "de", title="Der Hafen")
    for _visit in range(2):
        assert "Der Hafen" in client.get(german.url, headers={"Accept-Language": "fr"}).text
        assert "Le port" in client.get(page.url, headers={"Accept-Language": "de"}).text
    assert "Accept-Language" not in client.get(page.url)["Vary"]


def test_each_host_is_its_own_site(client, page, clock, settings):
    settings.ALLOWED_HOSTS = ["testserver", "ecole.orvenay.example"]
    other = make.second_site("ecole.orvenay.example")
    other.question = "Quelle classe ?"
    make.published(other)
    assert kept(client, "/")
    assert "Quelle classe ?" in client.get("/", headers={"host": "ecole.orvenay.example"}).text
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_queries_are_not_kept(client, page, clock):
    index = news.NewsIndexPageFactory(parent=page.get_parent())
    news.NewsPageFactory(parent=index)
    for query in (
        "page=1",
        "x",
        "year=2026",
        "utm_source=lettre&page=1",
        "&".join(f"a{i}" for i in range(90)),
    ):
        before = len(caches["pages"]._cache)
        client.get(f"{index.url}?{query}")
        assert len(caches["pages"]._cache) == before, query


def test_what_senders_hang_on_a_link_leads_to_the_kept_page(client, page, clock):
    client.get(f"{page.url}?utm_source=lettre")
    assert len(caches["pages"]._cache) == 0, "only the plain address fills the cache"
    assert kept(client, page.url)
    assert queries(lambda: client.get(f"{page.url}?utm_source=lettre&fbclid=x")) == 0


def test_who_is_signed_in_sees_the_same_page(page, clock):
    signed_in = Client()
    signed_in.force_login(UserFactory())
    assert kept(Client(), page.url)
    assert queries(lambda: signed_in.get(page.url)) == 0


def test_a_page_for_some_only_is_never_kept(client, page, clock):
    assert kept(client, page.url)
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="sesame")
    locked = client.get(page.url)
    assert "Le port</h1>" not in locked.text
    assert not kept(client, page.url)
    inside = Client()
    inside.post(locked.context["action_url"], {"password": "sesame", "return_url": page.url})
    assert inside.get(page.url).status_code == 200
    assert not kept(inside, page.url)
    assert client.get(page.url).content != inside.get(page.url).content


def test_a_preview_is_neither_kept_nor_answered_from_what_is_kept(client, page, clock):
    assert kept(client, page.url)
    page.title = "Brouillon"
    preview = page.make_preview_request(client.get(page.url).wsgi_request, "")
    assert "Brouillon" in preview.render().content.decode()
    assert "Brouillon" not in client.get(page.url).text


def test_forms_with_a_token_and_what_must_not_be_stored_are_never_kept(client, page, clock):
    contact = make.published(make.ContactPageFactory(parent=page.get_parent(), title="Nous écrire"))
    assert not kept(client, contact.url)
    for address in ("/recherche/", "/infolettre/", "/robots.txt", "/n-existe-pas/", "/compte/login/"):
        client.get(address)
    assert len(caches["pages"]._cache) == 0


def test_what_a_page_says_of_itself_counts(client, page, clock, monkeypatch):
    monkeypatch.setattr(type(page), "same_for_everybody", False)
    assert not kept(client, page.url)


def test_a_press_and_a_visit_with_credentials_go_past_it(client, page, clock):
    assert kept(client, page.url)
    assert client.post(page.url).templates
    assert client.get(page.url, headers={"Authorization": "Basic eDp5"}).templates

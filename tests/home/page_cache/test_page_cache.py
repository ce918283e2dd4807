"""Page cache: whole pages, the same for everybody, until the next publication, and never personal ones."""

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


def is_served_from_cache(client, address: str, **headers) -> bool:
    """Return whether a visited address is answered without queries and templates."""
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as asked:
        return not client.get(address, headers=headers).templates and not asked


def test_visited_page_is_served_without_queries(client, page, clock):
    first = client.get(page.url)
    assert queries(lambda: client.get(page.url)) == 0
    again = client.get(page.url)
    assert again.status_code == 200
    assert again.content == first.content
    for header in ("Content-Type", "Content-Security-Policy", "X-Frame-Options", "Content-Language"):
        assert again[header] == first[header]


def test_published_change_is_shown_on_next_visit(client, page, clock):
    assert is_served_from_cache(client, page.url)
    assert is_served_from_cache(client, "/")
    page.title = "Le vieux port"
    page.save_revision()
    assert "Le vieux port" not in client.get(page.url).text, "a draft is nobody's to see"
    page.get_latest_revision().publish()
    assert "Le vieux port" in client.get(page.url).text
    page.unpublish()
    assert client.get(page.url).status_code == 404


def test_saving_draft_keeps_page_cached(client, page, clock):
    assert is_served_from_cache(client, page.url)
    page.title = "Peut-être"
    page.save_revision()
    assert queries(lambda: client.get(page.url)) == 0


def test_page_rendered_during_publication_is_not_cached(client, page, clock, monkeypatch):
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


def test_replaced_picture_is_shown_at_once(client, page, clock):
    from wagtail_factories import ImageFactory

    picture = ImageFactory(file=get_test_image_file(filename="avant.png", size=(640, 400)))
    page.picture, page.picture_alt = picture, "Le port"
    make.published(page)
    before = client.get(page.url).text
    picture.renditions.all().delete()  # as the admin does when the file changes
    picture.file = get_test_image_file(filename="apres.png", size=(640, 400))
    picture.save()
    assert "avant" in before
    assert "apres" in client.get(page.url).text


def test_time_dependent_page_is_correct_to_the_minute(client, page, clock):
    """The counter closes at 11:30, and the page shows it without a publication."""
    clock.move_to(datetime(2026, 11, 24, 10, 29, 50, tzinfo=UTC))  # 11:29:50 in Zurich
    assert 'class="dot"' in client.get("/").text
    clock.shift(timedelta(seconds=15))
    assert 'class="dot"' not in client.get("/").text


def test_unchanged_page_is_answered_with_304(client, page, clock):
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


def test_cached_page_is_compressed_for_browsers_only(client, page, clock):
    plain = client.get(page.url)
    packed = client.get(page.url, headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Content-Encoding" not in plain
    for response in (plain, packed):
        assert "Accept-Encoding" in response["Vary"]
        assert int(response["Content-Length"]) == len(response.content)


def test_first_visitor_compression_does_not_affect_second(client, page, clock):
    packed = client.get(page.url, headers={"Accept-Encoding": "gzip"})
    assert client.get(page.url).content == gzip.decompress(packed.content)


def test_head_request_fills_no_cache_and_gets_no_body(client, page, clock):
    client.head(page.url)
    assert client.get(page.url).templates
    head = client.head(page.url)
    assert head.status_code == 200
    assert head.content == b""
    assert int(head["Content-Length"]) > 1000


def test_page_cache_separates_languages(client, page, clock):
    german = make.translated(page, "de", title="Der Hafen")
    for _visit in range(2):
        assert "Der Hafen" in client.get(german.url, headers={"Accept-Language": "fr"}).text
        assert "Le port" in client.get(page.url, headers={"Accept-Language": "de"}).text
    assert "Accept-Language" not in client.get(page.url)["Vary"]


def test_page_cache_separates_hosts(client, page, clock, settings):
    settings.ALLOWED_HOSTS = ["testserver", "ecole.orvenay.example"]
    other = make.second_site("ecole.orvenay.example")
    other.question = "Quelle classe ?"
    make.published(other)
    assert is_served_from_cache(client, "/")
    assert "Quelle classe ?" in client.get("/", headers={"host": "ecole.orvenay.example"}).text
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_address_with_query_is_not_cached(client, page, clock):
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


def test_tracking_parameters_use_cached_page(client, page, clock):
    client.get(f"{page.url}?utm_source=lettre")
    assert len(caches["pages"]._cache) == 0, "only the plain address fills the cache"
    assert is_served_from_cache(client, page.url)
    assert queries(lambda: client.get(f"{page.url}?utm_source=lettre&fbclid=x")) == 0


def test_signed_in_user_gets_cached_page(page, clock):
    signed_in = Client()
    signed_in.force_login(UserFactory())
    assert is_served_from_cache(Client(), page.url)
    assert queries(lambda: signed_in.get(page.url)) == 0


def test_restricted_page_is_not_cached(client, page, clock):
    assert is_served_from_cache(client, page.url)
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="sesame")
    locked = client.get(page.url)
    assert "Le port</h1>" not in locked.text
    assert not is_served_from_cache(client, page.url)
    inside = Client()
    inside.post(locked.context["action_url"], {"password": "sesame", "return_url": page.url})
    assert inside.get(page.url).status_code == 200
    assert not is_served_from_cache(inside, page.url)
    assert client.get(page.url).content != inside.get(page.url).content


def test_preview_bypasses_page_cache(client, page, clock):
    assert is_served_from_cache(client, page.url)
    page.title = "Brouillon"
    preview = page.make_preview_request(client.get(page.url).wsgi_request, "")
    assert "Brouillon" in preview.render().content.decode()
    assert "Brouillon" not in client.get(page.url).text


def test_pages_with_forms_or_no_store_are_not_cached(client, page, clock):
    contact = make.published(make.ContactPageFactory(parent=page.get_parent(), title="Nous écrire"))
    assert not is_served_from_cache(client, contact.url)
    for address in ("/recherche/", "/infolettre/", "/robots.txt", "/n-existe-pas/", "/compte/login/"):
        client.get(address)
    assert len(caches["pages"]._cache) == 0


def test_page_that_differs_by_visitor_is_not_cached(client, page, clock, monkeypatch):
    monkeypatch.setattr(type(page), "same_for_everybody", False)
    assert not is_served_from_cache(client, page.url)


def test_post_or_credentials_bypass_page_cache(client, page, clock):
    assert is_served_from_cache(client, page.url)
    assert client.post(page.url).templates
    assert client.get(page.url, headers={"Authorization": "Basic eDp5"}).templates

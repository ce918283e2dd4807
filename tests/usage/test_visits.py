"""Visits of pages: counted without cookies, once a day per reader, also of cached pages."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import PageViewRestriction

from eservices.usage import views
from eservices.usage.jobs import delete_old_usage
from eservices.usage.models import PageVisits, VisitMark
from eservices.usage.visitors import SALT
from home.models import ContentPage
from home.web.rate_limits import RateLimit
from tests.factories.home import ContentPageFactory, make_site, published

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BROWSER = {"sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0 Firefox/140.0"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="module")
def made(module_db):
    return published(ContentPageFactory(parent=make_site(), title="Le port"))


@pytest.fixture
def page(made, db):
    return ContentPage.objects.get(pk=made.pk)


def visit(client, page, address="203.0.113.7", **headers):
    url = reverse("usage:visit", args=[page.pk])
    return client.post(url, headers=BROWSER | headers, REMOTE_ADDR=address)


def counts() -> dict:
    return {(str(one.day), one.language): one.number for one in PageVisits.objects.all()}


def test_reader_counts_once_a_day_and_page(client, page, clock):
    for _each in range(3):
        response = visit(client, page)
        assert (response.status_code, response.content, response.cookies) == (204, b"", {})
    visit(client, page, address="203.0.113.8")
    visit(client, page, **{"user-agent": "Mozilla/5.0 Safari"})
    assert counts() == {("2026-11-24", "fr"): 3}
    clock.shift(timedelta(days=1))
    visit(client, page)
    assert counts() == {("2026-11-24", "fr"): 3, ("2026-11-25", "fr"): 1}


def test_repeated_visit_writes_nothing(client, page, django_assert_num_queries):
    visit(client, page)
    with django_assert_num_queries(4):  # the page, the mark, and a savepoint around it
        visit(client, page)


def test_visit_counts_in_language_of_reader(client, page):
    client.post(f"/de/visite/{page.pk}/", headers=BROWSER)
    assert counts() == {("2026-11-24", "de"): 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"dnt": "1"},
        {"sec-gpc": "1"},
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"user-agent": ""},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_visit_that_must_not_count_gets_same_answer(client, page, headers):
    assert visit(client, page, **headers).status_code == 204
    assert not PageVisits.objects.exists()
    assert not VisitMark.objects.exists()


def test_visits_of_one_address_are_limited(client, page, monkeypatch):
    monkeypatch.setattr(views, "PER_CLIENT", RateLimit("visit-client", 3))
    for number in range(5):
        visit(client, page, **{"user-agent": f"Mozilla/5.0 {number}"})
    assert counts() == {("2026-11-24", "fr"): 3}


@pytest.mark.parametrize("number", ["0", "12345", "99999999999999999999"])
def test_visit_of_unknown_page_returns_404(client, page, number):
    assert client.post(f"/visite/{number}/", headers=BROWSER).status_code == 404


def test_visit_of_restricted_page_is_not_counted(client, page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert visit(client, page).status_code == 404
    assert client.get(reverse("usage:visit", args=[page.pk])).status_code == 405


def test_nothing_that_tells_readers_apart_outlives_the_day(client, page, clock):
    visit(client, page)
    other = ContentPageFactory(parent=page.get_parent(), title="La plage")
    visit(client, other)
    first, second = VisitMark.objects.values_list("digest", flat=True)
    assert first != second  # marks of one reader cannot be put together
    assert "203.0.113.7" not in str(list(VisitMark.objects.values()) + list(PageVisits.objects.values()))
    salt = cache.get(SALT)
    clock.move_to(NOW + timedelta(hours=14, minutes=30))  # 23.30 in Zurich plus half an hour: the next day
    delete_old_usage(datetime.now(UTC))
    assert not VisitMark.objects.exists()
    assert cache.get(SALT) is None
    visit(client, page)
    assert cache.get(SALT)[1] != salt[1]
    assert first not in VisitMark.objects.values_list("digest", flat=True)


def test_visits_are_deleted_after_three_years(client, page):
    visit(client, page)
    delete_old_usage(NOW + timedelta(days=3 * 365))
    assert PageVisits.objects.exists()
    delete_old_usage(NOW + timedelta(days=3 * 365 + 1))
    assert not PageVisits.objects.exists()


def test_visit_is_not_counted_while_cache_is_away(client, page, monkeypatch):
    monkeypatch.setattr("eservices.usage.visitors.cache.get", lambda *_, **__: None)
    assert visit(client, page).status_code == 204
    assert not PageVisits.objects.exists()


def test_cached_page_names_address_that_counts_it(client, page, settings):
    settings.PAGE_CACHE = True
    address = f'data-visit="{reverse("usage:visit", args=[page.pk])}"'
    for _each in range(2):
        response = client.get(page.url)
        assert address in response.text
        assert not response.cookies
    assert not PageVisits.objects.exists()


def test_preview_and_draft_are_not_counted(client, page):
    draft = ContentPageFactory(parent=page.get_parent(), title="Brouillon", live=False)
    for response in (page.make_preview_request(), draft.make_preview_request()):
        assert "data-visit" not in response.render().text

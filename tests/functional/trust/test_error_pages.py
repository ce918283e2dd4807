"""Error pages of addresses that lead nowhere: the reason, and what to do next."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils.translation import gettext

from tests.factories.home import CommuneSettingsFactory, ContentPageFactory, make_site, published

pytestmark = pytest.mark.django_db
ENDED = "A" * 22  # has the shape of a secret, but is unknown


def private_links(resolver=None, namespace: str = "") -> list[str]:
    """Return the names of all URL patterns whose only argument is a secret."""
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLPattern):
            names = [f"{namespace}{one.name}"] if list(one.pattern.converters) == ["secret"] else []
        else:
            names = private_links(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        found += names
    return found


@pytest.mark.parametrize("name", private_links())
def test_expired_link_page_shows_that_it_no_longer_works(client, name):
    """The general page for lost addresses would not explain it."""
    make_site()
    page = client.get(reverse(name, args=[ENDED]))
    assert page.status_code in {404, 405, 410}  # 410: a page of its own gives the same reason
    if page.status_code == 404:
        assert gettext("This link no longer works.") in page.text


def test_expired_status_link_leads_to_account_and_telephone(client):
    make_site()
    CommuneSettingsFactory(phone="021 000 42 10")
    page = client.get(reverse("space:status", args=[ENDED]))
    assert f'class="btn" href="{reverse("space:home")}"' in page.text
    assert "021 000 42 10" in page.text


def test_unknown_page_suggests_pages_named_like_its_address(client):
    home = make_site()
    published(ContentPageFactory(parent=home, title="Tarifs du port", slug="tarifs"))
    for address in ("/vieux/tarifs-du-port/", "/vieux/tarifs-2019/"):
        page = client.get(address)
        assert page.status_code == 404
        assert '<a href="/tarifs/">Tarifs du port</a>' in page.text
    for address in ("/wp-login.php", "/vieux/tarifs.pdf", "/xx/", "/%00/"):
        assert gettext("Is it one of these pages?") not in client.get(address).text


def test_unknown_page_is_found_out_with_few_queries(client):
    make_site()
    client.get("/rien/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/rien/tarifs-2019/").status_code == 404
    assert len(queries) <= 10


def test_unknown_page_offers_search_and_telephone(client):
    make_site()
    CommuneSettingsFactory(phone="021 000 42 10")
    page = client.get("/port/tarifs-2019/")
    assert page.status_code == 404
    assert gettext("This page was not found.") in page.text
    assert 'role="search"' in page.text
    assert page.text.count("021 000 42 10") > 1
    assert gettext("This link no longer works.") not in page.text

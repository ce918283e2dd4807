"""What a page says where nothing is found: plainly, and with what to do next."""

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.utils.translation import gettext

from tests.factories.home import CommuneSettingsFactory, make_site

pytestmark = pytest.mark.django_db
ENDED = "A" * 22  # has the shape of a secret and leads to nothing


def private_links(resolver=None, namespace: str = "") -> list[str]:
    """The names of all addresses that hold a secret and nothing else."""
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLPattern):
            names = [f"{namespace}{one.name}"] if list(one.pattern.converters) == ["secret"] else []
        else:
            names = private_links(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        found += names
    return found


@pytest.mark.parametrize("name", private_links())
def test_ended_link_says_that_it_no_longer_works(client, name):
    """It was answered as a page that “left the quay”."""
    make_site()
    page = client.get(reverse(name, args=[ENDED]))
    assert page.status_code in {404, 405, 410}  # 410: a page of its own says the same
    if page.status_code == 404:
        assert gettext("This link no longer works.") in page.text


def test_ended_link_of_a_request_leads_to_the_own_space_and_the_telephone(client):
    make_site()
    CommuneSettingsFactory(phone="021 000 42 10")
    page = client.get(reverse("space:status", args=[ENDED]))
    assert f'class="btn" href="{reverse("space:home")}"' in page.text
    assert "021 000 42 10" in page.text


def test_lost_page_says_so_and_offers_the_search(client):
    make_site()
    page = client.get("/port/tarifs-2019/")
    assert page.status_code == 404
    assert gettext("This page was not found.") in page.text
    assert 'role="search"' in page.text
    assert gettext("This link no longer works.") not in page.text

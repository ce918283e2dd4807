import pytest
from django.core.cache import cache

from tests.factories.news import EventIndexPageFactory, NewsIndexPageFactory


@pytest.fixture
def index(home):
    return NewsIndexPageFactory(parent=home)


@pytest.fixture
def agenda(home):
    return EventIndexPageFactory(parent=home)


@pytest.fixture
def uncached(client, django_assert_max_num_queries):
    """Opens an address with an empty cache in at most so many queries. Its pictures are cut already."""

    def measure(url: str, most: int):
        client.get(url)
        cache.clear()
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200

    return measure

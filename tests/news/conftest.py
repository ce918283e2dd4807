import pytest

from tests.factories.home import make_site
from tests.factories.news import EventIndexPageFactory, NewsIndexPageFactory


@pytest.fixture
def home(db):
    return make_site()


@pytest.fixture
def index(home):
    return NewsIndexPageFactory(parent=home)


@pytest.fixture
def agenda(home):
    return EventIndexPageFactory(parent=home)


@pytest.fixture
def uncached(client, django_assert_max_num_queries):
    """Opens an address with every cache empty, in at most so many queries."""
    from django.contrib.contenttypes.models import ContentType
    from django.core.cache import cache
    from wagtail.models import Site

    def measure(url: str, most: int):
        client.get(url)  # renditions are made once, at the first look ever
        cache.clear()
        ContentType.objects.clear_cache()
        Site.clear_site_root_paths_cache()
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200

    return measure

import pytest

from news.articles.models import NewsIndexPage
from tests.factories.news import NewsIndexPageFactory
from tests.news.channels.network_double import keys_for, networks
from tests.support.on_commit import committing


@pytest.fixture(scope="module")
def made(made_home):
    return NewsIndexPageFactory(parent=made_home)


@pytest.fixture
def index(made, db):
    """The news index. Deliveries leave when their transaction commits."""
    with committing():
        yield NewsIndexPage.objects.get(pk=made.pk)


@pytest.fixture
def outside(settings):
    """The doubles of all social networks, configured."""
    with networks() as server:
        settings.SOCIAL_NETWORKS = keys_for(server)
        yield server

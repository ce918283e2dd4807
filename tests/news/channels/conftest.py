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
    """The news; what is queued leaves once it is committed."""
    with committing():
        yield NewsIndexPage.objects.get(pk=made.pk)


@pytest.fixture
def outside(settings):
    """The social networks, all of them set up."""
    with networks() as server:
        settings.SOCIAL_NETWORKS = keys_for(server)
        yield server

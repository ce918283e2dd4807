import pytest

from news.models import NewsIndexPage
from tests.committing import committing
from tests.factories.news import NewsIndexPageFactory

from .network_double import keys_for, networks


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

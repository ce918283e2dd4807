import pytest

from tests.factories.home import make_site
from tests.factories.news import NewsIndexPageFactory

from .network_double import keys_for, networks


@pytest.fixture
def index(db):
    return NewsIndexPageFactory(parent=make_site())


@pytest.fixture
def outside(settings):
    """The social networks, all of them set up."""
    with networks() as server:
        settings.SOCIAL_NETWORKS = keys_for(server)
        yield server

import pytest

from tests.factories.news import NewsIndexPageFactory
from tests.news.channels.network_double import keys_for, networks


@pytest.fixture
def index(committed_home):
    """Create the news index. Deliveries leave when their transaction commits."""
    return NewsIndexPageFactory(parent=committed_home)


@pytest.fixture
def outside(settings):
    """The doubles of all social networks, configured."""
    with networks() as server:
        settings.SOCIAL_NETWORKS = keys_for(server)
        yield server

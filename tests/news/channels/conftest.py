import pytest

from news.articles.models import NewsIndexPage
from tests.factories.home import CommuneSettingsFactory, make_site
from tests.factories.news import NewsIndexPageFactory
from tests.news.channels.network_double import keys_for, networks
from tests.support.databases import read_tables, reset_tables


@pytest.fixture(scope="module")
def committed_tables(migrated_tables, django_db_blocker):
    """Add the home page and the news index of a site, which the tests of a module read again."""
    with django_db_blocker.unblock():
        CommuneSettingsFactory()
        NewsIndexPageFactory(parent=make_site())
        yield read_tables()
        reset_tables(migrated_tables)


@pytest.fixture
def index(transactional_db):
    """Return the news index. Deliveries leave when their transaction commits."""
    return NewsIndexPage.objects.get()


@pytest.fixture
def outside(settings):
    """The doubles of all social networks, configured."""
    with networks() as server:
        settings.SOCIAL_NETWORKS = keys_for(server)
        yield server

import pytest

from tests.factories.home import make_site
from tests.factories.news import EventIndexPageFactory, NewsIndexPageFactory


@pytest.fixture
def home(db):
    """Return a home page with a list of news and an agenda."""
    page = make_site()
    NewsIndexPageFactory(parent=page)
    EventIndexPageFactory(parent=page)
    return page

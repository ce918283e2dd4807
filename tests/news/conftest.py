import pytest

from tests.factories.news import EventIndexPageFactory, NewsIndexPageFactory


@pytest.fixture
def index(home):
    return NewsIndexPageFactory(parent=home)


@pytest.fixture
def agenda(home):
    return EventIndexPageFactory(parent=home)

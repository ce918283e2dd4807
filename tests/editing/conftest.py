import pytest

from home.models import HomePage
from tests.factories.home import make_site


@pytest.fixture(scope="module")
def made_home(module_db):
    return make_site()


@pytest.fixture
def home(made_home, db):
    return HomePage.objects.get(pk=made_home.pk)

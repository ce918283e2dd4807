import pytest

from tests.factories.home import CommuneSettingsFactory, make_site


@pytest.fixture
def home():
    CommuneSettingsFactory()
    return make_site()

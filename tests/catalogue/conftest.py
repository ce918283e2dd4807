"""A published service, created once for the tests of a module."""

import pytest

from eservices.catalogue.models import ServiceIndexPage, ServicePage
from tests.factories.catalogue import make_service


@pytest.fixture(scope="module")
def published(module_db) -> ServicePage:
    """Create the service of a module's tests, loaded for each test as ``page``. Modules may override it."""
    return make_service()


@pytest.fixture
def page(published, db) -> ServicePage:
    return ServicePage.objects.get(pk=published.pk)


@pytest.fixture
def counter(page) -> ServiceIndexPage:
    """Return the online counter that contains the service."""
    return page.get_parent().specific

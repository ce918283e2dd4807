"""A published service, made once for the tests of a module."""

import pytest

from eservices.catalogue.models import ServiceIndexPage, ServicePage
from tests.factories.catalogue import make_service


@pytest.fixture(scope="module")
def published(module_db) -> ServicePage:
    """The service of a module's tests, read anew for each as ``page``. A module that asks for more overrides it."""
    return make_service()


@pytest.fixture
def page(published, db) -> ServicePage:
    return ServicePage.objects.get(pk=published.pk)


@pytest.fixture
def counter(page) -> ServiceIndexPage:
    """The online counter in which the service stands."""
    return page.get_parent().specific

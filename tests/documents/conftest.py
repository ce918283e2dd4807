"""An issued document, created once for the tests of a module."""

import pytest

from eservices.documents.models import Document
from tests.factories.documents import issued


@pytest.fixture(scope="module")
def made(module_db) -> Document:
    return issued()


@pytest.fixture
def document(made, db) -> Document:
    return Document.objects.get(pk=made.pk)

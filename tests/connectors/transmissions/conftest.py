import pytest

from tests.factories.transmissions import register_double


@pytest.fixture
def double(monkeypatch):
    """Return the double of a connected system."""
    return register_double(monkeypatch)

"""The measurement of certificates and payments, in its smallest form, so that it cannot rot."""

import pytest

from tests.benchmarks import minutes

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_small_form_of_the_measurement_takes_every_figure(monkeypatch):
    """Tasks are done at once: there are no workers to wait for."""
    monkeypatch.setattr(minutes, "MADE", 2)
    monkeypatch.setattr(minutes, "PATIENCE", 5)
    figures = minutes.requests(minutes.Certificates(), alone=2, burst=2)
    figures |= {"told_s": minutes.told(), "cpu_ms": minutes.cpu_of_a_document()}
    assert set(figures) == set(minutes.BUDGETS) - {"lost_s"}
    assert all(figure >= 0 for figure in figures.values())

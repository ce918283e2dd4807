"""A small run of the benchmark of certificates and payments, so that it keeps working."""

from functools import partial

import pytest

from tests.benchmarks import certificate_time
from tests.payments.stripe_double import WEBHOOK_SECRET

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_small_benchmark_takes_every_figure(monkeypatch, settings, live_server):
    """Run tasks at once, because there are no workers to wait for."""
    monkeypatch.setattr(certificate_time, "MADE", 2)
    monkeypatch.setattr(certificate_time, "PATIENCE", 5)
    monkeypatch.setattr(certificate_time, "CONNECTIONS", 1)
    settings.PAYMENT_PROVIDERS = ["demo", "stripe_card"]
    settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLIC_KEY = "sk_test_x", "pk_test_x"
    settings.STRIPE_WEBHOOK_SECRET = WEBHOOK_SECRET
    figures = certificate_time.certified(
        certificate_time.Certificates(), alone=2, burst=2, site=live_server.url
    )
    with certificate_time.stripe() as settings.STRIPE_API_URL:
        for name, measure in (
            ("told_s", certificate_time.seconds_until_shown_as_paid),
            ("back_s", certificate_time.back),
        ):
            figures[name] = certificate_time.slowest(partial(measure, live_server.url), 2)
    figures["cpu_ms"] = certificate_time.cpu_of_a_document()
    assert set(figures) == set(certificate_time.BUDGETS) - {"lost_s", "open_s"} | {"answered_s"}
    assert all(figure >= 0 for figure in figures.values())


def test_slowest_run_counts_even_if_runs_overlap():
    for apart in (0, 0.01):
        waits = iter([0.2, 3.1, 0.4])
        assert certificate_time.slowest(lambda waits=waits: next(waits), 3, apart) == 3.1

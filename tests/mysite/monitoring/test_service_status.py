"""Public page of the state of the services."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from eservices.deliveries.models import Circuit
from home.models.heartbeat import Heartbeat
from home.runtime.outages import DISK, READ_ONLY
from mysite.monitoring.service_status import read_service_status

pytestmark = pytest.mark.django_db
URL = "/etat/"


@pytest.fixture(autouse=True)
def _running(settings, tmp_path):
    settings.VAR_DIR, settings.DISK_RESERVE = tmp_path, 0
    for name in (Heartbeat.SCHEDULER, Heartbeat.WORKER):
        Heartbeat.record(name)


def failing() -> set[str]:
    return {name for name, works in read_service_status().items() if not works}


def test_status_page_says_that_all_works(client, home):
    page = client.get(URL)
    assert page.status_code == 200
    assert "Tous les services fonctionnent." in page.text
    assert "ne fonctionne pas" not in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert reverse("service_status") == URL


def test_status_page_tells_what_to_do_and_no_reason(client, home):
    Circuit.objects.create(carrier="email", opened_at=timezone.now(), fault="550 zq@example.org")
    page = client.get(URL).text
    assert "Certains services ne fonctionnent pas" in page
    assert page.count("ne fonctionne pas</strong>") == 1
    assert "Les confirmations arrivent plus tard" in page
    assert not re.search(r"550|zq@|smtp|worker", page.partition("<main")[2])


@pytest.mark.parametrize(
    ("cause", "affected"),
    [
        (lambda: Heartbeat.objects.filter(name=Heartbeat.SCHEDULER).delete(), {"processing"}),
        (lambda: Heartbeat.objects.filter(name=Heartbeat.WORKER).delete(), {"processing", "email"}),
        (lambda: READ_ONLY.record_failure("read-only"), {"requests", "files"}),
        (lambda: DISK.record_failure("full"), {"files"}),
    ],
    ids=["scheduler", "worker", "read-only", "disk"],
)
def test_status_page_names_affected_services(cause, affected):
    assert failing() == set()
    cause()
    assert failing() == affected


def test_status_is_read_once_a_minute(client, home, monkeypatch):
    client.get(URL)
    Heartbeat.objects.all().delete()
    assert "Tous les services fonctionnent." in client.get(URL).text
    cache.clear()
    assert "Certains services" in client.get(URL).text

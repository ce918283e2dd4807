from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone

from home.models.heartbeat import Heartbeat
from mysite import __version__

pytestmark = pytest.mark.django_db


def test_health_is_ok_while_scheduler_and_worker_beat(client):
    Heartbeat.record(Heartbeat.SCHEDULER)
    Heartbeat.record(Heartbeat.WORKER)
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["version"] == __version__


def test_health_is_degraded_when_the_worker_is_silent(client):
    Heartbeat.record(Heartbeat.SCHEDULER)
    Heartbeat.objects.create(name=Heartbeat.WORKER, at=timezone.now() - timedelta(minutes=4))
    answer = client.get("/health/").json()
    assert answer["status"] == "degraded"
    assert answer["scheduler"]["alive"]
    assert not answer["worker"]["alive"]


def test_health_is_degraded_if_nothing_ever_ran(client):
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["worker"] == {"alive": False, "seen": None}


def test_health_is_degraded_without_disk_space_or_cache(client, monkeypatch, settings):
    Heartbeat.record(Heartbeat.SCHEDULER)
    Heartbeat.record(Heartbeat.WORKER)
    assert client.get("/health/").json()["disk"] == {"alive": True}
    with monkeypatch.context() as patch:
        cache.delete("health")
        patch.setattr(cache, "set", lambda *args: None)
        answer = client.get("/health/").json()
        assert (answer["status"], answer["cache"]) == ("degraded", {"alive": False})
    settings.DISK_RESERVE = 10**18
    answer = client.get("/health/").json()
    assert (answer["status"], answer["disk"], answer["cache"]) == (
        "degraded",
        {"alive": False},
        {"alive": True},
    )
    monkeypatch.undo()
    settings.VAR_DIR /= "gone"
    assert client.get("/health/").json()["disk"] == {"alive": False}


def test_health_is_503_while_the_database_is_down(client, monkeypatch):
    def down(*args):
        raise DatabaseError

    monkeypatch.setattr(Heartbeat, "last_signs", down)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["version"]) == (503, __version__)

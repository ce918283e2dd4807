"""Processes of one commune: they tell the parent of tasks, rest, and refuse other names."""

import os
import signal
import socket
import sys
import threading
import time
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.tasks.signals import task_enqueued
from django_tasks_db import DatabaseBackend

from home.scheduling.task_queues import DEFAULT, SLOW
from mysite.hosting import commune_process, sites
from mysite.hosting.commune_process import LoadedModules, become_commune, enter_environment
from mysite.hosting.sites import IdleTimeoutWorker, answer_own_hosts, refuse_visitors
from mysite.hosting.wake_ups import WakeUps


@pytest.fixture
def wake_ups(monkeypatch):
    monkeypatch.setattr(task_enqueued, "receivers", [])
    task_enqueued.sender_receivers_cache.clear()
    channel = WakeUps.open()
    yield channel
    task_enqueued.sender_receivers_cache.clear()
    channel.receiver.close()
    channel.sender.close()


def enqueue(queue: str) -> None:
    task_enqueued.send(
        DatabaseBackend, task_result=SimpleNamespace(task=SimpleNamespace(queue_name=queue), id="1")
    )


@pytest.mark.django_db
def test_parent_hears_of_a_task_when_it_is_committed(wake_ups, django_capture_on_commit_callbacks):
    wake_ups.announce_tasks("orvenay")
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(DEFAULT)
        enqueue(SLOW)
        assert wake_ups.receive() == []
    assert wake_ups.receive() == [("orvenay", "worker"), ("orvenay", "worker-slow")]


@pytest.mark.django_db
def test_visit_announces_no_task_of_its_own_lane(wake_ups, django_capture_on_commit_callbacks):
    wake_ups.announce_tasks("orvenay", running="worker")
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(DEFAULT)
        enqueue(SLOW)
    assert wake_ups.receive() == [("orvenay", "worker-slow")]


def test_wake_ups_without_room_are_dropped(wake_ups):
    for _message in range(100_000):
        wake_ups.send("orvenay", "worker")
    assert 0 < len(wake_ups.receive()) < 100_000


def test_site_without_visitors_ends(monkeypatch):
    ended = []
    monkeypatch.setattr(sites.os, "kill", lambda pid, number: ended.append((pid, number)))
    worker = IdleTimeoutWorker.__new__(IdleTimeoutWorker)
    worker.tmp, worker.ppid, worker.idle = SimpleNamespace(notify=lambda: None), 77, 10
    worker.last_request = time.monotonic() - 9
    worker.notify()
    assert ended == []
    worker.last_request = time.monotonic() - 11
    worker.notify()
    worker.notify()
    assert ended == [(77, signal.SIGTERM)], "once"


@pytest.mark.parametrize("host", ["other.example", "", "orvenay.example.evil.example", "ünvalid", "a b"])
def test_other_host_name_is_misdirected(settings, host):
    settings.ALLOWED_HOSTS = ["orvenay.example"]
    answered = []
    body = answer_own_hosts({"HTTP_HOST": host}, lambda status, headers: answered.append(status))
    assert answered == ["421 Misdirected Request"]
    assert body == [b"This name leads to no site here.\n"]


def test_commune_without_usable_settings_answers_503():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        refusing = threading.Thread(target=refuse_visitors, args=(listener, 1))
        refusing.start()
        for asked in (b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff"):
            with socket.create_connection(listener.getsockname(), 5) as visitor:
                visitor.sendall(asked)
                assert visitor.recv(100).startswith(b"HTTP/1.1 503 ")
        refusing.join(5)
        assert not refusing.is_alive()


def test_process_becomes_one_of_a_commune_once(monkeypatch, tmp_path):
    monkeypatch.setattr(commune_process, "_became", ["orvenay"])
    with pytest.raises(RuntimeError, match="one of orvenay already"):
        become_commune("vernes", tmp_path / "vernes.env")


def test_settings_are_those_of_the_loaded_code(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "settings_of_a_version.py"
    file.write_text("VERSION, PLACE = 1, __file__\n")
    loaded = LoadedModules([file.stem])
    file.write_text("raise ImportError\n")
    monkeypatch.setattr(sys, "meta_path", [loaded, *sys.meta_path])
    module = import_module(file.stem)
    assert (1, str(file)) == (module.VERSION, module.PLACE)
    del sys.modules[file.stem]


def test_variables_of_the_host_are_replaced(monkeypatch, tmp_path):
    given = {
        "SECRET_KEY": "host",
        "STRIPE_SECRET_KEY_FILE": "/host",
        "COMMUNE_VAR": "/host",
        "LOG_FORMAT": "json",
    }
    given |= {"CREDENTIALS_DIRECTORY": "/host", "RUNTIME_DIRECTORY": "/host", "PATH": "/bin"}
    monkeypatch.setattr(os, "environ", given)
    enter_environment({"SECRET_KEY": "own", "COMMUNE_VAR": "/own"}, tmp_path / "none")
    module = {"DJANGO_SETTINGS_MODULE": "mysite.settings.production"}
    assert (
        given == {"SECRET_KEY": "own", "COMMUNE_VAR": "/own", "LOG_FORMAT": "json", "PATH": "/bin"} | module
    )
    enter_environment({}, tmp_path)
    assert given["CREDENTIALS_DIRECTORY"] == str(tmp_path)

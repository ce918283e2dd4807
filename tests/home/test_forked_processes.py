"""Processes that a parent forks. The parent of the tests is a small program without the apps of the project."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from home.runtime import forked_processes
from home.runtime.forked_processes import ForkedProcesses

PARENT = """
import logging, os, sys, time
from django.conf import settings
settings.configure()
logging.basicConfig()
from home.runtime.forked_processes import ForkedProcesses

def work():
    print(os.getpid(), flush=True)
    time.sleep(60)

ForkedProcesses({"one": work}).run()
"""

FAILING = """
import os
from django.conf import settings
settings.configure()
from home.runtime.forked_processes import ForkedProcesses, before_exit

before_exit += [lambda: 1 / 0, lambda: print("sent")]
pid = ForkedProcesses({})._fork(lambda: 1 / 0)
print("ended with", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.fixture
def parent():
    run = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield run
    run.kill()
    run.communicate()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(pid: int) -> None:
    for _ in range(1000):
        if not is_running(pid):
            return
        time.sleep(0.01)
    pytest.fail("it runs on")


def test_process_that_ends_is_forked_again(parent):
    first = int(parent.stdout.readline())
    os.kill(first, signal.SIGKILL)
    assert int(parent.stdout.readline()) != first
    assert "The process one ended (-9). It starts again in 1 seconds" in parent.stderr.readline()


def test_term_ends_the_parent_and_its_processes(parent):
    child = int(parent.stdout.readline())
    parent.terminate()
    assert parent.wait(20) == 0
    wait_for_end(child)


def test_processes_end_with_their_parent(parent):
    child = int(parent.stdout.readline())
    parent.kill()
    wait_for_end(child)


def test_process_that_keeps_ending_starts_later(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(forked_processes.time, "monotonic", lambda: now)
    processes, pauses = ForkedProcesses({"one": print}), []
    monkeypatch.setattr(processes, "_fork", lambda main: 7)
    for lived in [1, 1, 1, 1, 1, 1, 1, 61, 1]:
        processes.start_due()
        now += lived
        processes.ended(7, 1)
        pauses.append(processes.due["one"] - now)
        now = processes.due["one"]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 1, 2]


def test_process_sends_what_waits_before_it_ends():
    run = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True)
    assert run.stdout == "sent\nended with 1\n"


def test_end_of_a_foreign_process_starts_nothing():
    processes = ForkedProcesses({"one": print})
    processes.due.clear()
    processes.ended(7, 0)
    assert processes.due == {}

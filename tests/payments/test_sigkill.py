"""Workers killed by the system between a provider's answer and our commit: see ``killed_workers``."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.payments import killed_workers

HANGS = 400  # seconds: it took more than 120 on a busy machine
KNOWN = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


@pytest.fixture
def database(transactional_db) -> dict:
    """Return the settings of the database of the tests, which another process may open."""
    return {name: connection.settings_dict[name] for name in KNOWN}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_workers_neither_duplicate_nor_lose_money(database):
    command = [sys.executable, "-m", killed_workers.__name__, json.dumps(database)]
    run = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=HANGS)
    assert run.returncode == 0, run.stdout + run.stderr
    died = json.loads(run.stdout.splitlines()[-1])
    assert set(died["stripe"]) == {"begin", "receive", "refund", "give up", "give up, paid", "payouts"}
    for deaths in died.values():
        assert min(deaths.values()) >= 5

"""The measurement of forms still runs, and small forms cost little."""

import json
import os
import subprocess
import sys

from django.conf import settings


def test_forms_of_two_sizes_are_measured_within_their_budgets():
    command = [sys.executable, "-m", "tests.benchmarks.forms", "--fields", "5", "20"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["fields"] == [5, 20]
    assert figures["missed"] == {}

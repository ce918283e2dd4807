"""Benchmark of the start of ``bin/demo`` after its set-up, beside one process that loads the same code.

usage: python -m tests.benchmarks.startup [--starts N]. Needs the demo commune: ``bin/demo --setup-only``.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from tests.benchmarks.server import free_port

ROOT = Path(__file__).resolve().parents[2]
BUDGET = 10  # seconds
PATIENCE = 120  # seconds


def load_the_code() -> float:
    """Return the seconds for one process to load every app and to end."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import django; django.setup()"], cwd=ROOT, check=True)
    return time.monotonic() - began


def start_and_stop() -> float:
    """Return the seconds from the command to the whole home page."""
    port, began = free_port(), time.monotonic()
    demo = subprocess.Popen(["bin/demo", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while not _answers(f"http://127.0.0.1:{port}/"):
            if demo.poll() is not None or time.monotonic() - began > PATIENCE:
                sys.exit("The demo does not start: run bin/demo and read what it says.")
            time.sleep(0.05)
        return time.monotonic() - began
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as page:
            return bool(page.read())
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.dev")
    rounds = [(load_the_code(), start_and_stop()) for _ in range(options.starts)]
    loads, starts = zip(*rounds, strict=True)
    figures = {
        "code_s": round(median(loads), 2),
        "second_start_s": round(median(starts), 2),
        "worst_s": round(max(starts), 2),
        "ratio": round(median(starts) / median(loads), 2),
        "within_budget": median(starts) < BUDGET,
    }
    for name, value in figures.items():
        print(f"{name:>16}  {value}")
    print(json.dumps(figures))
    return 0 if figures["within_budget"] else 1


if __name__ == "__main__":
    sys.exit(main())

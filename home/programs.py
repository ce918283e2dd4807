"""Programs of our own that open what strangers send: apart from the site, without its secrets."""

import os
import subprocess
import sys
from pathlib import Path

NEEDED = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")  # without these Python may not start


def run(program: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    """``program`` run by the Python of the site, with what it says and nothing of the environment but ``NEEDED``.

    ``options`` are those of ``subprocess.run``, which says what is raised.
    """
    command = [sys.executable, "-P", program, *arguments]  # -P: nothing is imported from where it lies
    environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
    return subprocess.run(command, capture_output=True, env=environment, **options)

"""External programs and servers that tests need."""

import os
import shutil
import subprocess

import pytest


def needs(program: str) -> None:
    """Skip the test if the program is missing; fail it in CI, where no program may be missing."""
    if shutil.which(program):
        return
    if os.environ.get("COMMUNE_REQUIRE_ALL"):
        pytest.fail(f"{program} is not installed, and in CI nothing that a test needs may be missing")
    pytest.skip(f"{program} is not installed")


def is_asked(variable: str) -> bool:
    """Return whether tests use the server that ``variable`` names: if the variable is set, and always in CI."""
    return bool(os.environ.get(variable) or os.environ.get("COMMUNE_REQUIRE_ALL"))


def parse_words(pdf: bytes) -> str:
    """Return the text of a PDF, laid out as on the page."""
    needs("pdftotext")
    run = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(run, input=pdf, capture_output=True, check=True).stdout.decode()

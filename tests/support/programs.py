"""Programs of the system that tests need, and what they read."""

import os
import shutil
import subprocess

import pytest


def needs(program: str) -> None:
    """Skips a test whose program is missing; in CI, where nothing may be missing, it fails instead."""
    if shutil.which(program):
        return
    if os.environ.get("COMMUNE_REQUIRE_ALL"):
        pytest.fail(f"{program} is not installed, and in CI nothing that a test needs may be missing")
    pytest.skip(f"{program} is not installed")


def is_asked(variable: str) -> bool:
    """Whether tests ask the server that ``variable`` names: where one runs, and in CI, where one must."""
    return bool(os.environ.get(variable) or os.environ.get("COMMUNE_REQUIRE_ALL"))


def words_of(pdf: bytes) -> str:
    """The words of a PDF, laid out as on the page."""
    needs("pdftotext")
    run = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(run, input=pdf, capture_output=True, check=True).stdout.decode()

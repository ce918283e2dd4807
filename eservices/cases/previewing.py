"""How a file that somebody sent can be looked at without running anything of it.

Pictures are shown as they are, under a policy that lets them do nothing. Of a PDF the browser never gets the
file: a program of its own draws its pages. Everything else is saved, not shown.
"""

import subprocess
import tempfile
from pathlib import Path

from django.core.cache import cache

from eservices.submissions.models import StoredFile
from home import programs

PICTURES = ("image/jpeg", "image/png", "image/webp")
PDF = "application/pdf"
DRAWER = Path(__file__).with_name("pdf_pages.py")
PATIENCE = 8  # seconds of a clock, with those that others take before
REMEMBERED = 60 * 60  # seconds, that a file is too much: nobody waits for it page by page
MOST_PAGES = 50


class CannotShow(Exception):
    """The file is damaged, protected, too much work, or has no such page."""


def is_shown(stored: StoredFile) -> bool:
    """Whether there is anything to look at but the name."""
    return stored.readable and stored.content_type in (*PICTURES, PDF)


def pages(stored: StoredFile) -> int:
    """How many pages can be looked at; 0 where the file cannot be shown."""
    if stored.content_type != PDF:
        return int(is_shown(stored))
    try:
        return min(int(_asked(stored, 0)), MOST_PAGES)
    except (CannotShow, ValueError):
        return 0


def page(stored: StoredFile, number: int) -> bytes:
    """A page of a PDF as PNG; ``CannotShow`` where that is not possible."""
    if not 1 <= number <= MOST_PAGES:
        raise CannotShow
    return _asked(stored, number)


def _asked(stored: StoredFile, number: int) -> bytes:
    too_much = f"preview-too-much:{stored.pk}"
    if cache.get(too_much):
        raise CannotShow
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "file.pdf"
        with stored.content.open("rb") as content, copy.open("wb") as target:
            for chunk in content.chunks():
                target.write(chunk)
        try:
            done = programs.run(DRAWER, str(copy), str(number), timeout=PATIENCE, check=True, cwd=folder)
        except programs.Busy as fault:
            raise CannotShow from fault
        except (subprocess.SubprocessError, OSError) as fault:
            if getattr(fault, "returncode", 0) <= 0:  # ended by a signal, or out of time
                cache.set(too_much, True, REMEMBERED)
            raise CannotShow from fault
    return done.stdout

"""Previews of uploaded files that run nothing of them.

Images are served unchanged, under a policy that disables all active content. A PDF never reaches the browser: a
separate program draws its pages. Other files can only be downloaded.
"""

import subprocess
import tempfile
from pathlib import Path

from django.core.cache import cache

from eservices.submissions.models import StoredFile
from home.runtime import sandbox

PICTURES = ("image/jpeg", "image/png", "image/webp")
PDF = "application/pdf"
DRAWER = Path(__file__).with_name("draw_pdf_page.py")
RENDER_TIMEOUT = 8  # seconds of wall time, including the wait for other previews
REMEMBERED = 60 * 60  # seconds; a file that takes too long is not tried again for each of its pages
MAX_PAGES = 50


class PreviewError(Exception):
    """The file is damaged, protected or too much work, or has no such page."""


def is_previewable(stored: StoredFile) -> bool:
    """Return whether the file has a preview."""
    return stored.readable and stored.content_type in (*PICTURES, PDF)


def count_pages(stored: StoredFile) -> int:
    """Return the number of pages with a preview; 0 if there is none."""
    if stored.content_type != PDF:
        return int(is_previewable(stored))
    try:
        return min(int(_render_page(stored, 0)), MAX_PAGES)
    except (PreviewError, ValueError):
        return 0


def render_page(stored: StoredFile, number: int) -> bytes:
    """Render a page of a PDF as PNG. Raise PreviewError if that is not possible."""
    if not 1 <= number <= MAX_PAGES:
        raise PreviewError
    return _render_page(stored, number)


def _render_page(stored: StoredFile, number: int) -> bytes:
    too_much = f"preview-too-much:{stored.pk}"
    if cache.get(too_much):
        raise PreviewError
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "file.pdf"
        with stored.content.open("rb") as content, copy.open("wb") as target:
            for chunk in content.chunks():
                target.write(chunk)
        try:
            done = sandbox.run_sandboxed(
                DRAWER, str(copy), str(number), timeout=RENDER_TIMEOUT, check=True, cwd=folder
            )
        except sandbox.Busy as fault:
            raise PreviewError from fault
        except (subprocess.SubprocessError, OSError) as fault:
            if getattr(fault, "returncode", 0) <= 0:  # ended by a signal, or out of time
                cache.set(too_much, True, REMEMBERED)
            raise PreviewError from fault
    return done.stdout

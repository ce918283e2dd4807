"""The text of public documents, read in the background for search. Truth is a row; a task is only its wake-up."""

import re
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import F
from django.utils import timezone
from wagtail.documents import get_document_model

from . import document_text
from .models import DocumentText
from .signals import document_read

READER = Path(document_text.__file__)
KINDS = {"pdf", *document_text.OFFICE}
LARGEST = 50 * 1024**2  # bytes
PATIENCE = 60  # seconds of a clock; the reader itself has less of the processor
CLAIM, ATTEMPTS = timedelta(minutes=10), 3
BLANKS = re.compile(r"[ \t]+")


def ask(document) -> None:
    """Lets a worker read a document that is new or has another file."""
    digest = document.get_file_hash()
    text, _made = DocumentText.objects.get_or_create(document=document)
    if text.digest != digest:
        DocumentText.objects.filter(pk=text.pk).update(digest=digest, due_at=timezone.now(), attempts=0)


def wake(now: datetime) -> None:
    """Wakes a worker for what waits to be read."""
    from .tasks import read_document

    for pk in (
        DocumentText.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:50]
    ):
        read_document.enqueue(pk)


def read(pk: int, now: datetime) -> None:
    """Reads one; nothing where another worker does. Given up after some attempts: search knows its name then."""
    mine = DocumentText.objects.filter(pk=pk, due_at__lte=now)
    if not mine.update(due_at=now + CLAIM, attempts=F("attempts") + 1):
        return
    row = DocumentText.objects.select_related("document").get(pk=pk)
    text = text_of(row.document)
    done = text is not None or row.attempts >= ATTEMPTS
    if done:
        unchanged = DocumentText.objects.filter(pk=pk, digest=row.digest)
        if unchanged.update(text=text or "", due_at=None):
            document_read.send(sender=DocumentText, document=row.document)


def text_of(document) -> str | None:
    """What the reader makes of the file; None where it could not."""
    kind = document.file_extension.lower()
    if kind not in KINDS:
        return ""
    try:
        if document.file.size > LARGEST:
            return ""
        with tempfile.NamedTemporaryFile(suffix=f".{kind}") as copy:
            with document.file.open("rb") as content:
                for chunk in content.chunks():
                    copy.write(chunk)
            copy.flush()
            return _passages(_run(copy.name, kind))
    except OSError:
        return None


def _run(path: str, kind: str) -> str:
    """What it wrote counts, whatever it ended by."""
    command = [sys.executable, str(READER), path, kind]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")
    return done.stdout.decode(errors="replace")


def _passages(text: str) -> str:
    """Lines that end a sentence end a passage; the others were only wrapped."""
    passages, line = [], ""
    for part in (BLANKS.sub(" ", one).strip() for one in text.splitlines()):
        line = f"{line} {part}".strip()
        if not part or part.endswith((".", "!", "?", ":")):
            passages += [line] if line else []
            line = ""
    return "\n".join([*passages, line]).strip()


def known_text(document) -> str:
    """The text of a document as far as it was read."""
    return DocumentText.objects.filter(document=document).values_list("text", flat=True).first() or ""


def ask_for_all() -> None:
    for document in get_document_model().objects.filter(text=None).order_by("pk"):
        ask(document)

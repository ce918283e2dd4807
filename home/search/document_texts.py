"""The text of public files, read in the background for search. Truth is a row; a task is only its wake-up."""

import re
import subprocess
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import CollectionViewRestriction, Page

from ..models import DocumentPlace, FileText
from ..runtime import sandbox
from ..scheduling.periodic import is_task_queued
from ..signals import document_changed
from . import text_extractor

READER = Path(text_extractor.__file__)
KINDS = {"pdf", *text_extractor.OFFICE}
MAX_FILE_BYTES = 50 * 1024**2  # bytes
EXTRACTION_TIMEOUT = 60  # seconds of a clock; the reader itself has less of the processor
CLAIM, MAX_ATTEMPTS = timedelta(minutes=10), 3
BLANKS = re.compile(r"[ \t]+")
MAX_CHARACTERS = 200_000  # of all files of a page: PostgreSQL indexes no text without end


def text_model_for(model: type[models.Model]) -> type[FileText]:
    """Where the texts of a kind of files are kept."""
    return model._meta.get_field("text").related_model


def file_text_models() -> list[type[FileText]]:
    return [model for model in apps.get_models() if issubclass(model, FileText)]


def request_extraction(document) -> None:
    """Lets a worker read a document that is new or has another file, of which nothing is known until then."""
    texts, digest = text_model_for(type(document)), document.get_file_hash()
    text, _made = texts.objects.get_or_create(document=document)
    if text.digest != digest:
        changes = {"digest": digest, "text": "", "due_at": timezone.now(), "attempts": 0}
        texts.objects.filter(pk=text.pk).update(**changes)


def wake_extraction(now: datetime) -> None:
    """Wakes a worker for what waits to be read, once those that were woken before are at work."""
    from ..tasks import extract_document_text

    if is_task_queued(extract_document_text):
        return
    for texts in file_text_models():
        due = texts.objects.filter(due_at__lte=now).order_by("due_at")
        for pk in due.values_list("pk", flat=True)[:50]:
            extract_document_text.enqueue(pk, texts._meta.label_lower)


def extract_text(texts: type[FileText], pk: int, now: datetime) -> None:
    """Reads one; nothing where another worker does. Given up after some attempts: search knows its name then."""
    mine = texts.objects.filter(pk=pk, due_at__lte=now)
    if not mine.update(due_at=now + CLAIM, attempts=F("attempts") + 1):
        return
    row = texts.objects.select_related("document").get(pk=pk)
    text = run_text_extractor(row.document)
    done = text is not None or row.attempts >= MAX_ATTEMPTS
    if done:
        unchanged = texts.objects.filter(pk=pk, digest=row.digest)
        if unchanged.update(text=text or "", due_at=None):
            document_changed.send(sender=texts, document=row.document)


def run_text_extractor(document) -> str | None:
    """What the reader makes of the file; None where it could not."""
    kind = document.file.name.rpartition(".")[2].lower()
    if kind not in KINDS:
        return ""
    try:
        if document.file.size > MAX_FILE_BYTES:
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
    """Returns what the reader program printed, even if it crashed or timed out."""
    try:
        done = sandbox.run_sandboxed(READER, path, kind, timeout=EXTRACTION_TIMEOUT)
    except sandbox.Busy as busy:
        raise OSError(str(busy)) from busy
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


def stored_text(document) -> str:
    """The text of a document as far as it was read."""
    texts = text_model_for(type(document)).objects.filter(document=document)
    return texts.values_list("text", flat=True).first() or ""


def searchable_text(files: models.QuerySet) -> str:
    """The titles of files and what was read of them, a passage per line; of many long ones the beginning.

    Nothing of documents that only some may open.
    """
    shown = (
        files.filter(~restricted_filter("collection__path")) if files.model is get_document_model() else files
    )
    return "\n".join(f"{file.title}\n{stored_text(file)}".strip() for file in shown)[:MAX_CHARACTERS]


def restricted_filter(path: str) -> Exists:
    """Whether only some may open a document; ``path`` leads to that of its collection. For ``filter``."""
    here = ExpressionWrapper(OuterRef(path), models.TextField())
    restrictions = CollectionViewRestriction.objects.alias(here=here)
    return Exists(restrictions.filter(here__startswith=F("collection__path")))


def documents_on_page(page: Page) -> models.QuerySet:
    """The documents that stand on a page, whether chosen or linked in a text."""
    model, found = get_document_model(), set()
    for field in page._meta.concrete_fields:
        value = field.value_from_object(page)
        if field.related_model is model:
            found.add(value)
        elif value is not None and hasattr(field, "extract_references"):
            found |= {int(key) for to, key, *_path in field.extract_references(value) if to is model}
    return model.objects.filter(pk__in=found - {None}).order_by("pk")


def record_document_pages(page: Page, files: models.QuerySet) -> None:
    """Keeps which documents a page is found by."""
    mine = DocumentPlace.objects.filter(page_id=page.pk)
    if files.model is get_document_model():
        mine.exclude(document__in=files).delete()
        for document in files:
            DocumentPlace.objects.get_or_create(document=document, page_id=page.pk)


def page_ids_with_document(document) -> list[int]:
    """The keys of the pages that are found by a document."""
    return list(DocumentPlace.objects.filter(document=document).values_list("page_id", flat=True))


def request_missing_extractions() -> None:
    """Lets a worker read what was never read."""
    for texts in file_text_models():
        owners = texts._meta.get_field("document").related_model
        for document in owners.objects.filter(text=None).order_by("pk"):
            request_extraction(document)

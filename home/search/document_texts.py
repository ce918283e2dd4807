"""Text extraction of public files for search. The state is in rows; a task only triggers the work."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
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
from ..signals import document_changed
from . import text_extractor

READER = Path(text_extractor.__file__)
KINDS = {"pdf", *text_extractor.OFFICE}
BATCH_SIZE = 50  # texts per model and job run
MAX_FILE_BYTES = 50 * 1024**2  # bytes
EXTRACTION_TIMEOUT = 60  # seconds of wall-clock time; the program's limit of processor time is lower
CLAIM, MAX_ATTEMPTS = timedelta(minutes=10), 3
BLANKS = re.compile(r"[ \t]+")
MAX_CHARACTERS = 200_000  # of all files of a page, because PostgreSQL limits the size of an indexed text


def text_model_for(model: type[models.Model]) -> type[FileText]:
    """Return the model of the texts of a type of files."""
    return model._meta.get_field("text").related_model


def file_text_models() -> list[type[FileText]]:
    return [model for model in apps.get_models() if issubclass(model, FileText)]


def request_extraction(document) -> None:
    """Mark a document that is new or has another file for extraction. Its text is empty until then."""
    texts, digest = text_model_for(type(document)), document.get_file_hash()
    text, _made = texts.objects.get_or_create(document=document)
    if text.digest != digest:
        changes = {"digest": digest, "text": "", "due_at": timezone.now(), "attempts": 0}
        texts.objects.filter(pk=text.pk).update(**changes)


def due_texts(now: datetime) -> Iterator[tuple[type[FileText], int]]:
    """Yield model and key of the next texts to extract, the longest due first."""
    for texts in file_text_models():
        due = texts.objects.filter(due_at__lte=now).order_by("due_at")
        for pk in due.values_list("pk", flat=True)[:BATCH_SIZE]:
            yield texts, pk


def extract_text(texts: type[FileText], pk: int, now: datetime) -> None:
    """Extract one text; do nothing if another worker has claimed it.

    After ``MAX_ATTEMPTS`` the text stays empty, and search finds the document only by its title.
    """
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
    """Return the extracted text of a file; "" if it has none or is too large; None if it cannot be read."""
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
    """Return what the program printed, even if it crashed or timed out. Raise OSError if it is busy."""
    try:
        done = sandbox.run_sandboxed(READER, path, kind, timeout=EXTRACTION_TIMEOUT)
    except sandbox.Busy as busy:
        raise OSError(str(busy)) from busy
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")
    return done.stdout.decode(errors="replace")


def _passages(text: str) -> str:
    """Join wrapped lines: only a line that ends a sentence ends a passage."""
    passages, line = [], ""
    for part in (BLANKS.sub(" ", one).strip() for one in text.splitlines()):
        line = f"{line} {part}".strip()
        if not part or part.endswith((".", "!", "?", ":")):
            passages += [line] if line else []
            line = ""
    return "\n".join([*passages, line]).strip()


def stored_text(document) -> str:
    """Return the text of a document as far as it was extracted."""
    texts = text_model_for(type(document)).objects.filter(document=document)
    return texts.values_list("text", flat=True).first() or ""


def searchable_text(files: models.QuerySet) -> str:
    """Return the titles and texts of files, one passage per line, at most ``MAX_CHARACTERS``.

    Documents in restricted collections are left out.
    """
    shown = (
        files.filter(~restricted_filter("collection__path")) if files.model is get_document_model() else files
    )
    return "\n".join(f"{file.title}\n{stored_text(file)}".strip() for file in shown)[:MAX_CHARACTERS]


def restricted_filter(path: str) -> Exists:
    """Return an expression that is true for restricted documents. For ``filter``.

    ``path``: the lookup of the path of their collection.
    """
    here = ExpressionWrapper(OuterRef(path), models.TextField())
    restrictions = CollectionViewRestriction.objects.alias(here=here)
    return Exists(restrictions.filter(here__startswith=F("collection__path")))


def documents_on_page(page: Page) -> models.QuerySet:
    """Return the documents on a page, chosen in a block or linked in a text."""
    model, found = get_document_model(), set()
    for field in page._meta.concrete_fields:
        value = field.value_from_object(page)
        if field.related_model is model:
            found.add(value)
        elif value is not None and hasattr(field, "extract_references"):
            found |= {int(key) for to, key, *_path in field.extract_references(value) if to is model}
    return model.objects.filter(pk__in=found - {None}).order_by("pk")


def record_document_pages(page: Page, files: models.QuerySet) -> None:
    """Record the documents by whose text a page is found."""
    mine = DocumentPlace.objects.filter(page_id=page.pk)
    if files.model is get_document_model():
        mine.exclude(document__in=files).delete()
        for document in files:
            DocumentPlace.objects.get_or_create(document=document, page_id=page.pk)


def page_ids_with_document(document) -> list[int]:
    """Return the keys of the pages that are found by a document."""
    return list(DocumentPlace.objects.filter(document=document).values_list("page_id", flat=True))


def request_missing_extractions() -> None:
    """Mark all documents without a text for extraction."""
    for texts in file_text_models():
        owners = texts._meta.get_field("document").related_model
        for document in owners.objects.filter(text=None).order_by("pk"):
            request_extraction(document)

"""Imports from spreadsheets, the report on their lines, and which line of another system made which object."""

import hashlib
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from home.extensions.import_kinds import ImportKind, import_kinds

KEEP = timedelta(days=30)  # how long the file and the report of an import stay


def private_storage() -> Storage:
    return storages["private"]


class SpreadsheetImport(models.Model):
    """An import: its file, its mapping, and how far it is.

    ``origin``: the name of the list or system, within which keys are unique. ``due_at``: when a worker takes it; None
    if a person must do something first.
    """

    class State(models.TextChoices):
        MAPPING = "mapping", _("Columns are to be chosen")
        CHECKING = "checking", _("Trial run in progress")
        CHECKED = "checked", _("Trial run finished: nothing is changed yet")
        IMPORTING = "importing", _("Import in progress")
        FINISHED = "finished", _("Imported")
        FAILED = "failed", _("Stopped")

    WORKING = (State.CHECKING, State.IMPORTING)

    kind = models.CharField(max_length=40)
    target = models.CharField(max_length=100, blank=True)
    origin = models.CharField(max_length=60)
    file = models.FileField(storage=private_storage, upload_to="spreadsheet_imports")
    file_name = models.CharField(max_length=200)
    encoding = models.CharField(max_length=20, blank=True)
    separator = models.CharField(max_length=1, blank=True)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.MAPPING)
    error = models.TextField(blank=True)
    language = models.CharField(max_length=12)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # that ended without a result, in a row
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import from a spreadsheet")
        verbose_name_plural = _("imports from spreadsheets")

    def __str__(self) -> str:
        return self.file_name

    @property
    def import_kind(self) -> ImportKind:
        return import_kinds[self.kind]

    @property
    def kind_label(self) -> str:
        kind = import_kinds.get(self.kind)
        return str(kind.label) if kind else self.kind

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def has_run(self) -> bool:
        """True if the import itself began, after its trial run."""
        return self.state in (self.State.IMPORTING, self.State.FINISHED)

    @property
    def deleted_on(self):
        """The day on which the file and the report are deleted."""
        return timezone.localdate(self.created_at + KEEP)

    def totals(self) -> list[tuple[str, str, int]]:
        """Return the number of lines by outcome, with the outcome in words."""
        rows = self.lines.order_by().values_list("outcome").annotate(number=models.Count("pk"))
        found = Counter(dict(rows))
        return [
            (value, str(label), found[value]) for value, label in ImportLine.Outcome.choices if found[value]
        ]


class ImportLine(models.Model):
    """A line of the file and its part of the report. It has no content of the line besides its key and title."""

    class Outcome(models.TextChoices):
        TO_CREATE = "to_create", pgettext_lazy("lines of an import", "To create")
        CREATED = "created", pgettext_lazy("lines of an import", "Created")
        UNCHANGED = "unchanged", pgettext_lazy("lines of an import", "Unchanged")
        REFUSED = "refused", pgettext_lazy("lines of an import", "Refused")

    spreadsheet_import = models.ForeignKey(SpreadsheetImport, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=255, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reasons = models.JSONField(default=list)
    object_pk = models.CharField(max_length=40, blank=True)
    is_imported = models.BooleanField(default=False)  # else this is the report of the trial run

    class Meta:
        ordering = ["number"]
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of imports")
        constraints = [
            models.UniqueConstraint(fields=["spreadsheet_import", "number"], name="import_line_once")
        ]
        indexes = [
            models.Index(fields=["spreadsheet_import", "outcome", "number"], name="import_line_outcome"),
            models.Index(fields=["object_pk"], name="import_line_object"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.key}"


class ExternalReference(models.Model):
    """An object here and its key in the system it came from, so that another import makes it no second time.

    It stays when the object is gone, with the digest of the key only, so that nothing that was erased comes back.
    ``fingerprint``: digest of what the line held.
    """

    kind = models.CharField(max_length=40)
    origin = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    key = models.CharField(max_length=120, blank=True)
    object_pk = models.CharField(max_length=40, blank=True)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("external reference")
        verbose_name_plural = _("external references")
        constraints = [
            models.UniqueConstraint(fields=["kind", "origin", "digest"], name="external_reference_once")
        ]
        indexes = [models.Index(fields=["kind", "object_pk"], name="external_reference_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


def key_digest(key: str) -> str:
    """Return the digest of a key, whatever its case and the spaces around it."""
    return hashlib.sha256(" ".join(key.split()).casefold().encode()).hexdigest()

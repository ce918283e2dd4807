"""Imports of old sites: each run with its objects and their report, and what was imported from where."""

from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.documents import get_document_model_string
from wagtail.images import get_image_model_string
from wagtail.models import Page

from .old_addresses import host_of
from .readers import READERS
from .remarks import remark_text
from .source_objects import SourceObject

KEEP = timedelta(days=90)  # how long the report of an import stays


def private_storage() -> Storage:
    return storages["private"]


class SiteImport(models.Model):
    """An import: its source, the place of its pages, and how far it is."""

    class State(models.TextChoices):
        LISTING = "listing", _("The source is read")
        READING = "reading", _("The pages of the old site are read")
        PLANNING = "planning", _("The report is written")
        REPORTED = "reported", _("Trial run finished: nothing is changed yet")
        FILES = "files", _("Pictures and documents are imported")
        PLACES = "places", _("Pages are created")
        TEXTS = "texts", _("Pages are filled")
        REDIRECTS = "redirects", _("Redirects are created")
        FINISHED = "finished", _("Imported")
        FAILED = "failed", _("Stopped")

    RUN = (State.FILES, State.PLACES, State.TEXTS, State.REDIRECTS)  # after the trial run
    WORKING = (State.LISTING, State.READING, State.PLANNING, *RUN)

    source = models.CharField(max_length=20, choices=[(key, one.label) for key, one in READERS.items()])
    address = models.URLField(max_length=400, blank=True)
    file = models.FileField(storage=private_storage, upload_to="site_import", blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    parent = models.ForeignKey(Page, models.CASCADE, related_name="+")
    publish = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.LISTING)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(default=timezone.now)  # a worker is at it
    attempts = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # that ended without a result, in a row

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import of an old site")
        verbose_name_plural = _("imports of old sites")

    def __str__(self) -> str:
        return self.host or self.file_name

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def origin(self) -> str:
        """The name of the old site, under which its objects are remembered."""
        return host_of(self.address)

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def has_run(self) -> bool:
        """True if the import itself began, after its trial run."""
        return self.state in (*self.RUN, self.State.FINISHED)

    def outcome_labels(self) -> dict[str, str]:
        """Return the words for each outcome: what the import did, or after a trial run what it would do."""
        done = self.has_run or self.items.filter(step__in=self.RUN).exists()
        return {
            value: str(label if done else ImportItem.PLANNED.get(value, label))
            for value, label in ImportItem.Outcome.choices
        }

    def totals(self) -> list[tuple[str, int]]:
        """Return the number of objects by outcome, in words."""
        rows = self.items.exclude(outcome="").order_by().values_list("outcome")
        found = Counter(dict(rows.annotate(number=models.Count("pk"))))
        return [(label, found[value]) for value, label in self.outcome_labels().items() if found[value]]


class ImportItem(models.Model):
    """An object of an old site as it was read, and its line in the report."""

    class Outcome(models.TextChoices):
        CREATED = "created", pgettext_lazy("objects of an import", "Created")
        UPDATED = "updated", pgettext_lazy("objects of an import", "Updated")
        UNCHANGED = "unchanged", pgettext_lazy("objects of an import", "Unchanged")
        LEFT_OUT = "left_out", pgettext_lazy("objects of an import", "Left out")
        FAILED = "failed", pgettext_lazy("objects of an import", "Failed")

    PLANNED = {
        Outcome.CREATED: pgettext_lazy("objects of an import", "To create"),
        Outcome.UPDATED: pgettext_lazy("objects of an import", "To update"),
    }
    KINDS = [
        ("page", _("Page")),
        ("article", _("News article")),
        ("event", _("Event")),
        ("image", _("Picture")),
        ("document", _("Document")),
        ("redirect", _("Redirect")),
    ]

    site_import = models.ForeignKey(SiteImport, models.CASCADE, related_name="items")
    key = models.CharField(max_length=64)  # digest of the kind and the key at the source
    kind = models.CharField(max_length=10, choices=KINDS)
    position = models.PositiveIntegerField(default=0)  # pages after those above them
    title = models.CharField(max_length=255)
    content = models.JSONField()
    is_read = models.BooleanField(default=True)
    step = models.CharField(max_length=10, blank=True)  # the last state in which it was processed
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    remarks = models.JSONField(default=list)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["site_import", "key"], name="import_item_once")]
        indexes = [models.Index(fields=["site_import", "step", "position"], name="import_item_next")]

    def __str__(self) -> str:
        return self.title

    @property
    def found(self) -> SourceObject:
        return SourceObject.from_json(self.content)

    @property
    def address(self) -> str:
        return str(self.content["address"])

    def remark_texts(self) -> list[str]:
        return [remark_text(one) for one in self.remarks]


class ImportedObject(models.Model):
    """An object here that was made of an object of an old site, so that another import makes it no second time.

    ``written_revision``: the revision that the last import wrote; a later one was made by an editor.
    """

    origin = models.CharField(max_length=255)
    key = models.CharField(max_length=64)
    page = models.ForeignKey(Page, models.CASCADE, null=True, related_name="+")
    image = models.ForeignKey(get_image_model_string(), models.CASCADE, null=True, related_name="+")
    document = models.ForeignKey(get_document_model_string(), models.CASCADE, null=True, related_name="+")
    fingerprint = models.CharField(max_length=64, blank=True)
    written_revision = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["origin", "key"], name="imported_object_once"),
            models.CheckConstraint(
                condition=Q(page__isnull=False) | Q(image__isnull=False) | Q(document__isnull=False),
                name="imported_object_exists",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.key}"

    @property
    def target_id(self) -> int | None:
        return self.page_id or self.image_id or self.document_id

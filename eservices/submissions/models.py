"""Drafts, while a form is filled in, and submissions, once it is sent."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressField
from eservices.accounts.models import IdentityLevel
from eservices.formbuilder.definition import FormDefinition, StepDefinition
from eservices.formbuilder.fee_breakdown import sum_lines
from eservices.formbuilder.models import FormVersion
from home.encrypted_fields import EncryptedJSONField
from home.localization.punctuation import labelled
from home.untrusted_files.messages import cautions_in_words
from home.web.secret_links import secret_field

MOST_PAGE_LENGTH = 8  # of the random part of a page's state
SEEN = "_seen"  # hidden input: the mark of the page's step, with a random part that identifies the page


def page_state(mark: str) -> str:
    """Return the value of ``SEEN``: the mark, and a random part that distinguishes two tabs with the same state."""
    return f"{mark}.{secrets.token_hex(4)}"


def mark_in_page_state(seen: str) -> str:
    return seen.partition(".")[0]


def page_in_page_state(seen: str) -> str:
    return seen.partition(".")[2][:MOST_PAGE_LENGTH]


def before_change(key: str) -> str:
    """Return the name in ``Draft.saved_from`` of a step's mark when the form changed; no step has such a key."""
    return f"~{key}"


DRAFT_DAYS = 30
FILES = "files"  # folder of the private storage


def draft_expiry():
    return timezone.now() + timedelta(days=DRAFT_DAYS)


def private_storage() -> Storage:
    return storages["private"]


def random_path(instance, filename) -> str:
    """Return a random path, so that no path contains the applicant's data."""
    return f"{FILES}/{instance.pk.hex[:2]}/{instance.pk.hex}"


class SubmissionChannel(models.TextChoices):
    """The channel by which a submission reached the commune."""

    ONLINE = "online", _("online")
    COUNTER = "counter", _("at the counter")
    PHONE = "phone", _("by telephone")
    PAPER = "paper", _("on paper")


class RehearsableQuerySet[M: models.Model](models.QuerySet[M]):
    def real(self) -> Self:
        """Exclude rehearsals, which do not count and are not found."""
        return self.filter(version__kind=FormVersion.Kind.PUBLISHED)

    def rehearsed(self) -> Self:
        """Filter rehearsals by editors."""
        return self.filter(version__kind=FormVersion.Kind.REHEARSAL)


class DraftQuerySet(RehearsableQuerySet["Draft"]):
    def due_for_erasure(self, now: datetime) -> Self:
        """Filter expired, unsent drafts whose answers are not erased yet."""
        return self.filter(expires_at__lte=now, forgotten_at=None, submission=None)


class Draft(models.Model):
    """A form that is being filled in.

    The holder of ``secret`` can continue it; if its owner was signed in, only the owner.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret = secret_field()
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="drafts")
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    answers = EncryptedJSONField(_("answers"), default=dict)
    completed = models.JSONField(_("completed steps"), default=list)
    typed = EncryptedJSONField(
        _("as entered"),
        default=dict,
        blank=True,
        help_text=_("Entries of each step that were saved before they were valid."),
    )
    saved_from = models.JSONField(
        _("saved from"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text=_("The page from which each step was saved last."),
    )
    filled_by = models.JSONField(
        _("filled in by"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text=_("Question → source of an answer that nobody typed, until a person changes it."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts"
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=SubmissionChannel, default=SubmissionChannel.ONLINE
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Agent who submits for another person."),
    )
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=draft_expiry)
    forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When answers and files of an expired draft were deleted.")
    )

    said: Sequence[str] = ()  # messages for the applicant who just saved a step: see ``signals``

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-saved_at"]
        permissions = [("file_for_others", _("Can submit a request for another person"))]

    def __str__(self) -> str:
        return f"{self.version} {self.saved_at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> str:
        """The subject of deliveries about this draft."""
        return f"draft:{self.pk}"

    @property
    def expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def mark(self, step: StepDefinition) -> str:
        """Return a hash that changes whenever the step is saved: pages made before that are out of date."""
        asked = [field.key for field in step.fields if field.type != "files"]
        state = [
            self.typed.get(step.key),
            step.key in self.completed,
            {key: self.answers.get(key) for key in asked},
        ]
        return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]

    def is_saved_by_other_page(self, step: StepDefinition, seen: str) -> bool:
        """Return whether the step was saved by another page since the page with this state was made."""
        mark = mark_in_page_state(seen)
        if not seen or mark in (self.mark(step), self.saved_from.get(before_change(step.key))):
            return False
        return page_in_page_state(seen) != self.saved_from.get(step.key)

    def note_marks(self, definition: FormDefinition) -> None:
        """Note the marks of the steps before the form changes, for pages that were made until then."""
        self.saved_from |= {before_change(step.key): self.mark(step) for step in definition.steps}

    def note_page(self, step: StepDefinition, seen: str) -> None:
        """Note from which page a step is saved now."""
        self.saved_from[step.key] = page_in_page_state(seen)
        self.saved_from.pop(before_change(step.key), None)

    def take(self, version: FormVersion, carried) -> None:
        """Migrate this instance, not its row, to another version: see ``version_migration.MigratedDraft``."""
        self.version = version
        self.answers, self.completed, self.typed = carried.answers, carried.completed, carried.typed


class Submission(models.Model):
    """A record of what was sent, never changed. A draft has at most one submission."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.OneToOneField(Draft, on_delete=models.SET_NULL, null=True, related_name="submission")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="submissions")
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    answers = EncryptedJSONField(_("answers"))
    filled_by = models.JSONField(
        _("filled in by"),
        null=True,
        blank=True,
        help_text=_(
            "Question → source of an answer that nobody typed. Empty if sources were not recorded yet."
        ),
    )
    fees = models.JSONField(
        _("fees"), default=list, blank=True, help_text=_("Charges due when it was sent, line by line.")
    )
    applicant_name = models.CharField(_("applicant"), max_length=255, blank=True)
    email = EmailAddressField(_("e-mail address"), max_length=254, blank=True)
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="submissions"
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=SubmissionChannel, default=SubmissionChannel.ONLINE
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    identity_level = models.PositiveSmallIntegerField(
        _("identity level"),
        choices=IdentityLevel,
        default=IdentityLevel.NONE,
        help_text=_("Identity level of the applicant when the request was sent."),
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    erased_at = models.DateTimeField(
        _("erased"), null=True, blank=True, help_text=_("Date since which it has no personal data.")
    )

    objects = RehearsableQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-sent_at"]
        # For other submissions of the same person. The first index is not partial: for an expression in a partial index
        # PostgreSQL does not know how rare a value is, and would read every case instead.
        indexes = [
            models.Index(fields=["email"], name="submission_email"),
            models.Index(fields=["phone"], name="submission_phone", condition=~Q(phone="")),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.sent_at:%Y-%m-%d %H:%M}"

    @property
    def fees_total(self) -> int:
        """The sum in minor units; ``fees`` are lines as in ``fee_breakdown``, in the applicant's language."""
        return sum_lines(self.fees)


class ScanResult(models.TextChoices):
    """The result of the virus scan of a file. A file that waits for it cannot be opened."""

    NOT_NEEDED = "none", _("not checked")
    WAITING = "waiting", _("being checked before it can be opened")
    CLEAN = "clean", _("clean")
    INFECTED = "infected", _("destroyed because of a virus")


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def readable(self) -> Self:
        """Filter files that can be opened: neither waiting for the scanner nor infected."""
        return self.filter(scan__in=[ScanResult.NOT_NEEDED, ScanResult.CLEAN])

    def without_infected(self) -> Self:
        """Filter files that count as answers: all but infected ones, which were destroyed."""
        return self.exclude(scan=ScanResult.INFECTED)

    def unclaimed(self) -> Self:
        """Filter files without a draft, a submission or an object of another app."""
        relations = {relation.name: None for relation in self.model._meta.related_objects}
        return self.filter(draft=None, submission=None, **relations)

    def to_scan(self, now: datetime) -> Self:
        return self.filter(scan=ScanResult.WAITING, scan_due_at__lte=now)


class StoredFile(models.Model):
    """A private file of an applicant. It belongs to a draft, and to its submission once sent.

    The row of an infected file stays, as evidence of where it went; its content is destroyed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.SET_NULL, null=True, blank=True, related_name="files")
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="files"
    )
    field = models.CharField(_("field"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=255)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    content = models.FileField(upload_to=random_path, storage=private_storage, max_length=255)
    stored_at = models.DateTimeField(default=timezone.now)
    scan = models.CharField(_("virus check"), max_length=8, choices=ScanResult, default=ScanResult.NOT_NEEDED)
    scan_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Time of the next query to the scanner. Empty if none is needed.")
    )
    virus = models.CharField(_("virus"), max_length=100, blank=True)
    cautions = models.JSONField(
        _("content warnings"),
        default=list,
        blank=True,
        help_text=_("Important information before opening it."),
    )

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["stored_at"]
        indexes = [models.Index(fields=["scan_due_at"], name="file_scan_due", condition=Q(scan="waiting"))]

    def __str__(self) -> str:
        return self.name

    @property
    def readable(self) -> bool:
        return self.scan in (ScanResult.NOT_NEEDED, ScanResult.CLEAN)

    @property
    def remark(self) -> str:
        """The remark on a file that cannot be opened; "" for other files."""
        return "" if self.readable else labelled(self.name, self.get_scan_display())

    @property
    def caution(self) -> str:
        """The warning before a file is opened, as a sentence."""
        return cautions_in_words(self.cautions)

"""What the applicant declares: drafts while it is being filled in, the submission once it is sent."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.models import FormVersion

DRAFT_DAYS = 30


def new_secret() -> str:
    """128 random bits for a link that opens something."""
    return secrets.token_urlsafe(16)


def draft_expiry():
    return timezone.now() + timedelta(days=DRAFT_DAYS)


def private_storage():
    return storages["private"]


def random_path(instance, filename) -> str:
    """Where a file lies: a random name, so that nothing of the applicant's stands in a path."""
    return f"files/{instance.pk.hex[:2]}/{instance.pk.hex}"


class Channel(models.TextChoices):
    """How a request reached the commune."""

    ONLINE = "online", _("online")
    COUNTER = "counter", _("at the counter")
    PHONE = "phone", _("by telephone")
    PAPER = "paper", _("on paper")


class DraftQuerySet(models.QuerySet):
    def to_forget(self, now):
        """Drafts that were kept as long as promised and never sent, with something still in them."""
        return self.filter(expires_at__lte=now, forgotten_at=None, submission=None)


class Draft(models.Model):
    """A request being filled in. Whoever holds ``secret`` may go on; a signed-in owner's only the owner."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret = models.CharField(max_length=32, unique=True, default=new_secret, editable=False)
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="drafts")
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    answers = models.JSONField(_("answers"), default=dict)
    completed = models.JSONField(_("completed steps"), default=list)
    typed = models.JSONField(
        _("as typed"),
        default=dict,
        blank=True,
        help_text=_("Per step, what was put aside before it was valid."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.ONLINE)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who files for somebody else."),
    )
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=draft_expiry)
    forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When answers and files of an expired draft were deleted.")
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-saved_at"]
        permissions = [("file_for_others", _("Can file a request for somebody else"))]

    def __str__(self) -> str:
        return f"{self.version} {self.saved_at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> str:
        """How deliveries name this draft."""
        return f"draft:{self.pk}"

    @property
    def expired(self) -> bool:
        return self.expires_at <= timezone.now()


class Submission(models.Model):
    """What was sent. A record: never changed. One draft makes at most one submission."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.OneToOneField(Draft, on_delete=models.SET_NULL, null=True, related_name="submission")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="submissions")
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    answers = models.JSONField(_("answers"))
    applicant_name = models.CharField(_("applicant"), max_length=255, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="submissions"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.ONLINE)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return f"{self.version} {self.sent_at:%Y-%m-%d %H:%M}"


class StoredFile(models.Model):
    """A file that an applicant sent, kept privately. Belongs to a draft, and to its submission once sent."""

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

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["stored_at"]

    def __str__(self) -> str:
        return self.name

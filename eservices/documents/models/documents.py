"""Documents that the commune issues in a case: numbered, sealed PDFs that anyone can verify."""

import uuid
from datetime import date, datetime
from typing import Self

from cryptography import x509
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from eservices.cases.models import Case, CaseStage
from eservices.submissions.models import private_storage
from home.web.secret_links import secret_field

from ..named_persons import in_words
from ..verification_codes import new_verification_code

FOLDER = "documents"  # folder in the private storage


class IdentityCheck(models.TextChoices):
    """The ways in which the applicant's identity is verified before a document is issued."""

    NOT_NEEDED = "none", _("not needed")
    KNOWN = "known", _("known")
    SEEN = "seen", _("seen in person")
    CARD = "card", _("identity card enclosed")
    POSTED = "posted", _("posted to the registered address")


class RevocationReason(models.TextChoices):
    """The public reason of a revocation, shown at verification. It reveals nothing about a person."""

    REPLACED = "replaced", _("replaced by a new document")
    MISTAKE = "mistake", _("it contained a mistake")
    CHANGED = "changed", _("its content is out of date")
    RETURNED = "returned", _("given back")


class Seal(models.Model):
    """A certificate of the commune's seal, current or former. It identifies sealed files as the commune's."""

    fingerprint = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the certificate."))
    certificate = models.TextField(help_text=_("PEM."))
    is_test = models.BooleanField(_("test seal"), default=False)
    first_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return self.fingerprint[:16]

    @property
    def valid_until(self) -> date | None:
        """The last day of the certificate; None if it cannot be parsed."""
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        except ValueError:
            return None
        return timezone.localdate(certificate.not_valid_after_utc)


class DocumentQuerySet(models.QuerySet["Document"]):
    def due(self, now: datetime) -> Self:
        """Filter documents with a number and without a PDF, to be attempted at ``now``."""
        return self.filter(state=Document.State.DRAWN, due_at__lte=now)

    def real(self) -> Self:
        """Exclude rehearsals."""
        return self.filter(case__rehearsal=False)

    def standing(self) -> Self:
        """Filter documents that are not revoked: issued, or being made."""
        return self.exclude(state=Document.State.REVOKED)

    def out(self) -> Self:
        """Filter documents that were issued, including revoked ones."""
        return self.exclude(state=Document.State.DRAWN)

    def for_applicant(self) -> Self:
        """Filter documents that the applicant may download.

        Documents that verify the identity by being posted are only posted.
        """
        return self.legible().filter(state=Document.State.ISSUED).exclude(identity_check=IdentityCheck.POSTED)

    def legible(self) -> Self:
        """Filter documents that were issued, whose PDF is not erased."""
        return self.out().exclude(content="")


class Document(models.Model):
    """A document of a case. Its number is drawn first; the PDF is rendered later, with retries."""

    class State(models.TextChoices):
        DRAWN = "drawn", _("being made")
        ISSUED = "issued", _("issued")
        REVOKED = "revoked", _("revoked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    stage = models.ForeignKey(CaseStage, on_delete=models.PROTECT, related_name="documents")
    replaces = models.OneToOneField(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
        help_text=_("The revoked document that this one was issued again for."),
    )
    kind = models.SlugField(_("kind"), max_length=60, help_text=_("Key of the template."))
    number = models.CharField(_("number"), max_length=40, unique=True)
    revision = models.ForeignKey(
        "wagtailcore.Revision",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("template"),
        help_text=_("Template as saved when the number was issued."),
    )
    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(_("language"), max_length=5)
    code = models.CharField(_("verification code"), max_length=24, unique=True, default=new_verification_code)
    identity_check = models.CharField(_("identity"), max_length=10, choices=IdentityCheck)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAWN)
    texts = models.JSONField(default=dict, help_text=_("Content, unchangeable since the number was issued."))
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    seal_level = models.CharField(
        _("level of the seal"), max_length=8, blank=True, help_text=_("Seal level of PAdES.")
    )
    people = models.JSONField(
        _("people"),
        default=list,
        blank=True,
        help_text=_(
            "People named in the document, as shown by its verification: given name, initial, year, sex."
        ),
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("The last day."))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_reason = models.TextField(_("reason of the revocation"), blank=True)
    revoked_for = models.CharField(
        _("reason shown to people who verify it"), max_length=10, choices=RevocationReason, blank=True
    )
    drawn_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.TextField(blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    content = models.FileField(upload_to=FOLDER, storage=private_storage, max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True, db_index=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["drawn_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage"], condition=~Q(state="revoked"), name="one_standing_document_per_stage"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    @property
    def date(self) -> date:
        """The day of issue printed on it."""
        return timezone.localdate(self.drawn_at)

    @property
    def is_issued(self) -> bool:
        return self.state == self.State.ISSUED

    @property
    def has_expired(self) -> bool:
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def posted(self) -> bool:
        """True if it is only sent by post: that it arrives at the registered address verifies the identity."""
        return self.identity_check == IdentityCheck.POSTED

    @property
    def recognised_by(self) -> list[str]:
        """The people it names, as far as verification shows them; none if it is not issued or is revoked."""
        return [in_words(one) for one in self.people] if self.is_issued else []

    @property
    def downloadable(self) -> bool:
        """True if ``DocumentQuerySet.for_applicant`` has it, for documents that are prefetched."""
        return self.is_issued and bool(self.content) and not self.posted

    @property
    def vehicle(self) -> str:
        """Plate and zone of a permit, to compare at verification; "" for other documents."""
        permit = getattr(self, "permit", None) if self.is_issued else None
        return ", ".join(filter(None, (permit.plate, str(permit.zone)))) if permit and permit.plate else ""

    @property
    def verification_url(self) -> str:
        """The public URL for verification, in the document's language, short enough for a small QR code."""
        with override(self.language):
            path = reverse("documents:verdict", args=[self.code])
        return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{path}"

    @property
    def file_name(self) -> str:
        return f"{slugify(self.title)}-{slugify(self.number)}.pdf"

    @property
    def digest_parts(self) -> list[str]:
        """The digest in pieces, so that it can wrap on a narrow screen."""
        return [self.digest[start : start + 8] for start in range(0, len(self.digest), 8)]


class DocumentLinkQuerySet(models.QuerySet["DocumentLink"]):
    def open(self, now: datetime) -> Self:
        """Filter links that are neither expired nor closed."""
        return self.filter(revoked_at=None, expires_at__gt=now)


class DocumentLink(models.Model):
    """A share link by which third parties can download one document, for a limited time."""

    class Days(models.IntegerChoices):
        WEEK = 7, _("one week")
        MONTH = 30, _("30 days")
        QUARTER = 90, _("90 days")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="links")
    secret = secret_field()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to a document")
        verbose_name_plural = _("links to documents")
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.document} {self.expires_at:%Y-%m-%d}"

    @property
    def url(self) -> str:
        """The absolute URL to pass on."""
        return (
            f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{reverse('documents:shared', args=[self.secret])}"
        )

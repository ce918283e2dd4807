"""What the commune issues on a case: a numbered, sealed PDF that anybody can verify."""

import uuid
from datetime import date

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
from home.web.secret_links import new_secret

from ..named_persons import in_words
from ..verification_codes import new_verification_code

FOLDER = "documents"  # of the private storage


class IdentityCheck(models.TextChoices):
    """How the commune made sure of who asks before a document goes out."""

    NOT_NEEDED = "none", _("not needed")
    KNOWN = "known", _("known")
    SEEN = "seen", _("seen in person")
    CARD = "card", _("identity card enclosed")
    POSTED = "posted", _("posted to the registered address")


class RevocationReason(models.TextChoices):
    """The reason of a revocation for whoever verifies the document; it tells nothing of a person."""

    REPLACED = "replaced", _("replaced by a new document")
    MISTAKE = "mistake", _("it contained a mistake")
    CHANGED = "changed", _("what it says has changed")
    RETURNED = "returned", _("given back")


class Seal(models.Model):
    """A certificate that the commune seals with, or did: what says that a file shown later is its own."""

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
        """The last day of the certificate; None if it cannot be read."""
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        except ValueError:
            return None
        return timezone.localdate(certificate.not_valid_after_utc)


class DocumentQuerySet(models.QuerySet):
    def due(self, now):
        """Numbered, not yet made, and to be tried at ``now``."""
        return self.filter(state=Document.State.DRAWN, due_at__lte=now)

    def real(self):
        """Without rehearsals."""
        return self.filter(case__rehearsal=False)

    def standing(self):
        """What was not revoked: issued, or about to be."""
        return self.exclude(state=Document.State.REVOKED)

    def out(self):
        """What left the house, revoked ones included."""
        return self.exclude(state=Document.State.DRAWN)

    def for_applicant(self):
        """What the applicant may download. One that proves who asks by being posted is only posted."""
        return self.legible().filter(state=Document.State.ISSUED).exclude(identity_check=IdentityCheck.POSTED)

    def legible(self):
        """What left the house, and is not forgotten yet."""
        return self.out().exclude(content="")


class Document(models.Model):
    """A document of a case. Its number is drawn first; rendering follows and may be tried again."""

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
        help_text=_("As it was saved when the number was drawn."),
    )
    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(_("language"), max_length=5)
    code = models.CharField(_("verification code"), max_length=24, unique=True, default=new_verification_code)
    identity_check = models.CharField(_("identity"), max_length=10, choices=IdentityCheck)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAWN)
    texts = models.JSONField(default=dict, help_text=_("What it says, frozen when its number was drawn."))
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    seal_level = models.CharField(_("level of the seal"), max_length=8, blank=True, help_text=_("Of PAdES."))
    people = models.JSONField(
        _("people"),
        default=list,
        blank=True,
        help_text=_("Whom it names, as far as its verification shows them: given name, initial, year, sex."),
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("The last day."))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_reason = models.TextField(_("reason of the revocation"), blank=True)
    revoked_for = models.CharField(
        _("reason for whoever verifies it"), max_length=10, choices=RevocationReason, blank=True
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
        """The day it bears."""
        return timezone.localdate(self.drawn_at)

    @property
    def is_issued(self) -> bool:
        return self.state == self.State.ISSUED

    @property
    def has_expired(self) -> bool:
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def posted(self) -> bool:
        """Whether it goes by post only: reaching the registered address is the check."""
        return self.identity_check == IdentityCheck.POSTED

    @property
    def recognised_by(self) -> list[str]:
        """The people it names, as far as whoever verifies it compares them; none once it is revoked."""
        return [in_words(one) for one in self.people] if self.is_issued else []

    @property
    def vehicle(self) -> str:
        """The plate and zone of a permit, for whoever compares them; "" for any other document."""
        permit = getattr(self, "permit", None) if self.is_issued else None
        return ", ".join(filter(None, (permit.plate, str(permit.zone)))) if permit and permit.plate else ""

    @property
    def verification_url(self) -> str:
        """Where anybody checks it, in the language of the document. Short enough for a small QR code."""
        with override(self.language):
            path = reverse("documents:verdict", args=[self.code])
        return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{path}"

    @property
    def file_name(self) -> str:
        return f"{slugify(self.title)}-{slugify(self.number)}.pdf"

    @property
    def digest_parts(self) -> list[str]:
        """The digest in pieces, so that it may break on a narrow screen."""
        return [self.digest[start : start + 8] for start in range(0, len(self.digest), 8)]


class DocumentLinkQuerySet(models.QuerySet):
    def open(self, now):
        """Links that still open something."""
        return self.filter(revoked_at=None, expires_at__gt=now)


class DocumentLink(models.Model):
    """What the applicant gives a third party to fetch one document with, for a while."""

    class Days(models.IntegerChoices):
        WEEK = 7, _("one week")
        MONTH = 30, _("30 days")
        QUARTER = 90, _("90 days")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="links")
    secret = models.CharField(max_length=32, unique=True, default=new_secret, editable=False)
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
        """The address to give away, whole."""
        return (
            f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{reverse('documents:shared', args=[self.secret])}"
        )

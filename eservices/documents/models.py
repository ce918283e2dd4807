"""What the commune issues on a case: a numbered PDF that anybody can verify."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin
from wagtail_localize.fields import SynchronizedField

from eservices.cases.models import Case, CaseStage
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions.models import private_storage

from . import placeholders
from .codes import new_code


class DocumentTemplate(TranslatableMixin, models.Model):
    """The text of a kind of document, one per language. Live: the document records what it was made from."""

    key = models.SlugField(_("key"), max_length=60)
    prefix = models.CharField(
        _("letters before the number"),
        max_length=8,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]*\Z", _("Capital letters only."))],
        help_text=_("As AD in AD-2026-00412. The initials of the key if empty."),
    )
    title = models.CharField(_("title"), max_length=120)
    law = models.CharField(_("legal basis"), max_length=255, blank=True)
    sentence = models.TextField(
        _("sentence"), help_text=_("What is attested. {name} stands for the answer to the field “name”.")
    )
    validity = models.TextField(_("value"), blank=True, help_text=_("What it may be used for, and how long."))
    facts = models.CharField(
        _("facts"),
        max_length=500,
        blank=True,
        help_text=_("Keys of the fields listed below the sentence, with commas between."),
    )

    panels = [FieldPanel(name) for name in ("key", "prefix", "title", "law", "sentence", "facts", "validity")]
    override_translatable_fields = [SynchronizedField(name) for name in ("key", "prefix", "facts")]

    class Meta:
        verbose_name = _("document template")
        verbose_name_plural = _("document templates")
        unique_together = [("translation_key", "locale")]  # Wagtail's check asks for this very form
        constraints = [models.UniqueConstraint(fields=["key", "locale"], name="one_template_per_language")]

    def __str__(self) -> str:
        return self.title

    @property
    def letters(self) -> str:
        """What its numbers begin with."""
        return self.prefix or "".join(word[0] for word in self.key.split("-") if word).upper()[:8]

    @property
    def fact_keys(self) -> list[str]:
        return [key.strip() for key in self.facts.split(",") if key.strip()]

    def clean(self):
        """Refuses a placeholder that no service which issues this document can fill."""
        super().clean()
        asked = asked_by_services(self.key)
        faults = {
            name: placeholders.faults(getattr(self, name), asked) for name in ("sentence", "validity", "law")
        }
        if asked is not None:
            known = asked | placeholders.GIVEN.keys()
            unknown = [key for key in self.fact_keys if key not in known]
            faults["facts"] = [placeholders.unknown(key) for key in unknown]
        if found := {name: texts for name, texts in faults.items() if texts}:
            raise ValidationError(found)


def asked_by_services(template_key: str) -> set[str] | None:
    """Keys of the questions that every service issuing this document asks; None where no service does yet."""
    asked = None
    for form in Form.objects.filter(versions__kind=FormVersion.Kind.PUBLISHED).distinct():
        definition = form.current.definition
        if any(
            s.type == "document" and s.settings.get("template") == template_key for s in definition.stages
        ):
            asked = set(definition.fields) if asked is None else asked & set(definition.fields)
    return asked


class IdentityCheck(models.TextChoices):
    """How the agent made sure of who asks before a document goes out."""

    SEEN = "seen", _("seen in person")
    CARD = "card", _("identity card enclosed")
    POSTED = "posted", _("posted to the registered address")


class DocumentQuerySet(models.QuerySet):
    def due(self, now):
        """Numbered, not yet made, and to be tried at ``now``."""
        return self.filter(state=Document.State.DRAWN, due_at__lte=now)

    def real(self):
        """Without rehearsals."""
        return self.filter(case__rehearsal=False)

    def out(self):
        """What left the house, revoked ones included."""
        return self.exclude(state=Document.State.DRAWN)

    def for_applicant(self):
        """What the applicant may download. One that proves who asks by being posted is only posted."""
        return self.filter(state=Document.State.ISSUED).exclude(identity_check=IdentityCheck.POSTED)


class Document(models.Model):
    """A document of a case. Its number is drawn first; rendering follows and may be tried again."""

    class State(models.TextChoices):
        DRAWN = "drawn", _("being made")
        ISSUED = "issued", _("issued")
        REVOKED = "revoked", _("revoked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    stage = models.OneToOneField(CaseStage, on_delete=models.PROTECT, related_name="document")
    kind = models.SlugField(_("kind"), max_length=60, help_text=_("Key of the template."))
    number = models.CharField(_("number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(_("language"), max_length=5)
    code = models.CharField(_("verification code"), max_length=24, unique=True, default=new_code)
    identity_check = models.CharField(_("identity"), max_length=10, choices=IdentityCheck)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAWN)
    texts = models.JSONField(default=dict, help_text=_("What it says, frozen when its number was drawn."))
    drawn_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.TextField(blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    content = models.FileField(upload_to="documents", storage=private_storage, max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["drawn_at"]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    @property
    def date(self):
        """The day it bears."""
        return timezone.localdate(self.drawn_at)

    @property
    def is_issued(self) -> bool:
        return self.state == self.State.ISSUED

    @property
    def posted(self) -> bool:
        """Whether it goes by post only: reaching the registered address is the check."""
        return self.identity_check == IdentityCheck.POSTED

    @property
    def verification_url(self) -> str:
        """Where anybody checks it: the same in every language, short enough for a small QR code."""
        return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/v/{self.code}/"

    @property
    def file_name(self) -> str:
        return f"{slugify(self.title)}-{slugify(self.number)}.pdf"

    @property
    def digest_parts(self) -> list[str]:
        """The digest in pieces, so that it may break on a narrow screen."""
        return [self.digest[start : start + 8] for start in range(0, len(self.digest), 8)]

"""What the commune issues on a case: a numbered PDF that anybody can verify."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin

from eservices.cases.models import Case, CaseStage
from eservices.submissions.models import private_storage

from .codes import new_code


class DocumentTemplate(TranslatableMixin, models.Model):
    """The text of a kind of document, one per language. Live: the document records what it was made from."""

    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    law = models.CharField(_("legal basis"), max_length=255, blank=True)
    sentence = models.TextField(
        _("sentence"), help_text=_("What is attested. {name} stands for the answer to the field “name”.")
    )
    validity = models.TextField(_("value"), blank=True, help_text=_("What it may be used for, and how long."))
    facts = models.CharField(
        _("facts"), max_length=500, blank=True, help_text=_("Keys of the fields listed below the sentence.")
    )

    panels = [FieldPanel(name) for name in ("key", "title", "law", "sentence", "facts", "validity")]

    class Meta:
        verbose_name = _("document template")
        verbose_name_plural = _("document templates")
        unique_together = [("translation_key", "locale")]  # Wagtail's check asks for this very form
        constraints = [models.UniqueConstraint(fields=["key", "locale"], name="one_template_per_language")]

    def __str__(self) -> str:
        return self.title


class IdentityCheck(models.TextChoices):
    """How the agent made sure of who asks before a document goes out."""

    SEEN = "seen", _("seen in person")
    CARD = "card", _("identity card enclosed")
    POSTED = "posted", _("posted to the registered address")


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
    drawn_at = models.DateTimeField(default=timezone.now)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    content = models.FileField(
        upload_to="documents/%Y/%m", storage=private_storage, max_length=255, blank=True
    )
    size = models.PositiveBigIntegerField(_("size"), default=0)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["drawn_at"]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

"""Texts to which people consented, as they were shown."""

from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ConsentText(models.Model):
    """A text to which people consented, in one language. It never changes: another text is another version."""

    version = models.CharField(_("version"), max_length=12, primary_key=True)
    subject = models.CharField(_("subject"), max_length=40)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    text = models.TextField(_("text"))
    first_shown_at = models.DateTimeField(_("first shown"), default=timezone.now)

    class Meta:
        verbose_name = _("text of a consent")
        verbose_name_plural = _("texts of consents")
        ordering = ["subject", "language", "-first_shown_at"]

    def __str__(self) -> str:
        return f"{self.subject} {self.version}"

    @classmethod
    def record(cls, subject: str, text: str | Promise, language: str) -> str:
        """Store the text as it is shown in a language, once, and return its version: part of its hash."""
        with translation.override(language):
            shown = str(text)
        version = sha256(f"{subject}\n{language}\n{shown}".encode()).hexdigest()[:12]
        cls.objects.get_or_create(
            version=version, defaults={"subject": subject, "language": language, "text": shown}
        )
        return version

    @classmethod
    def text_of(cls, version: str) -> str:
        """Return the text of a version; "" if it is not known."""
        return cls.objects.filter(version=version).values_list("text", flat=True).first() or ""

"""Statements of the commune on a processing activity; all else in the register is computed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProcessingNote(models.Model):
    """The statements of the commune on a processing activity. ``key``: that of the activity in the register."""

    key = models.CharField(max_length=120, unique=True, editable=False)
    purpose = models.TextField(
        _("purpose of the processing"),
        max_length=1000,
        blank=True,
        help_text=_("If empty, the general purpose is shown."),
    )
    legal_basis = models.TextField(
        _("legal basis"), max_length=1000, blank=True, help_text=_("Law and article, or consent.")
    )
    remarks = models.TextField(
        _("remarks"),
        max_length=2000,
        blank=True,
        help_text=_("For example other recipients, or a processor."),
    )

    class Meta:
        verbose_name = _("statement on processing")
        verbose_name_plural = _("statements on processing")

    def __str__(self) -> str:
        return self.key

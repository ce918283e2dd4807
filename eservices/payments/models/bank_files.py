"""Bank account of QR-bills and its changes; bank files and their entries."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..amounts import AmountField


class AccountChange(models.Model):
    """A requested change of the QR-bill account. It takes effect at ``due_at`` and can be cancelled before."""

    creditor = models.CharField(_("account holder"), max_length=70)
    iban = models.CharField("QR-IBAN", max_length=34)
    before = models.CharField(_("account before"), max_length=34, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name=_("by"), related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    due_at = models.DateTimeField(_("in force from"), null=True, blank=True, db_index=True)
    done_at = models.DateTimeField(_("in force since"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("cancelled by"),
        related_name="+",
    )

    class Meta:
        verbose_name = _("change of the account for QR-bills")
        verbose_name_plural = _("changes of the account for QR-bills")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return self.iban


class BankFile(models.Model):
    """An imported camt.054 file. The same file is stored once."""

    name = models.CharField(_("name"), max_length=255)
    digest = models.CharField(max_length=64, unique=True)
    message_id = models.CharField(_("message"), max_length=70)
    read_at = models.DateTimeField(_("read"), default=timezone.now)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name=_("by"), related_name="+"
    )

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        ordering = ["-read_at"]

    def __str__(self) -> str:
        return self.name


class BankEntry(models.Model):
    """Money that arrived on the account. ``mark`` identifies the entry, also across files."""

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="entries")
    mark = models.CharField(max_length=64, unique=True)
    reference = models.CharField(_("reference"), max_length=35, blank=True)
    amount = AmountField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("value date"))
    payer = models.CharField(_("payer"), max_length=140, blank=True)
    outcome = models.CharField(_("result after processing"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("entry of a bank file")
        verbose_name_plural = _("entries of bank files")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.reference} {self.currency} {self.amount / 100:.2f}"

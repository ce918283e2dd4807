"""The journal: all movements of money as debit and credit. Rows are added and never changed."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..amounts import AmountField
from .charges import Charge
from .payments import Payment, Refund, UnallocatedPayment


class AppendOnly(models.Model):
    """Base of rows that are written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A journal is only added to.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("A journal is only added to.")


class Payout(AppendOnly):
    """A transfer of a provider to the commune's bank, with its commission deducted."""

    provider = models.CharField(_("means of payment"), max_length=30)
    external_id = models.CharField(_("number at the provider"), max_length=100)
    arrived_on = models.DateField(_("day"))
    gross = models.IntegerField(_("gross"))
    commission = models.IntegerField(_("commission"))
    net = models.IntegerField(_("net"))
    currency = models.CharField(_("currency"), max_length=3)
    expected = models.IntegerField(
        _("by our books"),
        help_text=_("Payments less refunds that the provider lists in it, as we know them."),
    )
    items = models.JSONField(default=list, help_text=_("Number at the provider and amount, one by one."))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["-arrived_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "external_id"], name="one_row_per_payout")]

    def __str__(self) -> str:
        return f"{self.provider} {self.external_id}"

    @property
    def difference(self) -> int:
        """Difference between the provider's total and ours; 0 if they agree."""
        return self.gross - self.expected


class JournalRow(AppendOnly):
    """A journal row: ``amount`` moves from the account ``credit`` to the account ``debit``."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("payment")
        REFUND = "refund", _("refund")
        ASIDE = "aside", _("set aside")
        COMMISSION = "commission", _("commission")
        PAYOUT = "payout", _("payout")
        DIFFERENCE = "difference", _("difference of a till")
        LINES = "lines", _("split anew")

    number = models.PositiveIntegerField(_("number"), unique=True)
    day = models.DateField(_("day"), db_index=True)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    debit = models.CharField(pgettext_lazy("bookkeeping", "debit"), max_length=20)
    credit = models.CharField(pgettext_lazy("bookkeeping", "credit"), max_length=20)
    amount = AmountField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    vat = models.CharField(_("VAT"), max_length=5, blank=True)
    vat_amount = AmountField(_("VAT amount"), default=0)
    cost_centre = models.CharField(_("cost centre"), max_length=20, blank=True)
    text = models.CharField(_("text"), max_length=255)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, null=True, related_name="journal")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="journal")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="journal")
    set_aside = models.ForeignKey(
        UnallocatedPayment, on_delete=models.PROTECT, null=True, related_name="journal"
    )
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, null=True, related_name="journal")

    class Meta:
        verbose_name = _("journal row")
        verbose_name_plural = _("journal")
        ordering = ["number"]
        permissions = [
            ("keep_books", _("Can see the journal and settle unallocated payments")),
            ("take_money", _("Can take money at the counter and pay back from the own till")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.debit} / {self.credit} {self.amount / 100:.2f}"


class DayClosing(AppendOnly):
    """A closed day of the journal. ``digest`` is a hash over its rows and the digest of the closing before."""

    day = models.DateField(_("day"), unique=True)
    at = models.DateTimeField(default=timezone.now)
    rows = models.PositiveIntegerField(_("rows"))
    balances = models.JSONField(
        default=dict, help_text=_("Balance by currency and account, debit less credit.")
    )
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("daily closing")
        verbose_name_plural = _("daily closings")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

"""Payments, allocations, unallocated payments and refunds."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..amounts import AmountField
from ..states import PaymentState, RefundState
from .charges import Basket, Charge

OPEN = [PaymentState.NEW, PaymentState.PENDING]
WAKE_AGAIN_AFTER = timedelta(minutes=1)


class PaymentQuerySet(models.QuerySet["Payment"]):
    def open(self) -> Self:
        """Filter payments that are neither received nor failed nor cancelled."""
        return self.filter(state__in=OPEN)

    def due(self, now: datetime) -> Self:
        """Filter payments whose provider must be polled by ``now``."""
        return self.filter(due_at__lte=now)

    def needing_wake_up(self, now: datetime) -> Self:
        """Filter payments without a poll in progress, or with one that is so old that it must be lost."""
        return self.filter(Q(woken_at=None) | Q(woken_at__lte=now - WAKE_AGAIN_AFTER))

    def received(self) -> Self:
        return self.filter(state=PaymentState.SUCCEEDED)


class Payment(models.Model):
    """An attempt to pay a basket through one provider. Its id is the idempotency key there.

    ``amount`` was requested; ``received`` arrived and may differ. ``account``: the ledger account of the provider,
    which holds the money. Received money has a receipt number, drawn in the same transaction. ``seen_at``: when the
    payer last waited on our page; ``woken_at``: when the current poll was enqueued.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    basket = models.ForeignKey(Basket, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(_("means of payment"), max_length=30)
    amount = AmountField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(max_length=5)
    back = models.CharField(
        max_length=200, blank=True, help_text=_("Address on this site that the person came from.")
    )
    state = models.CharField(_("state"), max_length=10, choices=PaymentState, default=PaymentState.NEW)
    external_id = models.CharField(_("number at the provider"), max_length=100, blank=True)
    url = models.CharField(max_length=1000, blank=True, help_text=_("Address at which the person pays."))
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    received = AmountField(_("received"), default=0)
    received_currency = models.CharField(max_length=3, blank=True)
    account = models.CharField(_("ledger account"), max_length=20, blank=True)
    receipt = models.CharField(_("receipt"), max_length=30, unique=True, null=True, blank=True)
    till = models.ForeignKey(
        "Till",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        help_text=_("Till that received it at the counter."),
    )
    opened_at = models.DateTimeField(_("begun"), default=timezone.now)
    settled_at = models.DateTimeField(_("received at"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    woken_at = models.DateTimeField(null=True, blank=True, editable=False)
    fault = models.TextField(blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "external_id"],
                condition=~Q(external_id=""),
                name="one_payment_per_number_of_a_provider",
            ),
            models.CheckConstraint(
                condition=Q(receipt=None) | Q(state="succeeded"), name="receipts_are_for_received_money"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.currency} {self.amount / 100:.2f}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_received(self) -> bool:
        return self.state == PaymentState.SUCCEEDED


class Allocation(models.Model):
    """The part of a received payment that pays one charge."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="allocations")
    amount = AmountField(_("amount"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.charge} {self.amount / 100:.2f}"

    @property
    def refundable(self) -> int:
        """The part that is not refunded, including requested refunds."""
        given = self.refunds.exclude(state=RefundState.FAILED).aggregate(sum=models.Sum("amount"))["sum"]
        return self.amount - (given or 0)


class UnallocatedPayment(models.Model):
    """Money that arrived and belongs to no charge yet. A bookkeeper settles it."""

    class Why(models.TextChoices):
        DOUBLE = "double", _("paid already")
        LATE = "late", _("arrived too late")
        OTHER_AMOUNT = "amount", _("another amount than asked")
        OTHER_CURRENCY = "currency", _("another currency than asked")
        UNKNOWN = "unknown", _("unknown reference")

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("counted towards what is due")
        REFUNDED = "refunded", _("paid back")
        KEPT = "kept", _("booked to another account")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="set_aside"
    )
    provider = models.CharField(_("means of payment"), max_length=30)
    amount = AmountField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    account = models.CharField(_("ledger account"), max_length=20)
    why = models.CharField(_("why"), max_length=10, choices=Why)
    details = models.JSONField(default=dict, help_text=_("Known details: payer, reference, day."))
    at = models.DateTimeField(_("arrived"), default=timezone.now)
    outcome = models.CharField(_("result after processing"), max_length=10, choices=Outcome, blank=True)
    note = models.TextField(_("note"), blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("money set aside")
        verbose_name_plural = _("money set aside")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount / 100:.2f} {self.get_why_display()}"


class RefundQuerySet(models.QuerySet["Refund"]):
    def due(self, now: datetime) -> Self:
        return self.filter(state__in=[RefundState.NEW, RefundState.PENDING], due_at__lte=now)


class Refund(models.Model):
    """Money to pay back, from an allocation or an unallocated payment. Its id is the idempotency key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    set_aside = models.OneToOneField(
        UnallocatedPayment, on_delete=models.PROTECT, null=True, blank=True, related_name="refund"
    )
    amount = AmountField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=255)
    state = models.CharField(_("state"), max_length=10, choices=RefundState, default=RefundState.NEW)
    account = models.CharField(_("ledger account"), max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty if the terms refunded it to a person who came by a private link."),
    )
    till = models.ForeignKey(
        "Till",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        help_text=_("Till that paid it back at the counter."),
    )
    # True if another message already announced the refund: see ``refunds.save_refund_answer``.
    told = models.BooleanField(default=False)
    external_id = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    fault = models.TextField(blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(allocation=None) ^ Q(set_aside=None), name="a_refund_is_of_one_thing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount / 100:.2f}"

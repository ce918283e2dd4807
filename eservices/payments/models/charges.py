"""Charges of cases, and the baskets in which they are paid."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.cases.models import Case, CaseStage
from eservices.cases.states import CaseState
from home.web.secret_links import secret_field

from ..amounts import AmountField
from ..states import CHARGES, ChargeState


class ChargeQuerySet(models.QuerySet["Charge"]):
    def real(self) -> Self:
        """Exclude rehearsals, which are never paid."""
        return self.filter(case__rehearsal=False)

    def payable(self) -> Self:
        """Filter charges that can be paid now: open, on a case that is not closed."""
        return self.real().filter(state=ChargeState.OPEN).exclude(case__state=CaseState.CLOSED)

    def due(self, now: datetime) -> Self:
        """Filter charges that must be reminded, expired or cancelled by ``now``."""
        return self.filter(state=ChargeState.OPEN, due_at__lte=now)

    def stale(self) -> Self:
        """Filter charges that are unsettled although their case is closed."""
        return self.filter(state__in=[ChargeState.OPEN, ChargeState.EXPIRED], case__state=CaseState.CLOSED)


class Charge(models.Model):
    """An amount that a case owes at one of its stages, frozen line by line. ``paid`` never exceeds ``amount``.

    ``lines``: the fee lines of the submission, each with the ledger ``account`` and ``cost_centre`` that it is
    booked to.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="charges")
    stage = models.OneToOneField(CaseStage, on_delete=models.PROTECT, related_name="charge")
    amount = AmountField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    lines = models.JSONField(_("lines"), default=list)
    paid = AmountField(_("paid"), default=0)
    refunded = AmountField(_("refunded"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=ChargeState, default=ChargeState.OPEN)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    remind_at = models.DateTimeField(_("reminder"), null=True, blank=True)
    expires_at = models.DateTimeField(_("to be paid by"))
    due_at = models.DateTimeField(null=True, blank=True, help_text=_("Time of the next action on it."))

    objects = ChargeQuerySet.as_manager()

    class Meta:
        verbose_name = _("amount due")
        verbose_name_plural = _("amounts due")
        ordering = ["created_at"]
        indexes = [models.Index(fields=["due_at"], name="charge_due", condition=Q(state="open"))]
        constraints = [
            models.CheckConstraint(condition=Q(paid__lte=F("amount")), name="paid_at_most_what_is_due"),
            models.CheckConstraint(
                condition=Q(refunded__lte=F("paid")), name="refunded_at_most_what_was_paid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.currency} {self.amount / 100:.2f}"

    @property
    def open_amount(self) -> int:
        """The amount still to pay."""
        return self.amount - self.paid

    @property
    def basket(self) -> "Basket":
        """The charge's first basket, which holds this charge alone."""
        return min(self.baskets.all(), key=lambda basket: basket.pk)

    @property
    def is_payable(self) -> bool:
        return self.state == ChargeState.OPEN and self.case.is_open and not self.case.rehearsal

    @property
    def accepts_payment(self) -> bool:
        """True if money may be allocated to it by hand: also when expired, but not when waived."""
        return self.case.is_open and self.state in CHARGES["pay"][0] and self.open_amount > 0


class Basket(models.Model):
    """Charges that are paid together, mostly only one. Anyone who holds ``secret`` may pay them."""

    secret = secret_field()
    charges = models.ManyToManyField(Charge, related_name="baskets")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"

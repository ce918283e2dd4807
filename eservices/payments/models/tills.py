"""Tills: the money that agents took at the counter."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..amounts import AmountField


class Till(models.Model):
    """An agent's till from opening to count.

    ``cash`` and ``terminal`` are the net movements; the float in ``start`` is added to the expected cash.
    Differences are counted less expected amounts.
    """

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tills")
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    start = AmountField(_("float"), help_text=_("Change in the till when it opens."))
    cash = models.IntegerField(_("cash"), default=0)
    terminal = models.IntegerField(_("card terminal"), default=0)
    closed_at = models.DateTimeField(_("counted"), null=True, blank=True)
    counted_cash = AmountField(_("cash counted"), null=True, blank=True)
    counted_terminal = AmountField(_("total of the terminal"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("till")
        verbose_name_plural = _("tills")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent"], condition=Q(closed_at=None), name="one_open_till_per_agent"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.opened_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def expected_cash(self) -> int:
        return self.start + self.cash

    @property
    def cash_difference(self) -> int | None:
        return None if self.is_open else self.counted_cash - self.expected_cash

    @property
    def terminal_difference(self) -> int | None:
        return None if self.is_open else self.counted_terminal - self.terminal

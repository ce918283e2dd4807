"""How grave an alert is, and what follows from it: its shape, how it is announced, whether a reader may close it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AlertLevel(models.IntegerChoices):
    INFORMATION = 1, _("Information")
    ATTENTION = 2, _("Attention")
    DANGER = 3, _("Danger")
    EMERGENCY = 4, _("Emergency")

    @property
    def key(self) -> str:
        """In class names and addresses."""
        return self.name.lower()

    @property
    def icon(self) -> str:
        """A shape of its own, so that no colour is needed to tell the levels apart."""
        return {1: "info", 2: "alert", 3: "danger", 4: "siren"}[self]

    @property
    def role(self) -> str:
        """Danger is told at the next pause, emergency at once; what is below is there to be found."""
        return {AlertLevel.DANGER: "status", AlertLevel.EMERGENCY: "alert"}.get(self, "")

    @property
    def closable(self) -> bool:
        return self <= AlertLevel.ATTENTION

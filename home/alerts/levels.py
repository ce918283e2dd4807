"""Levels of alerts, which decide their shape, their announcement and whether a visitor may close them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AlertLevel(models.IntegerChoices):
    INFORMATION = 1, _("Information")
    ATTENTION = 2, _("Attention")
    DANGER = 3, _("Danger")
    EMERGENCY = 4, _("Emergency")

    @property
    def key(self) -> str:
        """The level in class names and addresses."""
        return self.name.lower()

    @property
    def icon(self) -> str:
        """The icon, different for each level, so that the levels differ without colour."""
        return {1: "info", 2: "alert", 3: "danger", 4: "siren"}[self]

    @property
    def role(self) -> str:
        """The ARIA role.

        Screen readers announce danger at the next pause and an emergency at once. Lower levels are not announced.
        """
        return {AlertLevel.DANGER: "status", AlertLevel.EMERGENCY: "alert"}.get(self, "")

    @property
    def closable(self) -> bool:
        return self <= AlertLevel.ATTENTION

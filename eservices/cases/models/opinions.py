"""Opinions of teams and external offices."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressField
from home.web.secret_links import secret_field

from .case import CaseStage


class Opinion(models.Model):
    """An opinion requested from a team or an external office by a private link. It is given once."""

    class Stance(models.TextChoices):
        FAVOURABLE = "favourable", _("favourable")
        CONDITIONS = "conditions", _("favourable with conditions")
        UNFAVOURABLE = "unfavourable", _("unfavourable")
        NONE = "none", _("no remark")
        WAIVED = "waived", _("done without")

    stage = models.ForeignKey(CaseStage, on_delete=models.CASCADE, related_name="opinions")
    name = models.CharField(_("asked"), max_length=100)
    email = EmailAddressField(_("e-mail address"), blank=True)
    secret = secret_field()
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    term = models.DateTimeField(_("answer at the latest"))
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    stance = models.CharField(_("opinion"), max_length=12, choices=Stance, blank=True)
    text = models.TextField(_("text"), blank=True)
    author = models.CharField(_("written by"), max_length=100, blank=True)
    given_at = models.DateTimeField(_("given"), null=True, blank=True)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["stage", "name"], name="one_opinion_per_office")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """True while the opinion is expected. The private link opens the case only until then."""
        return self.given_at is None and self.stage.progress == CaseStage.Progress.ACTIVE

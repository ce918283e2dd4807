"""Settings of the case queue: tags, saved views, layout."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .teams import Team


class CaseTag(models.Model):
    """A tag by which agents group cases. Unique regardless of case."""

    name = models.CharField(_("tag"), max_length=40)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="one_tag_per_word")]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A named set of filters for the queue, of one agent or of a whole team."""

    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(
        _("filters"), max_length=2000, help_text=_("Filters as in the address of the case queue.")
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="saved_views",
        verbose_name=_("team"),
    )

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class QueueLayout(models.Model):
    """The columns and row density of the queue for one agent."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="queue_layout"
    )
    columns = models.JSONField(_("columns"), default=list)
    dense = models.BooleanField(_("dense rows"), default=False)

    class Meta:
        verbose_name = _("layout of the queue")
        verbose_name_plural = _("layouts of the queue")

    def __str__(self) -> str:
        return str(self.user)

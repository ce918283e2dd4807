"""Callouts that are written once and shown on several pages."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import TranslatableMixin
from wagtail.search import index
from wagtail.snippets.models import register_snippet

from ..blocks import base
from .revisions import ReusableSnippet


@register_snippet
class SharedCallout(ReusableSnippet, TranslatableMixin, index.Indexed, models.Model):
    """A callout shown on several pages. A change is visible on all of them at once."""

    title = models.CharField(_("Title"), max_length=120)
    text = RichTextField(_("Text"), features=base.TEXT_FEATURES)
    until = models.DateField(
        _("Last day"),
        null=True,
        blank=True,
        help_text=_("Afterwards the pages show it no longer. For ever if empty."),
    )

    piece = "home/blocks/shared_notice.html"
    panels = [FieldPanel(name) for name in ("title", "text", "until")]
    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("notice used again")
        verbose_name_plural = _("notices used again")

    def __str__(self):
        return self.title

    @property
    def holds(self) -> bool:
        return self.until is None or timezone.localdate() <= self.until

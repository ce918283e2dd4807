"""Categories: a name and a position, translated into the languages of the site."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin
from wagtail_localize.fields import SynchronizedField


class OrderedTranslations[M: models.Model](models.QuerySet[M]):
    """Snippets with ``order`` and ``name`` that exist in several languages."""

    def in_language(self, language: str) -> list[M]:
        """Return each item once, sorted by order and name.

        It is in the language if it is translated, else as first written.
        """
        found = {}
        for item in self.select_related("locale").order_by("pk"):
            if item.translation_key not in found or item.locale.language_code == language:
                found[item.translation_key] = item
        return sorted(found.values(), key=lambda item: (item.order, item.name))


class Category(TranslatableMixin, models.Model):
    """A category to filter lists by slug. The slug is the same in all languages and unique in each."""

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("in addresses"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OrderedTranslations.as_manager()

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("order")]
    override_translatable_fields = [SynchronizedField("slug")]

    class Meta(TranslatableMixin.Meta):
        abstract = True
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

"""Panels of newsletter forms."""

from django import forms
from django.conf import settings
from wagtail.admin.panels import FieldPanel

from .subscribers import Topic


class TopicsPanel(FieldPanel):
    """Check boxes of topics, each once: those in the language of the object, and those already ticked.

    A topic has one object per language, so a list of all objects would show each topic several times.
    """

    def __init__(self, field_name: str = "topics", **kwargs):
        super().__init__(field_name, **{"widget": forms.CheckboxSelectMultiple} | kwargs)

    class BoundPanel(FieldPanel.BoundPanel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            if self.bound_field is not None:
                self.bound_field.field.queryset = self._offered()

        def _offered(self):
            written_in = (
                self.instance.locale.language_code if self.instance.locale_id else settings.LANGUAGE_CODE
            )
            ticked = [getattr(one, "pk", one) for one in self.bound_field.value() or ()]
            offered = [topic.pk for topic in Topic.objects.in_language(written_in)]
            return Topic.objects.filter(pk__in=[*offered, *ticked])

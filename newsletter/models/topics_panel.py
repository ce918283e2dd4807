"""Parts of forms about the newsletter."""

from django import forms
from django.conf import settings
from wagtail.admin.panels import FieldPanel

from .subscribers import Topic


class TopicsPanel(FieldPanel):
    """The topics to tick, each once: in the language of what is edited, and what is ticked already.

    A topic is the same one in every language: a list of all of them would ask three times.
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

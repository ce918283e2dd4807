"""The form on the page's own screen: an outline instead of a StreamField, which takes seconds to open."""

from django import forms
from django.utils.functional import cached_property
from wagtail.admin.panels import FieldPanel

from eservices.formbuilder.blocks import CONDITION_ASSETS

ASSETS = CONDITION_ASSETS + forms.Media(js=["js/editor/outline.js"], css={"all": ["css/editor.css"]})


class OutlinePanel(FieldPanel):
    """Shows a form as steps and questions, with the ways to change them.

    Read-only to Wagtail's own form, so that saving the page leaves the form as the latest draft has it.
    Drafts, comparison and approval stay Wagtail's.
    """

    def __init__(self, field_name, **kwargs):
        super().__init__(field_name, **{**kwargs, "read_only": True, "disable_comments": True})

    def get_form_options(self):
        """Names the field, or wagtail-localize would not offer its texts. The form of the page drops it."""
        return {"fields": [self.field_name]}

    def get_comparison_class(self):
        from .editor.revision_comparison import (
            FormRevisionComparison,  # it reads pages, whose model has this panel
        )

        return FormRevisionComparison

    class BoundPanel(FieldPanel.BoundPanel):
        template_name = "catalogue/admin/outline_panel.html"
        media = ASSETS

        def get_read_only_context_data(self):
            from .editor.outline_context import outline_context

            if not self.instance.pk:
                return {}
            return outline_context(self.instance, self.request.user, self.is_earlier) | {"first": True}

        @cached_property
        def is_earlier(self) -> bool:
            """Whether an earlier version of the page is looked at, before it is brought back."""
            match = self.request.resolver_match
            return bool(match and match.url_name == "revisions_revert")

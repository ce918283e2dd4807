"""Panel with the outline of a form. It replaces the StreamField, which takes seconds to open."""

from django import forms
from django.utils.functional import cached_property
from wagtail.admin.panels import FieldPanel

from eservices.formbuilder.blocks import CONDITION_ASSETS

ASSETS = CONDITION_ASSETS + forms.Media(js=["js/editor/outline.js"], css={"all": ["css/editor.css"]})


class OutlinePanel(FieldPanel):
    """Panel that shows a form as steps and questions, with links to edit them.

    The field is read-only in Wagtail's own form, so that saving the page preserves the form of the latest draft.
    Drafts, comparison and approval are still Wagtail's.
    """

    def __init__(self, field_name, **kwargs):
        super().__init__(field_name, **{**kwargs, "read_only": True, "disable_comments": True})

    def get_form_options(self):
        """Include the field, because wagtail-localize offers texts only of fields named here.

        The page's form class removes it.
        """
        return {"fields": [self.field_name]}

    def get_comparison_class(self):
        from .editor.revision_comparison import (
            FormRevisionComparison,  # imported here, because it imports pages, whose model has this panel
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
            """True if the page is an earlier revision, viewed before it is restored."""
            match = self.request.resolver_match
            return bool(match and match.url_name == "revisions_revert")

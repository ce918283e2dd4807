"""Editor of all page types, with a side panel of the findings."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet

from . import page_reader
from .content_checks import rules
from .models import editor_field_url


class FindingsPanel(BaseSidePanel):
    """A side panel with the findings of the rules in the page as last saved."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Toggle what to look at before publication")
        icon_name = "clipboard-list"
        counter_classname = "w-bg-critical-200"

        def get_context_data(self, parent_context):
            grave = [one for one in self.panel.findings if one.gravity != rules.ADVICE]
            return super().get_context_data(parent_context) | {"count": len(grave)}

    name = "findings"
    title = _("Before publication")
    template_name = "news/editorial/findings_panel.html"
    order = 110

    @cached_property
    def findings(self) -> list[rules.Finding]:
        return rules.run_rules(page_reader.read_page(self.object)) if self.object.pk else []

    def get_context_data(self, parent_context):
        rows = [(one, editor_field_url(self.object.pk, one.path)) for one in self.findings]
        groups = [
            (str(words), [row for row in rows if row[0].gravity == gravity])
            for gravity, words in rules.GRAVITIES.items()
        ]
        return super().get_context_data(parent_context) | {
            "groups": [group for group in groups if group[1]],
            "grave": sum(one.gravity != rules.ADVICE for one in self.findings),
        }


class PageEditView(EditView):
    """Wagtail's editor with the panel of findings.

    Comments are also notified if the confirmation interrupts publishing.
    """

    def get_side_panels(self):
        return MediaContainer([*super().get_side_panels(), FindingsPanel(self.page, self.request)])

    def run_hook(self, hook_name, *args, **kwargs):
        response = super().run_hook(hook_name, *args, **kwargs)
        if response is not None and hook_name == "before_publish_page":
            self._tell_of_comments()
        return response

    def _tell_of_comments(self) -> None:
        if self.has_content_changes and "comments" in self.form.formsets:
            changes = self.get_commenting_changes()
            self.log_commenting_changes(changes, self.page.latest_revision)
            self.send_commenting_notifications(changes)


class PageCreateView(CreateView):
    """Wagtail's view for a new page. The panel shows findings after the first save."""

    def publish_action(self):
        """Save the new page as a draft until it is published, so that it is not public during the confirmation."""
        self.form.instance.live = False
        return super().publish_action()

    def get_side_panels(self):
        return MediaContainer([*super().get_side_panels(), FindingsPanel(self.page, self.request)])


class EditorViewSet(PageViewSet):
    """The viewset for all page types without their own."""

    edit_view_class = PageEditView
    add_view_class = PageCreateView


editor_viewset = EditorViewSet()

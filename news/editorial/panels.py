"""Panel of the editors on the admin's dashboard."""

from django.utils import timezone
from wagtail.admin.ui.components import Component

from . import dashboard


class WaitingPanel(Component):
    """A panel of what waits for an editor: the number and the first items of each group."""

    name, order = "waiting", 60
    template_name = "news/editorial/waiting_panel.html"

    def get_context_data(self, parent_context):
        found = dashboard.dashboard_groups(parent_context["request"].user, timezone.now())
        return {"groups": found, "summary": dashboard.dashboard_summary(found)}

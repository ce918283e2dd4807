"""The editors' part of the first page of the admin."""

from django.utils import timezone
from wagtail.admin.ui.components import Component

from . import dashboard


class WaitingPanel(Component):
    """What waits for an editor: how much of what, and the first of each."""

    name, order = "waiting", 60
    template_name = "news/editorial/waiting_panel.html"

    def get_context_data(self, parent_context):
        found = dashboard.dashboard_groups(parent_context["request"].user, timezone.now())
        return {"groups": found, "summary": dashboard.dashboard_summary(found)}

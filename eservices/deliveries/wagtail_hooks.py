from django.utils import timezone
from wagtail import hooks
from wagtail.admin.ui.components import Component

from . import access
from .viewsets import outbox_problems, outbox_viewset


@hooks.register("register_admin_viewset")
def register_board():
    return outbox_viewset


class OutboxPanel(Component):
    """Panel on the admin's home page: an e-mail about a failing mail server would not be sent either."""

    name, order = "outbox", 40  # before all others
    template_name = "deliveries/home_panel.html"

    def __init__(self, found: dict):
        self.found = found

    def get_context_data(self, parent_context):
        return self.found


@hooks.register("construct_homepage_panels")
def add_outbox_panel(request, panels):
    if access.may_see_board(request.user):
        found = outbox_problems(timezone.now()) | {
            "stuck": access.deliveries_for(request.user).stuck().count()
        }
        if any(found.values()):
            panels.append(OutboxPanel(found))

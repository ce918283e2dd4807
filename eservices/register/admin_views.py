"""Admin view of the population register's state."""

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.cases.desk.base import AgentDeskView
from home.admin.action_views import action_view
from home.exceptions import ActionRefused

from . import access
from .population_register import RegisterUnavailable, configured_register
from .register_transport import RegisterTransport


class HealthView(AgentDeskView):
    """State of the register, waiting checks, and teams in which nobody may see protected persons."""

    template_name = "register/health.html"
    page_title = gettext_lazy("Register")
    header_icon = "group"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": _("Register")}]

    def get_context_data(self, **kwargs):
        asked = configured_register()
        return super().get_context_data(
            register=asked,
            health=asked.health(),
            waiting=access.waiting_counts(),
            unscreened=access.unscreened(),
            last_answer=access.last_answer_at(),
            blind_teams=access.teams_without_protected_access(),
            **kwargs,
        )

    @method_decorator(action_view("register:health"))
    def post(self, request) -> str:
        """Test the register with a search for an invented person, and show the result."""
        try:
            RegisterTransport().probe()
        except RegisterUnavailable as fault:
            raise ActionRefused(str(fault) or _("The commune has no register.")) from fault
        return _("The register answers.")

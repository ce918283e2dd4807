"""Screens of connected systems: a test, and the preview of a mapping on a real case."""

from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import action_view

from ..business_system import SystemRefused, SystemUnreachable
from ..configuration import InvalidConfiguration
from . import access, actions


@action_view("connected_systems:index")
def test(request, pk) -> str:
    """Ask whether the system can be reached. Nothing is sent."""
    system = access.system_for(request.user, pk)
    actions.log_change(actor=request.user, system=system, what="tested")
    try:
        connection = system.connect()
        try:
            connection.probe()
        finally:
            connection.close()
    except (SystemRefused, SystemUnreachable, InvalidConfiguration) as fault:
        raise actions.TransmissionRefused(
            _("%(system)s could not be reached: %(reason)s") % {"system": system, "reason": fault}
        ) from None
    return _("%(system)s answers.") % {"system": system}

"""Screens of connected systems: a test, and the preview of a mapping on a real case."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from wagtail.admin.auth import require_admin_access

from eservices.cases import access as case_access
from eservices.cases import actions as cases
from eservices.cases.models import Case
from home.admin.action_views import action_view

from ..business_system import SystemRefused, SystemUnreachable
from ..configuration import InvalidConfiguration
from . import access, actions
from .case_values import map_case_of_stage
from .forms import PreviewForm
from .models import ConnectedSystem


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


@require_admin_access
@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    """Show what the mappings of a service make of a real case. Nothing is sent; reading the case is logged."""
    if not case_access.is_agent(request.user):
        raise Http404
    form = PreviewForm(request.GET or None, cases=access.cases_to_preview(request.user))
    previews = []
    if form.is_bound and form.is_valid():
        case = form.cleaned_data["reference"]
        cases.log_read(actor=request.user, case=case)
        previews = [_preview(case, stage) for stage in _transmitting_stages(case)]
    context = {
        "form": form,
        "previews": previews,
        "header_title": _("Preview of a mapping"),
        "header_icon": "view",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Preview of a mapping")},
        ],
    }
    return TemplateResponse(request, "connectors/transmissions/admin/preview.html", context)


def _transmitting_stages(case: Case) -> list:
    """Return the stages of the newest version of the service; a draft that is not published yet counts."""
    form = case.form
    version = form.versions.order_by("-number").first() or case.version
    return [stage for stage in version.definition.stages if stage.type == actions.TYPE]


def _preview(case: Case, stage) -> dict:
    mapped = map_case_of_stage(case, stage.settings)
    system = ConnectedSystem.objects.filter(key=stage.settings.get("system", "")).first()
    reasons = mapped.reasons or (actions.problems_of(system, case, mapped) if system else ())
    draft = actions.draft_of(case, system, mapped)
    return {"stage": stage.key, "system": system, "fields": draft.sent_fields, "reasons": reasons}

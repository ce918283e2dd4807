"""Common parts of the agents' desk."""

from functools import wraps

from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from .. import access


def agents_only(view):
    """Wrap a view so that only agents can open it; 404 for others."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not access.is_agent(request.user):
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return not_shown(request, kwargs.get("reference", ""))

    return guarded


def not_shown(request, reference: str):
    """Tell an agent who worked on a case that they may not see it any more, without the reason.

    Raise Http404 if they never worked on it: unknown and forbidden look the same.
    """
    case = access.once_worked_on(request.user, reference) if reference else None
    if case is None:
        raise Http404
    context = {
        "reference": case.reference,
        "unscreened": case.unscreened,
        "may_print": case.unscreened and case.submission.agent_id == request.user.pk,
        "header_title": case.reference,
        "header_icon": AgentDeskView.header_icon,
    }
    return TemplateResponse(request, "cases/not_shown.html", context, status=404)


def back_to_queue(request) -> str:
    """Return the URL of the list with its filters; never another site."""
    wanted = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("cases:queue")


class AgentDeskView(WagtailAdminTemplateMixin, TemplateView):
    """A page of the desk: Wagtail's header with the search and a button to the counter."""

    header_icon = "folder-open-1"

    def dispatch(self, request, *args, **kwargs):
        if not access.is_agent(request.user):
            raise Http404
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            return not_shown(request, kwargs.get("reference", ""))

    def get_header_buttons(self):
        label, url = _("Open at the counter"), reverse("cases:counter")
        return [HeaderButton(label=label, url=url, icon_name="plus", classname="commune-short")]

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": reverse("cases:queue"), "label": _("Cases")}]

"""What the screens of the agents' desk share."""

from functools import wraps

from django.http import Http404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from . import access


def agents_only(view):
    """A view for whoever treats cases; for others there is nothing here."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not access.is_agent(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def back_to_queue(request) -> str:
    """Where the list was, as it was filtered; never another site."""
    wanted = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("cases:queue")


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """A screen of the desk: Wagtail's header with our search and the way to the counter."""

    header_icon = "folder-open-1"

    def dispatch(self, request, *args, **kwargs):
        if not access.is_agent(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_header_buttons(self):
        label, url = _("Open at the counter"), reverse("cases:counter")
        return [HeaderButton(label=label, url=url, icon_name="plus", classname="commune-short")]

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": reverse("cases:queue"), "label": _("Cases")}]

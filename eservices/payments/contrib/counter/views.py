"""The agent's own till, and the sheet of one that was counted."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.cases import access as cases

from ... import access
from ...actions.locking import Impossible
from ...desk.forms import CountForm, OpenTillForm
from . import actions
from .movements import movements


class TillView(WagtailAdminTemplateMixin, TemplateView):
    """Opens the till, shows what was taken, and counts it."""

    header_icon = "tag"
    template_name = "payments/desk/till.html"
    page_title = _("Your till")

    def dispatch(self, request, *args, **kwargs):
        if not cases.is_agent(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, form=None, **kwargs):
        till = access.open_till_of(self.request.user)
        form = form or (CountForm() if till else OpenTillForm())
        closed = access.counted_tills_of(self.request.user)
        moved = movements(till) if till else []
        return super().get_context_data(till=till, form=form, closed=closed[:14], movements=moved, **kwargs)

    def post(self, request):
        till = access.open_till_of(request.user)
        form = (CountForm if till else OpenTillForm)(request.POST)
        if form.is_valid():
            try:
                (actions.count if till else actions.open_till)(actor=request.user, **form.cleaned_data)
            except Impossible as why:
                form.add_error(None, str(why))
            else:
                messages.success(request, _("The till is counted.") if till else _("Your till is open."))
                return redirect("money:till_sheet", till.pk) if till else redirect("money:till")
        return self.render_to_response(self.get_context_data(form=form), status=422)


class TillSheetView(WagtailAdminTemplateMixin, TemplateView):
    """A till on paper: what should be in it, what was counted, and every movement."""

    header_icon = "tag"
    template_name = "payments/desk/till_sheet.html"
    page_title = _("Till")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, pk, **kwargs):
        till = access.till_for(self.request.user, pk)
        return super().get_context_data(till=till, movements=movements(till), **kwargs)

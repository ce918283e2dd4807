"""The agent's own till, and the printable sheet of a counted till."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.cases import access as cases
from home.admin.action_views import INVALID, ActionFormMixin

from ... import access
from ...models import Till
from . import actions
from .forms import CloseTillForm, OpenTillForm
from .till_movements import till_movements


class TillView(ActionFormMixin, WagtailAdminTemplateMixin, TemplateView):
    """Page to open and count the own till, with its movements.

    Agents who came from a case to take its payment are redirected back to it.
    """

    header_icon = "till"
    template_name = "payments/admin/till.html"
    page_title = _("Your till")
    refused_status = INVALID

    def dispatch(self, request, *args, **kwargs):
        if not access.may_take_money(request.user):
            raise Http404
        reference = kwargs.get("reference")
        self.case = cases.case_for(request.user, reference, "take") if reference else None
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, form=None, **kwargs):
        till = access.open_till_of(self.request.user)
        form = form or (CloseTillForm() if till else OpenTillForm())
        closed = access.counted_tills_of(self.request.user)
        moved = till_movements(till) if till else []
        shown = {"till": till, "form": form, "closed": closed[:14], "movements": moved, "case": self.case}
        return super().get_context_data(**shown, **kwargs)

    def post(self, request, reference=None):
        till = access.open_till_of(request.user)
        meant = request.POST.get("till", "")
        if meant != (str(till.pk) if till else ""):
            older = _("This till was already counted. No change was made.")
            messages.error(request, older if meant else _("Your till is open already."))
            return redirect("money:till")
        return self.perform(
            (CloseTillForm if till else OpenTillForm)(request.POST),
            action=partial(actions.close_till if till else actions.open_till, actor=request.user),
            done=_("The till is counted.") if till else _("Your till is open."),
            back=self._next_url(till),
        )

    def show_again(self, form, status: int):
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def _next_url(self, counted: Till | None) -> str:
        """Return the URL of the sheet of a counted till, else of the case to pay, else of the open till."""
        if counted:
            return reverse("money:till_sheet", args=[counted.pk])
        if self.case:
            return reverse("cases:case", args=[self.case.reference]) + "#payment"
        return reverse("money:till")


class TillSheetView(WagtailAdminTemplateMixin, TemplateView):
    """Printable sheet of a till: expected amounts, counted amounts and all movements."""

    header_icon = "till"
    template_name = "payments/admin/till_sheet.html"
    page_title = _("Till")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, pk, **kwargs):
        till = access.till_for(self.request.user, pk)
        return super().get_context_data(till=till, movements=till_movements(till), **kwargs)

"""Actions of agents on charges. Each view fetches through ``access``, validates a form and calls one action."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.cases import access as cases
from home.admin.action_views import ActionFormMixin
from home.exceptions import ActionRefused

from .. import access
from ..actions import charges, refunds
from ..actions.locking import AlreadySettled
from ..contrib.counter import actions as counter
from ..providers import can_be_polled
from . import forms as typed


@dataclass(frozen=True)
class ChargeAction:
    """A button on a charge or refund: required right on the case, label, form, action, and success message.

    The message may be a function of the result. ``permission``: a permission that the user needs in addition.
    """

    needs: str
    label: Promise
    form: type[forms.Form]
    action: Callable
    done: Promise | Callable[[object], str]
    permission: str = ""


CHARGES = {
    "take": ChargeAction(
        "take",
        _("Taken"),
        typed.TakeForm,
        counter.take_payment,
        _("Payment received. The receipt is on its way."),
        permission=access.TAKE_MONEY,
    ),
    "extend": ChargeAction(
        "accept",
        _("Give more time"),
        typed.ExtendForm,
        charges.extend_term,
        _("The time to pay is extended. The applicant is notified."),
    ),
    "waive": ChargeAction(
        "accept", _("Waive"), typed.WaiveForm, charges.waive_charge, _("No payment is needed any more.")
    ),
}
REFUND = ChargeAction(
    "accept",
    _("Refund"),
    typed.RefundForm,
    refunds.request_refund,
    _("The refund is requested. The case shows when it is done."),
)
REFUNDS = {
    "till": ChargeAction(
        "till", _("Refund"), typed.EmptyForm, counter.pay_out_refund, _("Paid back from the till.")
    ),
    "bank": ChargeAction(
        "bank",
        _("Refund"),
        typed.EmptyForm,
        refunds.complete_by_hand,
        _("Booked: transferred from the bank."),
    ),
}


class ChargeActionView(ActionFormMixin, WagtailAdminTemplateMixin, TemplateView):
    """Base of views for one action. If it is refused, the form is shown again with the reason and all input."""

    template_name = "payments/admin/action.html"
    header_icon = "tag"
    http_method_names = ["post"]

    def do(self, action: ChargeAction, back: str, **about):
        """Call the action with ``about`` as arguments, show its result as a message and redirect to ``back``."""
        self.page_title, self.back = action.label, back
        act = partial(action.action, actor=self.request.user, **about)
        return self.perform(action.form(self.request.POST), action=act, done=action.done, back=back)

    def show_refused(self, form: forms.Form, refusal: ActionRefused):
        if form.fields and not isinstance(refusal, AlreadySettled):
            return super().show_refused(form, refusal)
        messages.error(self.request, str(refusal))
        return redirect(self.back)

    def show_again(self, form: forms.Form, status: int):
        return self.render_to_response(self.get_context_data(form=form, back=self.back), status=status)


class ChargeView(ChargeActionView):
    """Actions on a charge: take the money, extend, waive."""

    def post(self, request, pk, do):
        action = CHARGES.get(do) or _not_found()
        charge = access.charge_for(request.user, pk, action.needs, action.permission)
        return self.do(action, _case_payment_url(charge.case), charge=charge)


class RefundView(ChargeActionView):
    """Request of a refund, in full or in part."""

    def post(self, request, pk):
        allocation, action = access.allocation_for(request.user, pk), REFUND
        if not can_be_polled(allocation.payment):
            by_hand = _(
                "Give the money back from the till or by bank transfer, then press the matching button."
            )
            action = replace(action, done=by_hand)
        return self.do(action, _case_payment_url(allocation.charge.case), allocation=allocation)


class RefundActionView(ChargeActionView):
    """Payout of a refund that no provider can execute."""

    def post(self, request, pk, do):
        action = REFUNDS.get(do) or _not_found()
        found = access.refund_for(request.user, pk, action.needs)
        return self.do(action, self._next_url(found), refund=found)

    def _next_url(self, refund) -> str:
        """Return the URL of the case if the user may read it, else of the list that showed the refund."""
        if refund.allocation is None:
            return reverse("money:aside")
        case = refund.allocation.charge.case
        return (
            _case_payment_url(case)
            if cases.may_do(self.request.user, case, "read")
            else reverse("money:refunds")
        )


def _not_found():
    raise Http404


def _case_payment_url(case) -> str:
    return reverse("cases:case", args=[case.reference]) + "#payment"

"""What a case owes and how it was paid, on the agents' screen."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.cases import access as cases
from eservices.cases.case_panels import case_panels
from eservices.cases.facts import lines
from eservices.cases.models import Case
from eservices.cases.stages import kind_of
from eservices.cases.states import Outcome

from . import access
from .desk import forms
from .models import Charge, Payment
from .providers import asks, label_of
from .states import CHARGES, ChargeState, PaymentState, RefundState, allowed


@case_panels.register("payments")
def payments_panel(case: Case, user):
    """Every amount due with its payments and refunds, and what the agent may do; None where nothing was due."""
    if not any(kind and kind.collects for kind in map(kind_of, case.stages.all())):
        return None
    found = list(Charge.objects.filter(case=case))
    if not found:
        return None
    role = {to: cases.may(user, case, to) for to in ("take", "accept")}
    role["take"] = role["take"] and access.may_take_money(user)
    return "payments/desk/case_panel.html", {
        "charges": [_charge(charge, case, role) for charge in found],
        "till": access.open_till_of(user),
        "may_keep_books": access.may_keep_books(user),
        "may_take": role["take"],
        "must_refund": case.outcome in (Outcome.REFUSED, Outcome.WITHDRAWN)
        and any(charge.paid > charge.refunded for charge in found),
    }


def _charge(charge: Charge, case: Case, role: dict[str, bool]) -> dict:
    decides = role["accept"] and case.is_open and not case.rehearsal
    return {
        "row": charge,
        "lines": lines(case, charge.lines, get_language() or case.language),
        "take": forms.TakeForm(auto_id=f"take_{charge.pk}_%s")
        if role["take"] and charge.state == ChargeState.OPEN and case.is_open and not case.rehearsal
        else None,
        "extend": forms.ExtendForm(auto_id=f"extend_{charge.pk}_%s")
        if decides and allowed(CHARGES, "extend", charge.state)
        else None,
        "waive": forms.WaiveForm(auto_id=f"waive_{charge.pk}_%s")
        if decides and allowed(CHARGES, "waive", charge.state)
        else None,
        "payments": [_payment(payment, charge, role) for payment in _payments(charge)],
    }


def _payments(charge: Charge) -> list[Payment]:
    """What was received, is on its way, or could not begin for a reason that staff should know, the oldest first.

    A bill for what was paid otherwise is about to be given up: no money is on its way by it.
    """
    over = [PaymentState.FAILED, PaymentState.CANCELLED]
    rows = Payment.objects.filter(basket__charges=charge).exclude(state__in=over, fault="")
    rows = rows.distinct().order_by("opened_at").prefetch_related("set_aside", "allocations__refunds")
    return [one for one in rows if charge.is_payable or asks(one) or not one.is_open]


def _standing(payment: Payment) -> str:
    """How it stands; nobody answers for a bill or for the counter, so nobody is waited for."""
    if payment.is_open and not asks(payment):
        return _("not paid yet")
    return payment.get_state_display()


def _payment(payment, charge: Charge, role: dict[str, bool]) -> dict:
    allocation = next((one for one in payment.allocations.all() if one.charge_id == charge.pk), None)
    refunds = list(allocation.refunds.all()) if allocation else []
    form = None
    if allocation and role["accept"] and allocation.refundable:
        start = {"amount": allocation.refundable}
        form = forms.RefundForm(auto_id=f"refund_{allocation.pk}_%s", initial=start)
    return {
        "row": payment,
        "provider": label_of(payment.provider),
        "state": _standing(payment),
        "allocation": allocation,
        "refunds": refunds,
        "by_hand": [
            one
            for one in refunds
            if one.state in (RefundState.PENDING, RefundState.FAILED) and not one.due_at
        ],
        "refund": form,
    }

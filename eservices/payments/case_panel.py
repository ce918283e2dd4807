"""Charges and payments of a case, for the case page."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.extension_points import Panel
from eservices.cases.models import Case
from eservices.cases.stages import kind_of
from eservices.cases.states import CaseOutcome
from eservices.cases.texts.placeholders import fee_line_texts

from . import access
from .admin_views import forms as admin_views_forms
from .models import Charge, Payment
from .providers import can_be_polled, provider_label
from .states import CHARGES, ChargeState, PaymentState, RefundState, is_allowed


def payments_panel(case: Case, user: User) -> Panel | None:
    """Return the panel of all charges with their payments, refunds and actions; None if there is no charge."""
    if not any(kind and kind.collects for kind in map(kind_of, case.stages.all())):
        return None
    found = list(Charge.objects.filter(case=case))
    if not found:
        return None
    role = {to: cases.may_do(user, case, to) for to in ("take", "accept")}
    role["take"] = role["take"] and access.may_take_money(user)
    return Panel(
        "payments",
        "payments/admin/case_panel.html",
        {
            "charges": [_charge(charge, case, role) for charge in found],
            "till": access.open_till_of(user),
            "may_keep_books": access.may_keep_books(user),
            "may_take": role["take"],
            "must_refund": case.outcome in (CaseOutcome.REFUSED, CaseOutcome.WITHDRAWN)
            and any(charge.paid > charge.refunded for charge in found),
        },
    )


def _charge(charge: Charge, case: Case, role: dict[str, bool]) -> dict:
    decides = role["accept"] and case.is_open and not case.rehearsal
    return {
        "row": charge,
        "lines": fee_line_texts(case, charge.lines, get_language() or case.language),
        "take": admin_views_forms.TakeForm(auto_id=f"take_{charge.pk}_%s")
        if role["take"] and charge.state == ChargeState.OPEN and case.is_open and not case.rehearsal
        else None,
        "extend": admin_views_forms.ExtendForm(auto_id=f"extend_{charge.pk}_%s")
        if decides and is_allowed(CHARGES, "extend", charge.state)
        else None,
        "waive": admin_views_forms.WaiveForm(auto_id=f"waive_{charge.pk}_%s")
        if decides and is_allowed(CHARGES, "waive", charge.state)
        else None,
        "payments": [_payment(payment, charge, role) for payment in _payments(charge)],
    }


def _payments(charge: Charge) -> list[Payment]:
    """Return payments that are received, in progress, or failed with a fault for staff, the oldest first.

    Open bills are left out if the charge is not payable any more: they will be cancelled, no money is expected.
    """
    over = [PaymentState.FAILED, PaymentState.CANCELLED]
    rows = Payment.objects.filter(basket__charges=charge).exclude(state__in=over, fault="")
    rows = rows.distinct().order_by("opened_at").prefetch_related("set_aside", "allocations__refunds")
    return [one for one in rows if charge.is_payable or can_be_polled(one) or not one.is_open]


def _state_label(payment: Payment) -> str:
    """Return the label of the payment's state.

    "not paid yet" for open payments of providers that are not polled: nobody waits for their answer.
    """
    if payment.is_open and not can_be_polled(payment):
        return _("not paid yet")
    return payment.get_state_display()


def _payment(payment, charge: Charge, role: dict[str, bool]) -> dict:
    allocation = next((one for one in payment.allocations.all() if one.charge_id == charge.pk), None)
    refunds = list(allocation.refunds.all()) if allocation else []
    form = None
    if allocation and role["accept"] and allocation.refundable:
        start = {"amount": allocation.refundable}
        form = admin_views_forms.RefundForm(auto_id=f"refund_{allocation.pk}_%s", initial=start)
    return {
        "row": payment,
        "provider": provider_label(payment.provider),
        "state": _state_label(payment),
        "allocation": allocation,
        "refunds": refunds,
        "by_hand": [
            one
            for one in refunds
            if one.state in (RefundState.PENDING, RefundState.FAILED) and not one.due_at
        ],
        "refund": form,
    }

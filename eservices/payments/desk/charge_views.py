"""What agents do with what a case owes: each fetches through ``access``, validates a form and calls one action."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from home.marks import explained

from .. import access
from ..actions import charges, refunds
from ..actions.locking import Impossible
from ..contrib.counter import actions as counter
from ..providers import asks
from . import forms as typed


@dataclass(frozen=True)
class Deed:
    """What an agent may do: what the team's role must allow, what is typed, the action, what is said afterwards."""

    needs: str
    form: type[forms.Form]
    action: Callable
    done: str


CHARGES = {
    "take": Deed("take", typed.TakeForm, counter.take, _("Taken: the receipt is on its way.")),
    "extend": Deed(
        "accept", typed.ExtendForm, charges.extend, _("There is more time; the applicant is told.")
    ),
    "waive": Deed("accept", typed.WaiveForm, charges.waive, _("Nothing has to be paid any more.")),
}
REFUNDS = {
    "till": Deed("take", typed.NothingForm, counter.pay_back, _("Paid back from the till.")),
    "bank": Deed(
        "accept", typed.NothingForm, refunds.finish_by_hand, _("Booked: transferred from the bank.")
    ),
}


@require_POST
def charge_deed(request, pk, do):
    """Takes the money, gives more time, or waives."""
    deed = CHARGES.get(do) or _none()
    charge = access.charge_for(request.user, pk, deed.needs)
    _do(request, deed, deed.form(request.POST), charge=charge)
    return _back(charge.case)


@require_POST
def refund(request, pk):
    """Asks for money to be paid back, wholly or in part."""
    allocation = access.allocation_for(request.user, pk)
    said = _("The refund is on its way.")
    if not asks(allocation.payment):
        said = _("Give the money back, from the till or by the bank, then press what you did.")
    deed = Deed("accept", typed.RefundForm, refunds.ask, said)
    _do(request, deed, deed.form(request.POST), allocation=allocation)
    return _back(allocation.charge.case)


@require_POST
def refund_deed(request, pk, do):
    """Carries a refund out that no provider can."""
    deed = REFUNDS.get(do) or _none()
    found = access.refund_for(request.user, pk, deed.needs)
    _do(request, deed, deed.form(request.POST), refund=found)
    return _back(found.allocation.charge.case) if found.allocation else redirect("money:aside")


def _none():
    raise Http404


def _do(request, deed: Deed, form: forms.Form, **about) -> None:
    """Calls the action, and says what came of it."""
    if not form.is_valid():
        first = next(iter(form.errors))
        messages.error(request, explained(form.fields[first].label, form.errors[first][0]))
        return
    try:
        deed.action(actor=request.user, **about, **form.cleaned_data)
    except Impossible as why:
        messages.error(request, str(why))
    else:
        messages.success(request, str(deed.done))


def _back(case):
    return redirect(reverse("cases:case", args=[case.reference]) + "#payment")
